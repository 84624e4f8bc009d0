// SPDX-License-Identifier: Apache-2.0
// Looking into the allocator: for viewers, statistics and fault reports.
#include <algorithm>

#include "kmalloc/kmalloc.h"

namespace kheap {

std::string_view ToString(BlockKind kind) {
  switch (kind) {
    case BlockKind::kLive:
      return "live";
    case BlockKind::kCached:
      return "cached";
    case BlockKind::kFreeSlot:
      return "free slot";
    case BlockKind::kFreeChunk:
      return "free chunk";
    case BlockKind::kQuarantined:
      return "quarantined";
    case BlockKind::kTop:
      return "top";
  }
  return "unknown";
}

BinRange RangeOfBin(int bin) {
  if (bin < kExactBinCount) {
    return {bin * kGranuleBytes, (bin + 1) * kGranuleBytes};
  }
  const int doubling = (bin - kExactBinCount) / kBinsPerDoubling;
  const int step = (bin - kExactBinCount) % kBinsPerDoubling;
  const std::uint64_t base = bits::ShiftLeft(kExactBinBytesMax, doubling);
  const std::uint64_t step_bytes = base / kBinsPerDoubling;
  // kExactBinBytesMax itself has an exact bin.
  return {std::max(base + step * step_bytes, kExactBinCount * kGranuleBytes),
          base + (step + 1) * step_bytes};
}

// ---- walking ---------------------------------------------------------------

BlockInfo KMalloc::DescribeChunk(const Chunk& chunk) const {
  const Address payload = chunk.payload();
  const std::uint64_t payload_bytes = chunk.payload_bytes();
  if (!chunk.tag.in_use()) {
    return {BlockKind::kFreeChunk, kNoClass, payload, payload_bytes, 0};
  }
  if (guarded()) {
    const Address block = BlockIn(payload);
    const bool live = directory_.IsStart(GranuleOf(block));
    const GuardHeader& header = guard_.HeaderOf(block);
    return {live ? BlockKind::kLive : BlockKind::kQuarantined, kNoClass, block,
            header.size_bytes, header.sequence()};
  }
  return {BlockKind::kLive, kNoClass, payload, payload_bytes, 0};
}

void KMalloc::WalkPage(Address payload,
                       absl::FunctionRef<void(const BlockInfo&)> visit) const {
  const Granule begin = GranuleOf(payload);
  const int size_class = directory_.ClassOf(begin);
  const ClassCache cache(directory_, size_class);
  const auto stride =
      static_cast<std::uint32_t>(ClassBytes(size_class) / kGranuleBytes);
  for (std::uint32_t i = 0; i < PageShapeOf(size_class).slots; ++i) {
    const Granule slot = begin + i * stride;
    BlockInfo info = {BlockKind::kFreeSlot, size_class, AddressOf(slot),
                      ClassBytes(size_class), 0};
    if (directory_.IsStart(slot)) {
      info.kind = BlockKind::kLive;
    } else if (cache.Contains(slot)) {
      info.kind = BlockKind::kCached;
    }
    visit(info);
  }
}

void KMalloc::Walk(absl::FunctionRef<void(const BlockInfo&)> visit) const {
  const Address top = chunks_.top();
  Chunk chunk;
  for (Address next = chunks_.first_tag(); next != top; next = chunk.end()) {
    chunk = chunks_.At(next);
    if (chunk.tag.in_use() && chunk.tag.is_page()) {
      WalkPage(chunk.payload(), visit);
    } else {
      visit(DescribeChunk(chunk));
    }
  }
  const Address rest = top + kTagBytes;
  visit({BlockKind::kTop, kNoClass, rest, heap_->break_address() - rest, 0});
}

std::optional<BlockInfo> KMalloc::Find(Address address) const {
  const Address top = chunks_.top();
  if (address < chunks_.first_tag() || address >= top) return std::nullopt;
  Chunk chunk = chunks_.At(chunks_.first_tag());
  while (address >= chunk.end()) chunk = chunks_.At(chunk.end());
  if (!chunk.tag.in_use() || !chunk.tag.is_page()) return DescribeChunk(chunk);
  std::optional<BlockInfo> found;
  WalkPage(chunk.payload(), [&](const BlockInfo& slot) {
    if (address >= slot.begin && address - slot.begin < slot.size_bytes) {
      found = slot;
    }
  });
  return found;
}

std::uint64_t KMalloc::SequenceOf(Address block) const {
  if (!guarded() || !IsLive(block)) return 0;
  return guard_.HeaderOf(block).sequence();
}

bool KMalloc::WasFreed(Address address) const {
  if (!bits::IsAligned(address.offset(), kGranuleBytes)) return false;
  if (address >= chunks_.top()) {
    // The top was in use once as far as it is not fresh.
    return address.offset() < directory_.header().fresh_begin;
  }
  const std::optional<BlockInfo> info = Find(address);
  if (!info.has_value()) return false;
  switch (info->kind) {
    case BlockKind::kFreeChunk:
      return true;
    case BlockKind::kCached:
    case BlockKind::kFreeSlot:
    case BlockKind::kQuarantined:
      return address == info->begin;
    default:
      return false;
  }
}

// ---- figures ---------------------------------------------------------------

MallocStats KMalloc::Stats() const {
  MallocStats stats = {};
  const DirectoryHeader& header = directory_.header();
  stats.peak_bytes = header.peak_bytes;
  stats.peak_blocks = header.peak_blocks;
  stats.directory_bytes = DirectoryBytesInUse();
  stats.footprint_bytes = heap_->break_address() -
                          heap_->layout().begin(Region::kHeap) +
                          stats.directory_bytes;
  Walk([&stats](const BlockInfo& info) {
    switch (info.kind) {
      case BlockKind::kLive:
        stats.live_bytes += info.size_bytes;
        stats.live_blocks += 1;
        break;
      case BlockKind::kCached:
        stats.cached_bytes += info.size_bytes;
        stats.cached_blocks += 1;
        break;
      case BlockKind::kFreeSlot:
        stats.free_slot_bytes += info.size_bytes;
        break;
      case BlockKind::kQuarantined:
        stats.quarantined_bytes += info.size_bytes;
        break;
      case BlockKind::kFreeChunk: {
        const int bin = ChunkLayer::BinOf(info.size_bytes + kTagBytes);
        stats.free_chunk_bytes += info.size_bytes;
        stats.free_bytes_by_bin[bin] += info.size_bytes;
        stats.free_chunks_by_bin[bin] += 1;
        break;
      }
      case BlockKind::kTop:
        stats.top_bytes = info.size_bytes;
        break;
    }
    if (info.kind == BlockKind::kFreeChunk || info.kind == BlockKind::kTop) {
      stats.largest_free_bytes =
          std::max(stats.largest_free_bytes, info.size_bytes);
    }
  });
  return stats;
}

double MallocStats::ExternalFragmentation() const {
  const std::uint64_t free_bytes = free_chunk_bytes + top_bytes;
  if (free_bytes == 0) return 0;
  return 1 - static_cast<double>(largest_free_bytes) /
                 static_cast<double>(free_bytes);
}

double MallocStats::InternalFragmentation() const {
  const std::uint64_t used_bytes =
      footprint_bytes - free_chunk_bytes - top_bytes;
  if (used_bytes == 0) return 0;
  return 1 - static_cast<double>(live_bytes) / static_cast<double>(used_bytes);
}

}  // namespace kheap
