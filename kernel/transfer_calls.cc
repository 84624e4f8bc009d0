// SPDX-License-Identifier: Apache-2.0
// read, write and their kin.
#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "kernel/file_calls.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"

namespace kheap::kernel {

namespace {

enum class Direction { kRead, kWrite };

constexpr auto kOffsetMax =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool CanMove(KernelState& state, const Buffer& buffer, Direction direction) {
  return direction == Direction::kRead
             ? state.memory.CanWrite(buffer.address, buffer.size_bytes)
             : state.memory.CanRead(buffer.address, buffer.size_bytes);
}

// Reads the guest's array of buffers; those behind kTransferBytesMax are cut.
Result ReadIovecs(KernelState& state, Address address, std::uint64_t count,
                  std::vector<Buffer>& buffers) {
  if (count > kIovecCountMax) return -kEINVAL;
  const std::uint64_t size = count * sizeof(LinuxIovec);
  if (!state.memory.CanRead(address, size)) return -kEFAULT;
  const auto bytes = state.memory.Bytes(address, size);
  const auto* const iovecs = reinterpret_cast<const LinuxIovec*>(bytes.data());
  std::uint64_t left = kTransferBytesMax;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (iovecs[i].iov_len > kOffsetMax) return -kEINVAL;
    const std::uint64_t part = std::min<std::uint64_t>(iovecs[i].iov_len, left);
    buffers.push_back({Address(iovecs[i].iov_base), part});
    left -= part;
  }
  return 0;
}

Result CheckFile(const OpenFile* file, Direction direction) {
  if (file == nullptr) return -kEBADF;
  const bool allowed =
      direction == Direction::kRead ? file->IsReadable() : file->IsWritable();
  return allowed ? 0 : -kEBADF;
}

// Moves at `offset`, or at the file's position, which then moves too.
Result Move(KernelState& state, OpenFile& file, Direction direction,
            std::optional<std::uint64_t> offset, Buffers buffers) {
  for (const Buffer& buffer : buffers) {
    if (!CanMove(state, buffer, direction)) return -kEFAULT;
  }
  std::uint64_t at = offset.value_or(file.position);
  const bool writes = direction == Direction::kWrite;
  if (writes && file.HasFlags(kO_APPEND)) {
    const Result end = EndOf(state, file);
    if (end < 0) return end;
    at = static_cast<std::uint64_t>(end);
  }
  const Result moved = writes ? WriteFile(state, file, at, buffers)
                              : ReadFile(state, file, at, buffers);
  if (moved > 0 && !offset.has_value() && !IsSequential(state, file)) {
    file.position = at + static_cast<std::uint64_t>(moved);
  }
  return moved;
}

Result MoveOne(KernelState& state, const Arguments& arguments,
               Direction direction) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (const Result error = CheckFile(file, direction); error != 0) return error;
  const Buffer buffer = {ToAddress(arguments[1]),
                         std::min(arguments[2], kTransferBytesMax)};
  return Move(state, *file, direction, std::nullopt, {&buffer, 1});
}

Result MoveVector(KernelState& state, const Arguments& arguments,
                  Direction direction) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (const Result error = CheckFile(file, direction); error != 0) return error;
  std::vector<Buffer> buffers;
  const Result error =
      ReadIovecs(state, ToAddress(arguments[1]), arguments[2], buffers);
  if (error != 0) return error;
  return Move(state, *file, direction, std::nullopt, buffers);
}

Result CheckFileAt(KernelState& state, const OpenFile* file,
                   std::uint64_t offset, Direction direction) {
  if (offset > kOffsetMax) return -kEINVAL;
  if (file == nullptr) return -kEBADF;
  if (IsSequential(state, *file)) return -kESPIPE;
  return CheckFile(file, direction);
}

Result MoveOneAt(KernelState& state, const Arguments& arguments,
                 Direction direction) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  const std::uint64_t offset = arguments[3];
  const Result error = CheckFileAt(state, file, offset, direction);
  if (error != 0) return error;
  const Buffer buffer = {ToAddress(arguments[1]),
                         std::min(arguments[2], kTransferBytesMax)};
  return Move(state, *file, direction, offset, {&buffer, 1});
}

Result MoveVectorAt(KernelState& state, const Arguments& arguments,
                    Direction direction) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  const std::uint64_t offset = arguments[3];
  Result error = CheckFileAt(state, file, offset, direction);
  if (error != 0) return error;
  std::vector<Buffer> buffers;
  error = ReadIovecs(state, ToAddress(arguments[1]), arguments[2], buffers);
  if (error != 0) return error;
  return Move(state, *file, direction, offset, buffers);
}

}  // namespace

Result Read(KernelState& state, const Arguments& arguments) {
  return MoveOne(state, arguments, Direction::kRead);
}
Result Write(KernelState& state, const Arguments& arguments) {
  return MoveOne(state, arguments, Direction::kWrite);
}
Result Readv(KernelState& state, const Arguments& arguments) {
  return MoveVector(state, arguments, Direction::kRead);
}
Result Writev(KernelState& state, const Arguments& arguments) {
  return MoveVector(state, arguments, Direction::kWrite);
}
Result Pread64(KernelState& state, const Arguments& arguments) {
  return MoveOneAt(state, arguments, Direction::kRead);
}
Result Pwrite64(KernelState& state, const Arguments& arguments) {
  return MoveOneAt(state, arguments, Direction::kWrite);
}
Result Preadv(KernelState& state, const Arguments& arguments) {
  return MoveVectorAt(state, arguments, Direction::kRead);
}
Result Pwritev(KernelState& state, const Arguments& arguments) {
  return MoveVectorAt(state, arguments, Direction::kWrite);
}

}  // namespace kheap::kernel
