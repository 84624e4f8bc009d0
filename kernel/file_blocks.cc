// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_blocks.h"

#include <algorithm>
#include <array>

#include "machine/check.h"

namespace kheap::kernel {

namespace {

constexpr int kDepthMax = 3;

// How many blocks of the file a tree of that depth holds.
constexpr std::uint64_t CapacityOf(int depth) {
  std::uint64_t capacity = 1;
  for (int i = 0; i < depth; ++i) capacity *= kIndirectFanout;
  return capacity;
}

// The way to a block: from a slot of the inode through `depth` blocks of block
// numbers, at these entries.
struct Route {
  int depth = 0;
  std::uint64_t direct = 0;  // the slot, where depth is 0
  std::array<std::uint64_t, kDepthMax> entries = {};
};

Route RouteTo(std::uint64_t index) {
  Route route;
  if (index < kDirectCount) {
    route.direct = index;
    return route;
  }
  index -= kDirectCount;
  route.depth = 1;
  while (index >= CapacityOf(route.depth)) index -= CapacityOf(route.depth++);
  KHEAP_CHECK(route.depth <= kDepthMax, "a file's block index is in range");
  for (int i = 0; i < route.depth; ++i) {
    route.entries[i] =
        index / CapacityOf(route.depth - 1 - i) % kIndirectFanout;
  }
  return route;
}

template <typename InodeOrConst>
auto& RootOf(InodeOrConst& inode, const Route& route) {
  return route.depth == 0 ? inode.direct[route.direct]
                          : inode.indirect[route.depth - 1];
}

}  // namespace

Uint32& FileBlocks::Entry(BlockNumber block, std::uint64_t index) {
  return reinterpret_cast<Uint32&>(blocks_.Bytes(block)[index * 4]);
}

BlockNumber FileBlocks::Find(const Inode& inode, std::uint64_t index) {
  const Route route = RouteTo(index);
  BlockNumber block = RootOf(inode, route);
  for (int i = 0; i < route.depth && block != kNoBlock; ++i) {
    block = Entry(block, route.entries[i]);
  }
  return block;
}

std::uint64_t FileBlocks::CountMissing(const Inode& inode,
                                       std::uint64_t index) {
  const Route route = RouteTo(index);
  BlockNumber block = RootOf(inode, route);
  for (int i = 0; i < route.depth; ++i) {
    if (block == kNoBlock)
      return static_cast<std::uint64_t>(route.depth + 1 - i);
    block = Entry(block, route.entries[i]);
  }
  return block == kNoBlock ? 1 : 0;
}

BlockNumber FileBlocks::Obtain(Inode& inode, std::uint64_t index) {
  if (CountMissing(inode, index) > blocks_.free_count()) return kNoBlock;
  const Route route = RouteTo(index);
  Uint32* slot = &RootOf(inode, route);
  for (int i = 0;; ++i) {
    if (*slot == kNoBlock) {
      *slot = blocks_.Allocate();
      inode.block_count += 1;
    }
    if (i == route.depth) return *slot;
    slot = &Entry(*slot, route.entries[i]);
  }
}

void FileBlocks::FreeFrom(Inode& inode, std::uint64_t index) {
  for (std::uint64_t i = std::min(index, kDirectCount); i < kDirectCount; ++i) {
    FreeTree(inode, inode.direct[i], 0, i, index);
  }
  std::uint64_t begin = kDirectCount;
  for (int depth = 1; depth <= kDepthMax; ++depth) {
    FreeTree(inode, inode.indirect[depth - 1], depth, begin, index);
    begin += CapacityOf(depth);
  }
}

// The tree holds the file's blocks from `begin` on; those from `keep` on go.
void FileBlocks::FreeTree(Inode& inode, Uint32& slot, int depth,
                          std::uint64_t begin, std::uint64_t keep) {
  if (slot == kNoBlock || keep >= begin + CapacityOf(depth)) return;
  if (depth > 0) {
    const std::uint64_t step = CapacityOf(depth - 1);
    const std::uint64_t first = keep <= begin ? 0 : (keep - begin) / step;
    for (std::uint64_t i = first; i < kIndirectFanout; ++i) {
      FreeTree(inode, Entry(slot, i), depth - 1, begin + i * step, keep);
    }
  }
  if (begin < keep) return;
  blocks_.Free(slot);
  slot = kNoBlock;
  inode.block_count -= 1;
}

std::uint64_t FileBlocks::FindNext(const Inode& inode, std::uint64_t index,
                                   std::uint64_t end, bool hole) {
  while (index < end) {
    const Route route = RouteTo(index);
    BlockNumber block = RootOf(inode, route);
    int depth = route.depth;
    while (depth > 0 && block != kNoBlock) {
      block = Entry(block, route.entries[route.depth - depth]);
      --depth;
    }
    if ((block == kNoBlock) == hole) return index;
    // A missing tree is a hole as long as what is left of it.
    const std::uint64_t begin = route.depth == 0 ? 0 : kDirectCount;
    std::uint64_t place = index - begin;
    for (int i = 1; i < route.depth; ++i) place -= CapacityOf(i);
    index += CapacityOf(depth) - place % CapacityOf(depth);
  }
  return end;
}

void FileBlocks::ForEach(const Inode& inode,
                         absl::FunctionRef<void(BlockNumber)> visit) {
  for (const Uint32& slot : inode.direct) VisitTree(slot, 0, visit);
  for (int depth = 1; depth <= kDepthMax; ++depth) {
    VisitTree(inode.indirect[depth - 1], depth, visit);
  }
}

void FileBlocks::VisitTree(BlockNumber block, int depth,
                           absl::FunctionRef<void(BlockNumber)> visit) {
  if (block == kNoBlock) return;
  visit(block);
  if (depth == 0 || block >= blocks_.count()) return;
  for (std::uint64_t i = 0; i < kIndirectFanout; ++i) {
    VisitTree(Entry(block, i), depth - 1, visit);
  }
}

}  // namespace kheap::kernel
