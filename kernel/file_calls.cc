// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_calls.h"

#include <algorithm>
#include <limits>

#include "kernel/file_io.h"
#include "kernel/linux_abi.h"

namespace kheap::kernel {

namespace {

constexpr std::int64_t kOffsetMax = std::numeric_limits<std::int64_t>::max();

Result SeekTo(OpenFile& file, std::int64_t base, std::int64_t offset) {
  if (offset > 0 && base > kOffsetMax - offset) return -kEOVERFLOW;
  if (base + offset < 0) return -kEINVAL;
  file.position = static_cast<std::uint64_t>(base + offset);
  return base + offset;
}

// SEEK_DATA and SEEK_HOLE.
Result SeekData(KernelState& state, OpenFile& file, std::int64_t offset,
                bool hole) {
  const Result end = EndOf(state, file);
  if (end < 0) return end;
  if (offset < 0 || offset >= end) return -kENXIO;
  std::int64_t found = hole ? end : offset;
  const Inode& inode = state.files.At(file.inode);
  if (inode.mount == 0) {
    const auto size = static_cast<std::uint64_t>(end);
    const std::uint64_t blocks = (size + kBlockBytes - 1) / kBlockBytes;
    const auto first = static_cast<std::uint64_t>(offset) / kBlockBytes;
    const std::uint64_t block =
        state.files.content().blocks().FindNext(inode, first, blocks, hole);
    if (block == blocks && !hole) return -kENXIO;
    found = std::max(
        offset, static_cast<std::int64_t>(std::min(block * kBlockBytes, size)));
  }
  file.position = static_cast<std::uint64_t>(found);
  return found;
}

}  // namespace

Result Lseek(KernelState& state, const Arguments& arguments) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  const auto offset = static_cast<std::int64_t>(arguments[1]);
  const std::uint32_t whence = ToUnsigned(arguments[2]);
  if (whence > static_cast<std::uint32_t>(Whence::kHole)) return -kEINVAL;
  if (IsSequential(state, *file)) return -kESPIPE;
  const Inode& inode = state.files.At(file->inode);
  if (inode.type() == kS_IFCHR) return 0;
  switch (static_cast<Whence>(whence)) {
    case Whence::kSet:
      return SeekTo(*file, 0, offset);
    case Whence::kCurrent:
      return SeekTo(*file, static_cast<std::int64_t>(file->position.get()),
                    offset);
    case Whence::kEnd: {
      if (inode.IsDirectory()) return -kEINVAL;
      const Result end = EndOf(state, *file);
      return end < 0 ? end : SeekTo(*file, end, offset);
    }
    default:
      if (inode.IsDirectory()) return -kEINVAL;
      return SeekData(state, *file, offset,
                      static_cast<Whence>(whence) == Whence::kHole);
  }
}

Result Ftruncate(KernelState& state, const Arguments& arguments) {
  const auto size = static_cast<std::int64_t>(arguments[1]);
  if (size < 0) return -kEINVAL;
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  const auto size_bytes = static_cast<std::uint64_t>(size);
  if (!file->IsWritable()) return -kEINVAL;
  if (IsHostFile(state, *file)) {
    const Result host = HostDescriptorOf(state, *file);
    return host < 0 ? host
                    : TruncateHostFile(static_cast<int>(host), size_bytes);
  }
  if (!state.files.At(file->inode).IsRegular()) return -kEINVAL;
  return state.files.Truncate(file->inode, size_bytes);
}

Result Fsync(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  if (IsHostFile(state, *file)) {
    const Result host = HostDescriptorOf(state, *file);
    return host < 0 ? host : SyncHostFile(static_cast<int>(host));
  }
  const Inode& inode = state.files.At(file->inode);
  return inode.IsRegular() || inode.IsDirectory() ? 0 : -kEINVAL;
}

Result Sync(KernelState&, const Arguments&) { return 0; }

}  // namespace kheap::kernel
