// SPDX-License-Identifier: Apache-2.0
#include "kernel/signals.h"

#include "bitshift/bits.h"

namespace kheap::kernel {

namespace {

std::uint64_t BitOf(int signal) { return bits::Bit(signal - 1); }

// The signals whose default is to do nothing; stop signals are among them here.
bool IsIgnoredByDefault(int signal) {
  switch (signal) {
    case kSIGCHLD:
    case kSIGCONT:
    case kSIGSTOP:
    case kSIGTSTP:
    case kSIGTTIN:
    case kSIGTTOU:
    case kSIGURG:
    case kSIGWINCH:
      return true;
    default:
      return false;
  }
}

}  // namespace

LinuxSigaction& Signals::ActionOf(int signal) const {
  return process().actions[static_cast<std::size_t>(signal - 1)];
}

bool Signals::IsIgnored(int signal) const {
  const std::uint64_t handler = ActionOf(signal).handler;
  return handler == kSIG_IGN ||
         (handler == kSIG_DFL && IsIgnoredByDefault(signal));
}

void Signals::Clear(int signal) {
  process().pending_signals = bits::Without(pending(), BitOf(signal));
  process().directed_signals =
      bits::Without(process().directed_signals.get(), BitOf(signal));
}

std::int32_t Signals::CodeOf(int signal) const {
  return bits::HasFlag(process().directed_signals.get(), BitOf(signal))
             ? kSI_TKILL
             : kSI_USER;
}

LinuxSiginfo Signals::InfoOf(int signal, std::int32_t code) {
  LinuxSiginfo info{};
  info.si_signo = signal;
  info.si_code = code;
  info.pid = kProcessId;
  return info;
}

void Signals::SetBlocked(std::uint64_t mask) {
  process().blocked_signals =
      bits::Without(mask, bits::Or(BitOf(kSIGKILL), BitOf(kSIGSTOP)));
}

void Signals::SuspendWith(std::uint64_t mask) {
  process().suspended_mask = blocked();
  process().is_suspended = 1u;
  SetBlocked(mask);
}

void Signals::SetAction(int signal, const LinuxSigaction& action) {
  LinuxSigaction taken = action;
  taken.mask = bits::Without(action.mask.get(),
                             bits::Or(BitOf(kSIGKILL), BitOf(kSIGSTOP)));
  ActionOf(signal) = taken;
  if (IsIgnored(signal)) Clear(signal);
}

void Signals::Raise(int signal, std::int32_t code) {
  if (IsIgnored(signal) && !bits::HasFlag(blocked(), BitOf(signal))) return;
  if (bits::HasFlag(pending(), BitOf(signal))) return;
  process().pending_signals = bits::With(pending(), BitOf(signal));
  if (code != kSI_TKILL) return;
  process().directed_signals =
      bits::With(process().directed_signals.get(), BitOf(signal));
}

std::optional<LinuxSiginfo> Signals::Accept(std::uint64_t mask) {
  const std::uint64_t wanted = bits::And(pending(), mask);
  if (wanted == 0) return std::nullopt;
  const int signal = bits::TrailingZeros(wanted) + 1;
  const LinuxSiginfo info = InfoOf(signal, CodeOf(signal));
  Clear(signal);
  return info;
}

int Signals::FindDeliverable() const {
  const std::uint64_t ready = bits::Without(pending(), blocked());
  return ready == 0 ? 0 : bits::TrailingZeros(ready) + 1;
}

void Signals::Deliver() {
  while (const int signal = FindDeliverable()) {
    if (IsIgnored(signal)) {
      Clear(signal);
      continue;
    }
    if (ActionOf(signal).handler != kSIG_DFL) return;
    Clear(signal);
    process().end_kind = static_cast<std::uint32_t>(EndKind::kSignalled);
    process().end_value = signal;
    return;
  }
  if (process().is_suspended != 0) {
    SetBlocked(process().suspended_mask);
    process().is_suspended = 0u;
  }
}

std::optional<SignalDelivery> Signals::Take() {
  Deliver();
  const int signal = FindDeliverable();
  if (signal == 0 || process().end_kind != 0) return std::nullopt;
  LinuxSigaction& action = ActionOf(signal);
  const SignalDelivery delivery = {
      .signal = signal,
      .handler = action.handler,
      .wants_info = bits::HasFlag(action.flags.get(), kSA_SIGINFO),
      .code = CodeOf(signal),
      .mask_before = process().is_suspended != 0 ? process().suspended_mask
                                                 : process().blocked_signals};
  process().is_suspended = 0u;
  Clear(signal);
  std::uint64_t mask = bits::With(blocked(), action.mask.get());
  if (!bits::HasFlag(action.flags.get(), kSA_NODEFER)) {
    mask = bits::With(mask, BitOf(signal));
  }
  SetBlocked(mask);
  if (bits::HasFlag(action.flags.get(), kSA_RESETHAND)) {
    action.handler = kSIG_DFL;
  }
  return delivery;
}

}  // namespace kheap::kernel
