// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_content.h"

#include <algorithm>
#include <cstring>

namespace kheap::kernel {

std::uint64_t FileContent::Read(const Inode& inode, std::uint64_t offset,
                                std::span<std::byte> to) {
  if (offset >= inode.size_bytes) return 0;
  const std::uint64_t count =
      std::min<std::uint64_t>(to.size(), inode.size_bytes - offset);
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t at = offset + done;
    const std::uint64_t within = at % kBlockBytes;
    const std::uint64_t part = std::min(kBlockBytes - within, count - done);
    const BlockNumber block = blocks_.Find(inode, at / kBlockBytes);
    if (block == kNoBlock) {
      std::memset(to.data() + done, 0, part);
    } else {
      std::memcpy(to.data() + done,
                  blocks_.store().Bytes(block).data() + within, part);
    }
    done += part;
  }
  return count;
}

Result FileContent::Write(Inode& inode, std::uint64_t offset,
                          std::span<const std::byte> from) {
  if (from.empty()) return 0;
  if (offset >= kFileBytesMax) return -kEFBIG;
  const std::uint64_t count =
      std::min<std::uint64_t>(from.size(), kFileBytesMax - offset);
  std::uint64_t done = 0;
  while (done < count) {
    const std::uint64_t at = offset + done;
    const std::uint64_t within = at % kBlockBytes;
    const std::uint64_t part = std::min(kBlockBytes - within, count - done);
    const BlockNumber block = blocks_.Obtain(inode, at / kBlockBytes);
    if (block == kNoBlock) break;
    std::memcpy(blocks_.store().Bytes(block).data() + within,
                from.data() + done, part);
    done += part;
  }
  if (done == 0) return -kENOSPC;
  inode.size_bytes = std::max<std::uint64_t>(inode.size_bytes, offset + done);
  return static_cast<Result>(done);
}

void FileContent::Resize(Inode& inode, std::uint64_t size_bytes) {
  if (size_bytes < inode.size_bytes) {
    const std::uint64_t within = size_bytes % kBlockBytes;
    blocks_.FreeFrom(inode, size_bytes / kBlockBytes + (within == 0 ? 0 : 1));
    if (within != 0) {
      const BlockNumber last = blocks_.Find(inode, size_bytes / kBlockBytes);
      if (last != kNoBlock) {
        std::ranges::fill(blocks_.store().Bytes(last).subspan(within),
                          std::byte{0});
      }
    }
  }
  inode.size_bytes = size_bytes;
}

}  // namespace kheap::kernel
