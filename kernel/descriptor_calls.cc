// SPDX-License-Identifier: Apache-2.0
#include "kernel/descriptor_calls.h"

#include <algorithm>

#include "bitshift/bits.h"
#include "kernel/linux_abi.h"
#include "kernel/pipe.h"

namespace kheap::kernel {

namespace {

// Commands of fcntl.
constexpr std::uint32_t kF_DUPFD = 0;
constexpr std::uint32_t kF_GETFD = 1;
constexpr std::uint32_t kF_SETFD = 2;
constexpr std::uint32_t kF_GETFL = 3;
constexpr std::uint32_t kF_SETFL = 4;
constexpr std::uint32_t kF_GETLK = 5;
constexpr std::uint32_t kF_SETLK = 6;
constexpr std::uint32_t kF_SETLKW = 7;
constexpr std::uint32_t kF_OFD_GETLK = 36;
constexpr std::uint32_t kF_OFD_SETLK = 37;
constexpr std::uint32_t kF_OFD_SETLKW = 38;
constexpr std::uint32_t kF_DUPFD_CLOEXEC = 1030;
constexpr std::int16_t kF_UNLCK = 2;

Result CloseDescriptor(KernelState& state, std::int32_t descriptor) {
  const OpenFile* const file = state.descriptors.Find(descriptor);
  if (file == nullptr) return -kEBADF;
  const std::uint32_t index = state.descriptors.IndexOf(*file);
  const bool last = file->references == 1;
  const Result closed = state.descriptors.Close(descriptor);
  if (last) state.hosts.Drop(index);
  return closed;
}

Result DuplicateFrom(KernelState& state, std::int32_t descriptor,
                     std::uint64_t lowest, bool close_on_exec) {
  const std::uint64_t limit =
      std::min<std::uint64_t>(state.process().limits[kRLIMIT_NOFILE].rlim_cur,
                              state.page().descriptor_count.get());
  if (ToUnsigned(lowest) >= limit) return -kEINVAL;
  return state.descriptors.Duplicate(descriptor, ToInt(lowest), close_on_exec);
}

Result SetStatusFlags(OpenFile& file, std::uint32_t wanted) {
  constexpr std::uint32_t kChangeable =
      kO_APPEND + kO_NONBLOCK + kO_DIRECT + kO_NOATIME;
  file.flags = bits::With(bits::Without(file.flags.get(), kChangeable),
                          bits::And(wanted, kChangeable));
  return 0;
}

Result Lock(KernelState& state, std::uint32_t command, Address address) {
  const auto* const lock = state.memory.Read<LinuxFlock>(address);
  if (lock == nullptr) return -kEFAULT;
  if (lock->l_type < 0 || lock->l_type > kF_UNLCK) return -kEINVAL;
  if (command != kF_GETLK && command != kF_OFD_GETLK) return 0;
  LinuxFlock found = *lock;
  found.l_type = kF_UNLCK;
  return state.memory.Write(address, found);
}

}  // namespace

Result Close(KernelState& state, const Arguments& arguments) {
  return CloseDescriptor(state, ToInt(arguments[0]));
}

Result Dup(KernelState& state, const Arguments& arguments) {
  return state.descriptors.Duplicate(ToInt(arguments[0]), 0, false);
}

Result Dup3(KernelState& state, const Arguments& arguments) {
  const std::int32_t from = ToInt(arguments[0]);
  const std::int32_t to = ToInt(arguments[1]);
  const std::uint32_t flags = ToUnsigned(arguments[2]);
  if (bits::Without(flags, kO_CLOEXEC) != 0 || from == to) return -kEINVAL;
  const OpenFile* const replaced = state.descriptors.Find(to);
  const bool last = replaced != nullptr && replaced->references == 1;
  const std::uint32_t index =
      replaced == nullptr ? 0 : state.descriptors.IndexOf(*replaced);
  const Result result = state.descriptors.DuplicateTo(from, to, flags != 0);
  if (result >= 0 && last) state.hosts.Drop(index);
  return result;
}

Result Pipe2(KernelState& state, const Arguments& arguments) {
  const Address address = ToAddress(arguments[0]);
  const std::uint32_t flags = ToUnsigned(arguments[1]);
  constexpr std::uint32_t kKnown = kO_CLOEXEC + kO_NONBLOCK + kO_DIRECT;
  if (bits::Without(flags, kKnown) != 0) return -kEINVAL;
  if (!state.memory.CanWrite(address, 2 * sizeof(Int32))) return -kEFAULT;
  if (!state.descriptors.HasRoom(2)) return -kEMFILE;
  const Result pipe = CreatePipe(state.files);
  if (pipe < 0) return pipe;
  const auto inode = static_cast<InodeNumber>(pipe);
  state.files.Hold(inode);  // one for each end
  std::array<Int32, 2> ends;
  ends[0] = static_cast<std::int32_t>(state.descriptors.Open(inode, flags));
  ends[1] = static_cast<std::int32_t>(
      state.descriptors.Open(inode, bits::With(flags, kO_WRONLY)));
  return state.memory.WriteBytes(address, std::as_bytes(std::span(ends)));
}

Result Fcntl(KernelState& state, const Arguments& arguments) {
  const std::int32_t descriptor = ToInt(arguments[0]);
  const std::uint32_t command = ToUnsigned(arguments[1]);
  OpenFile* const file = state.descriptors.Find(descriptor);
  if (file == nullptr) return -kEBADF;
  switch (command) {
    case kF_DUPFD:
    case kF_DUPFD_CLOEXEC:
      return DuplicateFrom(state, descriptor, arguments[2],
                           command == kF_DUPFD_CLOEXEC);
    case kF_GETFD:
      return state.descriptors.IsCloseOnExec(descriptor) ? 1 : 0;
    case kF_SETFD:
      state.descriptors.SetCloseOnExec(descriptor, arguments[2] % 2 != 0);
      return 0;
    case kF_GETFL:
      return file->flags.get();
    default:
      break;
  }
  if (file->HasFlags(kO_PATH)) return -kEBADF;
  switch (command) {
    case kF_SETFL:
      return SetStatusFlags(*file, ToUnsigned(arguments[2]));
    case kF_GETLK:
    case kF_SETLK:
    case kF_SETLKW:
    case kF_OFD_GETLK:
    case kF_OFD_SETLK:
    case kF_OFD_SETLKW:
      return Lock(state, command, ToAddress(arguments[2]));
    default:
      return -kEINVAL;
  }
}

Result Flock(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  constexpr std::uint32_t kNonBlocking = 4;
  switch (bits::Without(ToUnsigned(arguments[1]), kNonBlocking)) {
    case 1:  // LOCK_SH
    case 2:  // LOCK_EX
    case 8:  // LOCK_UN
      return 0;
    default:
      return -kEINVAL;
  }
}

}  // namespace kheap::kernel
