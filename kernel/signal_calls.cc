// SPDX-License-Identifier: Apache-2.0
// Sending signals, and saying what they do.
#include "bitshift/bits.h"
#include "kernel/linux_process_abi.h"
#include "kernel/process_calls.h"
#include "kernel/time_calls.h"

namespace kheap::kernel {

namespace {

constexpr std::uint64_t kMaskBytes = 8;

Result Send(KernelState& state, std::int32_t signal, std::int32_t code) {
  if (signal < 0 || signal > kSignalCount) return -kEINVAL;
  if (signal != 0) state.signals.Raise(signal, code);
  return 0;
}

bool IsSignal(std::int32_t signal) {
  return signal >= 1 && signal <= kSignalCount;
}

}  // namespace

Result Kill(KernelState& state, const Arguments& arguments) {
  const std::int32_t process = ToInt(arguments[0]);
  const std::int32_t signal = ToInt(arguments[1]);
  if (signal < 0 || signal > kSignalCount) return -kEINVAL;
  // The process itself, or its group, which is all there is; -1 leaves the
  // caller out.
  if (process != kProcessId && process != 0 && process != -kProcessId) {
    return -kESRCH;
  }
  return Send(state, signal, kSI_USER);
}

Result Tkill(KernelState& state, const Arguments& arguments) {
  if (ToInt(arguments[0]) <= 0) return -kEINVAL;
  if (ToInt(arguments[0]) != kProcessId) return -kESRCH;
  return Send(state, ToInt(arguments[1]), kSI_TKILL);
}

Result Tgkill(KernelState& state, const Arguments& arguments) {
  if (ToInt(arguments[0]) <= 0 || ToInt(arguments[1]) <= 0) return -kEINVAL;
  if (ToInt(arguments[0]) != kProcessId || ToInt(arguments[1]) != kProcessId) {
    return -kESRCH;
  }
  return Send(state, ToInt(arguments[2]), kSI_TKILL);
}

Result RtSigaction(KernelState& state, const Arguments& arguments) {
  const std::int32_t signal = ToInt(arguments[0]);
  const Address taken = ToAddress(arguments[1]);
  const Address given = ToAddress(arguments[2]);
  if (arguments[3] != kMaskBytes) return -kEINVAL;
  LinuxSigaction action{};
  if (!taken.is_null()) {
    const auto* const wanted = state.memory.Read<LinuxSigaction>(taken);
    if (wanted == nullptr) return -kEFAULT;
    action = *wanted;
  }
  if (!IsSignal(signal)) return -kEINVAL;
  const bool fixed = signal == kSIGKILL || signal == kSIGSTOP;
  if (fixed && !taken.is_null()) return -kEINVAL;
  if (!given.is_null()) {
    const Result error =
        state.memory.Write(given, state.signals.ActionOf(signal));
    if (error != 0) return error;
  }
  if (!taken.is_null()) state.signals.SetAction(signal, action);
  return 0;
}

Result RtSigprocmask(KernelState& state, const Arguments& arguments) {
  const Address taken = ToAddress(arguments[1]);
  const Address given = ToAddress(arguments[2]);
  if (arguments[3] != kMaskBytes) return -kEINVAL;
  const std::uint64_t before = state.signals.blocked();
  std::uint64_t after = before;
  if (!taken.is_null()) {
    const auto* const mask = state.memory.Read<Uint64>(taken);
    if (mask == nullptr) return -kEFAULT;
    switch (ToUnsigned(arguments[0])) {
      case kSIG_BLOCK:
        after = bits::With(before, mask->get());
        break;
      case kSIG_UNBLOCK:
        after = bits::Without(before, mask->get());
        break;
      case kSIG_SETMASK:
        after = *mask;
        break;
      default:
        return -kEINVAL;
    }
  }
  if (!given.is_null()) {
    Uint64 mask;
    mask = before;
    const Result error = state.memory.Write(given, mask);
    if (error != 0) return error;
  }
  state.signals.SetBlocked(after);
  return 0;
}

Result RtSigpending(KernelState& state, const Arguments& arguments) {
  if (arguments[1] > kMaskBytes) return -kEINVAL;
  Uint64 mask;
  mask = bits::And(state.signals.pending(), state.signals.blocked());
  return state.memory.WriteBytes(
      ToAddress(arguments[0]),
      std::as_bytes(std::span(&mask, 1)).first(arguments[1]));
}

Result RtSigsuspend(KernelState& state, const Arguments& arguments) {
  if (arguments[1] != kMaskBytes) return -kEINVAL;
  const auto* const mask = state.memory.Read<Uint64>(ToAddress(arguments[0]));
  if (mask == nullptr) return -kEFAULT;
  const std::uint64_t woken_by =
      bits::Without(state.signals.pending(), mask->get());
  if (woken_by == 0) return -kEDEADLK;  // nobody else is there to send one
  state.signals.SuspendWith(*mask);
  return -kEINTR;
}

Result RtSigtimedwait(KernelState& state, const Arguments& arguments) {
  const Address given = ToAddress(arguments[1]);
  if (arguments[3] != kMaskBytes) return -kEINVAL;
  const auto* const mask = state.memory.Read<Uint64>(ToAddress(arguments[0]));
  if (mask == nullptr ||
      (!given.is_null() &&
       !state.memory.CanWrite(given, sizeof(LinuxSiginfo)))) {
    return -kEFAULT;
  }
  std::int64_t timeout = -1;
  if (arguments[2] != 0) {
    const Result error = ReadTimespec(state, ToAddress(arguments[2]), timeout);
    if (error != 0) return error;
  }
  const std::optional<LinuxSiginfo> info = state.signals.Accept(*mask);
  if (!info.has_value()) {
    if (timeout < 0) return -kEDEADLK;
    state.clock.Sleep(timeout);
    return -kEAGAIN;
  }
  if (!given.is_null()) state.memory.Write(given, *info);
  return info->si_signo;
}

Result Sigaltstack(KernelState& state, const Arguments& arguments) {
  const Address taken = ToAddress(arguments[0]);
  const Address given = ToAddress(arguments[1]);
  LinuxStack& stack = state.process().signal_stack;
  const LinuxStack before = stack;
  LinuxStack after = before;
  if (!taken.is_null()) {
    const auto* const wanted = state.memory.Read<LinuxStack>(taken);
    if (wanted == nullptr) return -kEFAULT;
    after = *wanted;
    const bool disables = after.ss_flags == kSS_DISABLE;
    if (!disables && after.ss_flags != 0) return -kEINVAL;
    if (!disables && after.ss_size < kMINSIGSTKSZ) return -kENOMEM;
  }
  if (!given.is_null()) {
    const Result error = state.memory.Write(given, before);
    if (error != 0) return error;
  }
  stack = after;
  return 0;
}

}  // namespace kheap::kernel
