// SPDX-License-Identifier: Apache-2.0
#include "kernel/process_calls.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "bitshift/bits.h"
#include "kernel/linux_process_abi.h"
#include "kernel/random_source.h"

namespace kheap::kernel {

namespace {

constexpr std::uint64_t kFutexPrivateFlag = 128;
constexpr std::uint64_t kFutexClockFlag = 256;
constexpr std::uint64_t kFutexWait = 0;
constexpr std::uint64_t kFutexWake = 1;
constexpr std::uint64_t kMapAnonymous = 32;
constexpr std::uint64_t kRandomFlags = 7;

template <std::size_t kSize>
void Put(std::array<char, kSize>& to, std::string_view text) {
  std::ranges::copy(text, to.begin());
}

}  // namespace

Result Exit(KernelState& state, const Arguments& arguments) {
  state.process().end_kind = static_cast<std::uint32_t>(EndKind::kExited);
  state.process().end_value = static_cast<std::int32_t>(arguments[0] % 256);
  return 0;
}

Result Getpid(KernelState&, const Arguments&) { return kProcessId; }
Result Getppid(KernelState&, const Arguments&) { return kParentProcessId; }
Result GetRootId(KernelState&, const Arguments&) { return 0; }

Result Getpgid(KernelState&, const Arguments& arguments) {
  const std::int32_t process = ToInt(arguments[0]);
  return process == 0 || process == kProcessId ? Result{kProcessId} : -kESRCH;
}

Result Getgroups(KernelState&, const Arguments& arguments) {
  return ToInt(arguments[0]) < 0 ? -kEINVAL : 0;
}

namespace {

// Whom a priority belongs to: one or all of the caller's, by process, group or
// user, each of which is this one.
Result FindPriority(const Arguments& arguments) {
  constexpr std::uint32_t kWhichMax = 2;
  const std::int32_t who = ToInt(arguments[1]);
  const std::uint32_t which = ToUnsigned(arguments[0]);
  if (which > kWhichMax) return -kEINVAL;
  const bool is_own = who == 0 || (which < kWhichMax && who == kProcessId);
  return is_own ? Result{0} : -kESRCH;
}

}  // namespace

Result Getpriority(KernelState&, const Arguments& arguments) {
  // What C sees as 0: Linux's answer is 20 less the priority.
  constexpr Result kUsual = 20;
  const Result error = FindPriority(arguments);
  return error != 0 ? error : kUsual;
}

Result Setpriority(KernelState&, const Arguments& arguments) {
  const Result error = FindPriority(arguments);
  if (error != 0) return error;
  return ToInt(arguments[2]) == 0 ? Result{0} : -kEPERM;
}

Result Wait4(KernelState&, const Arguments&) { return -kECHILD; }

Result Umask(KernelState& state, const Arguments& arguments) {
  const std::uint32_t before = state.process().umask;
  state.process().umask = ToUnsigned(arguments[0]) % 01000;
  return before;
}

Result Uname(KernelState& state, const Arguments& arguments) {
  LinuxUtsname name{};
  Put(name.sysname, "Linux");
  Put(name.nodename, "kheap");
  Put(name.release, "6.1.0");
  Put(name.version, "#1 kheap");
  Put(name.machine, "riscv64");
  Put(name.domainname, "(none)");
  return state.memory.Write(ToAddress(arguments[0]), name);
}

Result Sysinfo(KernelState& state, const Arguments& arguments) {
  LinuxSysinfo info{};
  info.uptime = state.clock.Monotonic() / kNanosecondsPerSecond;
  const std::uint64_t capacity = state.heap.layout().capacity_bytes();
  info.totalram = capacity;
  info.freeram = capacity - state.heap.break_address().offset();
  info.procs = std::uint16_t{1};
  info.mem_unit = 1u;
  return state.memory.Write(ToAddress(arguments[0]), info);
}

// ---- limits -----------------------------------------------------------------

namespace {

// `taken` and `given` are null where the call has no such part.
Result ChangeLimit(KernelState& state, std::uint32_t resource, Address taken,
                   Address given) {
  if (resource >= kLimitCount) return -kEINVAL;
  LinuxRlimit& limit = state.process().limits[resource];
  const LinuxRlimit before = limit;
  LinuxRlimit after = before;
  if (!taken.is_null()) {
    const auto* const wanted = state.memory.Read<LinuxRlimit>(taken);
    if (wanted == nullptr) return -kEFAULT;
    after = *wanted;
    if (after.rlim_cur > after.rlim_max) return -kEINVAL;
    if (after.rlim_max > before.rlim_max) return -kEPERM;
  }
  if (!given.is_null()) {
    const Result error = state.memory.Write(given, before);
    if (error != 0) return error;
  }
  limit = after;
  return 0;
}

}  // namespace

Result Getrlimit(KernelState& state, const Arguments& arguments) {
  if (ToUnsigned(arguments[0]) >= kLimitCount) return -kEINVAL;
  if (arguments[1] == 0) return -kEFAULT;
  return ChangeLimit(state, ToUnsigned(arguments[0]), kNullAddress,
                     ToAddress(arguments[1]));
}

Result Setrlimit(KernelState& state, const Arguments& arguments) {
  if (arguments[1] == 0) return -kEFAULT;
  return ChangeLimit(state, ToUnsigned(arguments[0]), ToAddress(arguments[1]),
                     kNullAddress);
}

Result Prlimit64(KernelState& state, const Arguments& arguments) {
  const std::int32_t process = ToInt(arguments[0]);
  if (process != 0 && process != kProcessId) return -kESRCH;
  return ChangeLimit(state, ToUnsigned(arguments[1]), ToAddress(arguments[2]),
                     ToAddress(arguments[3]));
}

// ---- what needs no other process --------------------------------------------

Result Getrandom(KernelState& state, const Arguments& arguments) {
  if (ToUnsigned(arguments[2]) > kRandomFlags) return -kEINVAL;
  const Address address = ToAddress(arguments[0]);
  const std::uint64_t size = std::min(arguments[1], kTransferBytesMax);
  if (!state.memory.CanWrite(address, size)) return -kEFAULT;
  FillRandom(state.page().random, state.memory.BytesToWrite(address, size));
  state.memory.MarkWritten(address, size);
  return static_cast<Result>(size);
}

Result SchedYield(KernelState&, const Arguments&) { return 0; }
Result SetRobustList(KernelState&, const Arguments&) { return 0; }

Result Futex(KernelState& state, const Arguments& arguments) {
  const std::uint64_t operation =
      ToUnsigned(arguments[1]) % kFutexClockFlag % kFutexPrivateFlag;
  const auto* const word = state.memory.Read<Uint32>(ToAddress(arguments[0]));
  if (word == nullptr) return -kEFAULT;
  if (operation == kFutexWake) return 0;
  if (operation != kFutexWait) return -kENOSYS;
  if (*word != ToUnsigned(arguments[2])) return -kEAGAIN;
  return -kEDEADLK;  // nobody else is there to change the word
}

Result Brk(KernelState&, const Arguments&) { return -kENOMEM; }

Result Mmap(KernelState&, const Arguments& arguments) {
  if (arguments[1] == 0) return -kEINVAL;
  return bits::HasFlag(arguments[3], kMapAnonymous) ? -kENOMEM : -kENODEV;
}

Result Munmap(KernelState&, const Arguments&) { return -kEINVAL; }

}  // namespace kheap::kernel
