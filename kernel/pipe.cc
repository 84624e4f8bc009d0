// SPDX-License-Identifier: Apache-2.0
#include "kernel/pipe.h"

#include <algorithm>

namespace kheap::kernel {

namespace {

Result WouldWait(const OpenFile& file) {
  return file.HasFlags(kO_NONBLOCK) ? -kEAGAIN : -kEDEADLK;
}

}  // namespace

Result CreatePipe(FileSystem& files) {
  constexpr std::uint64_t kBlocks = kPipeBytes / kBlockBytes;
  // One more for block numbers.
  if (files.blocks().free_count() < kBlocks + 1) return -kENFILE;
  const Result made = files.CreateUnnamed(kS_IFIFO + 0600, {});
  if (made < 0) return -kENFILE;
  Inode& inode = files.At(static_cast<InodeNumber>(made));
  for (std::uint64_t i = 0; i < kBlocks; ++i) {
    files.content().blocks().Obtain(inode, i);
  }
  inode.size_bytes = kPipeBytes;
  return made;
}

Result AwaitPipeBytes(KernelState& state, const OpenFile& file) {
  const std::uint32_t count = state.files.At(file.inode).pipe_count;
  if (count != 0 || state.descriptors.CountWriters(file.inode) == 0) {
    return count;
  }
  return WouldWait(file);
}

Result AwaitPipeRoom(KernelState& state, const OpenFile& file,
                     std::uint64_t size_bytes) {
  if (size_bytes == 0) return 0;
  if (state.descriptors.CountReaders(file.inode) == 0) {
    state.signals.Raise(kSIGPIPE);
    return -kEPIPE;
  }
  const std::uint64_t room = kPipeBytes - state.files.At(file.inode).pipe_count;
  const std::uint64_t wanted = size_bytes <= kPipeAtomicBytes ? size_bytes : 1;
  return room < wanted ? WouldWait(file) : 0;
}

Result TakeFromPipe(FileSystem& files, InodeNumber pipe,
                    std::span<std::byte> to) {
  Inode& inode = files.At(pipe);
  std::uint64_t taken = 0;
  while (taken < to.size() && inode.pipe_count != 0) {
    const std::uint64_t begin = inode.pipe_begin;
    const std::uint64_t part =
        std::min({std::uint64_t{inode.pipe_count}, kPipeBytes - begin,
                  to.size() - taken});
    files.content().Read(inode, begin, to.subspan(taken, part));
    inode.pipe_begin = static_cast<std::uint32_t>((begin + part) % kPipeBytes);
    inode.pipe_count -= static_cast<std::uint32_t>(part);
    taken += part;
  }
  return static_cast<Result>(taken);
}

Result PutIntoPipe(FileSystem& files, InodeNumber pipe,
                   std::span<const std::byte> from) {
  Inode& inode = files.At(pipe);
  std::uint64_t put = 0;
  while (put < from.size() && inode.pipe_count != kPipeBytes) {
    const std::uint64_t end =
        (std::uint64_t{inode.pipe_begin} + inode.pipe_count) % kPipeBytes;
    const std::uint64_t part = std::min(
        {kPipeBytes - inode.pipe_count, kPipeBytes - end, from.size() - put});
    files.content().Write(inode, end, from.subspan(put, part));
    inode.pipe_count += static_cast<std::uint32_t>(part);
    put += part;
  }
  return static_cast<Result>(put);
}

}  // namespace kheap::kernel
