// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/chunk_layer.h"

#include <algorithm>

#include "bitshift/bits.h"
#include "machine/check.h"

namespace kheap {

namespace {

constexpr std::uint64_t kGrowthBytesMin = 16 * 1024;
constexpr std::uint64_t kGrowthBytesMax = 1024 * 1024;
// The break moves by a 64th of the heap, so that few moves reach any size.
constexpr std::uint64_t kGrowthShare = 64;

constexpr int kExactBinLog2 = bits::Log2Floor(kExactBinBytesMax);
constexpr int kBinsPerDoublingLog2 =
    bits::Log2Floor(std::uint64_t{kBinsPerDoubling});

// No free chunk touches the top, and none is cut from it in place.
constexpr Tag kTopTag(0, Tag::kInUse + Tag::kPreviousInUse);

[[noreturn]] void RaiseCorruption(Address address) {
  RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, address, kTagBytes);
}

}  // namespace

bool ChunkLayer::Format() {
  const Address begin = heap_->layout().begin(Region::kHeap);
  // Down first, which makes the region zero if it was in use before.
  if (!heap_->SetBreak(begin) || !heap_->SetBreak(begin + kGrowthBytesMin)) {
    return false;
  }
  directory_.header().first_tag = (begin + kTagBytes).offset();
  SetTop(first_tag());
  return true;
}

bool ChunkLayer::Indent(std::uint64_t bytes) {
  KHEAP_CHECK(top() == first_tag() && bits::IsAligned(bytes, kGranuleBytes),
              "an empty heap is indented, by whole granules");
  if (!ReserveTop(bytes)) return false;
  const Address begin = first_tag() + bytes;
  machine::StoreLittleEndian<std::uint64_t>(base_ + first_tag().offset(), 0);
  directory_.header().first_tag = begin.offset();
  SetTop(begin);
  return true;
}

// ---- tags ------------------------------------------------------------------

inline std::uint64_t ChunkLayer::LoadWord(Address address) const {
  return machine::LoadLittleEndian<std::uint64_t>(base_ + address.offset());
}

inline void ChunkLayer::WriteTag(Address tag_address, Tag tag) {
  machine::StoreLittleEndian(base_ + tag_address.offset(),
                             tag.SealedFor(tag_address));
}

Chunk ChunkLayer::At(Address tag_address) const {
  const std::uint64_t word = LoadWord(tag_address);
  const Tag tag = Tag::FromWord(word);
  if (!Tag::IsSealedFor(tag_address, word) ||
      tag.size_bytes() < kChunkBytesMin ||
      tag.size_bytes() > top() - tag_address) [[unlikely]] {
    RaiseCorruption(tag_address);
  }
  return {tag_address, tag};
}

bool ChunkLayer::IsTopIntact() const {
  return LoadWord(top()) == kTopTag.SealedFor(top());
}

inline Chunk ChunkLayer::Follower(const Chunk& chunk) const {
  const Address begin = chunk.end();
  if (begin != top()) return At(begin);
  if (!IsTopIntact()) [[unlikely]]
    RaiseCorruption(begin);
  return {begin, kTopTag};
}

Chunk ChunkLayer::InUse(Address payload) const {
  const Address begin = payload - kTagBytes;
  if (begin < first_tag() || begin >= top()) RaiseCorruption(begin);
  const Chunk chunk = At(begin);
  if (!chunk.tag.in_use()) RaiseCorruption(begin);
  return chunk;
}

inline Chunk ChunkLayer::FreeBefore(const Chunk& chunk) const {
  const Address footer = chunk.begin - kTagBytes;
  const std::uint64_t word = LoadWord(footer);
  const std::uint64_t size_bytes = Tag::FromWord(word).size_bytes();
  if (size_bytes > chunk.begin - first_tag()) [[unlikely]] {
    RaiseCorruption(footer);
  }
  const Chunk before = At(chunk.begin - size_bytes);
  if (before.tag.SealedFor(before.begin) != word || before.tag.in_use())
      [[unlikely]] {
    RaiseCorruption(footer);
  }
  return before;
}

inline Chunk ChunkLayer::PutInUse(Address begin, std::uint64_t chunk_bytes,
                                  Tag::Flags flags) {
  const Tag tag(chunk_bytes, flags + Tag::kInUse);
  WriteTag(begin, tag);
  return {begin, tag};
}

void ChunkLayer::MarkAsPage(const Chunk& chunk) {
  WriteTag(chunk.begin, chunk.tag.With(Tag::kPage));
}

// ---- bins ------------------------------------------------------------------

int ChunkLayer::BinOf(std::uint64_t chunk_bytes) {
  if (chunk_bytes <= kExactBinBytesMax) {
    return static_cast<int>(chunk_bytes / kGranuleBytes);
  }
  const int log2 = bits::Log2Floor(chunk_bytes);
  const auto step = static_cast<int>(bits::Field(
      chunk_bytes, log2 - kBinsPerDoublingLog2, kBinsPerDoublingLog2));
  return kExactBinCount + (log2 - kExactBinLog2) * kBinsPerDoubling + step;
}

inline std::optional<int> ChunkLayer::FindBinFrom(int bin) const {
  const DirectoryHeader& header = directory_.header();
  int index = bin / 64;
  if (index >= kBinWordCount) return std::nullopt;
  std::uint64_t word =
      bits::Without(header.bin_bits[index].get(), bits::LowMask(bin % 64));
  while (word == 0) {
    if (++index == kBinWordCount) return std::nullopt;
    word = header.bin_bits[index];
  }
  return index * 64 + bits::TrailingZeros(word);
}

inline Chunk ChunkLayer::FindFree(std::uint64_t chunk_bytes) const {
  int bin = BinOf(chunk_bytes);
  if (chunk_bytes > kExactBinBytesMax) {
    // The chunks of this bin may be smaller than asked for; the newest is worth
    // a look, the next bin's all fit.
    const Address head = BinHead(bin);
    if (!head.is_null()) {
      const Chunk chunk = At(head - kTagBytes);
      if (chunk.size_bytes() >= chunk_bytes) return chunk;
    }
    ++bin;
  }
  const std::optional<int> found = FindBinFrom(bin);
  return found.has_value() ? At(BinHead(*found) - kTagBytes) : Chunk();
}

ChunkLayer::Links& ChunkLayer::LinksOf(Address payload) const {
  if (payload <= first_tag() || payload >= top()) [[unlikely]] {
    RaiseCorruption(payload);
  }
  return *reinterpret_cast<Links*>(base_ + payload.offset());
}

bool ChunkLayer::IsBound(const Chunk& chunk) const {
  const Links links = LinksOf(chunk.payload());
  const Granule self = GranuleOf(chunk.payload());
  if (links.next != kNoGranule &&
      LinksOf(AddressOf(links.next)).previous != self) {
    return false;
  }
  const Granule before =
      links.previous == kNoGranule
          ? directory_.header().bins[BinOf(chunk.size_bytes())].get()
          : LinksOf(AddressOf(links.previous)).next.get();
  return before == self && !chunk.tag.in_use() &&
         LoadWord(chunk.end() - kTagBytes) == chunk.tag.SealedFor(chunk.begin);
}

inline void ChunkLayer::RequireBound(const Chunk& chunk) const {
  if (!IsBound(chunk)) [[unlikely]]
    RaiseCorruption(chunk.payload());
}

void ChunkLayer::Unlink(const Chunk& chunk) {
  const Links links = LinksOf(chunk.payload());
  if (links.next != kNoGranule) {
    LinksOf(AddressOf(links.next)).previous = links.previous;
  }
  if (links.previous != kNoGranule) {
    LinksOf(AddressOf(links.previous)).next = links.next;
    return;
  }
  const int bin = BinOf(chunk.size_bytes());
  DirectoryHeader& header = directory_.header();
  header.bins[bin] = links.next;
  if (links.next == kNoGranule) {
    auto& word = header.bin_bits[bin / 64];
    word = bits::ClearBit(word.get(), bin % 64);
  }
}

void ChunkLayer::PutFree(Address begin, std::uint64_t chunk_bytes) {
  // No free chunk touches another, so the one before is in use.
  const Tag tag(chunk_bytes, Tag::kPreviousInUse);
  const std::uint64_t word = tag.SealedFor(begin);
  machine::StoreLittleEndian(base_ + begin.offset(), word);
  machine::StoreLittleEndian(base_ + (begin + chunk_bytes - kTagBytes).offset(),
                             word);
  const int bin = BinOf(chunk_bytes);
  DirectoryHeader& header = directory_.header();
  const Granule self = GranuleOf(begin + kTagBytes);
  const Granule head = header.bins[bin];
  Links& links = LinksOf(begin + kTagBytes);
  links.next = head;
  links.previous = kNoGranule;
  if (head != kNoGranule) LinksOf(AddressOf(head)).previous = self;
  header.bins[bin] = self;
  auto& bits_of_bin = header.bin_bits[bin / 64];
  bits_of_bin = bits::SetBit(bits_of_bin.get(), bin % 64);
}

// ---- allocating ------------------------------------------------------------

Chunk ChunkLayer::Allocate(std::uint64_t chunk_bytes) {
  const Chunk found = FindFree(chunk_bytes);
  if (found.exists()) return Carve(found, 0, chunk_bytes);
  if (!ReserveTop(chunk_bytes)) return {};
  return CarveTop(0, chunk_bytes);
}

Chunk ChunkLayer::AllocateAligned(std::uint64_t chunk_bytes,
                                  std::uint64_t alignment) {
  const std::uint64_t ample_bytes = chunk_bytes + alignment + kChunkBytesMin;
  // There are no bins for more.
  if (ample_bytes < kAllocatorCapacityMax) {
    const Chunk found = FindFree(ample_bytes);
    if (found.exists()) {
      return Carve(found, LeadBytes(found.payload(), alignment), chunk_bytes);
    }
  }
  const std::uint64_t lead = LeadBytes(top() + kTagBytes, alignment);
  if (!ReserveTop(lead + chunk_bytes)) return {};
  return CarveTop(lead, chunk_bytes);
}

Chunk ChunkLayer::AllocateBySearch(std::uint64_t chunk_bytes,
                                   std::uint64_t alignment) {
  Chunk chunk;
  for (Address next = first_tag(); next != top(); next = chunk.end()) {
    chunk = At(next);
    const std::uint64_t lead = LeadBytes(chunk.payload(), alignment);
    if (!chunk.tag.in_use() && lead + chunk_bytes <= chunk.size_bytes()) {
      return Carve(chunk, lead, chunk_bytes);
    }
  }
  return {};
}

Chunk ChunkLayer::Carve(const Chunk& whole, std::uint64_t lead_bytes,
                        std::uint64_t chunk_bytes) {
  RequireBound(whole);
  const std::uint64_t rest_bytes =
      whole.size_bytes() - lead_bytes - chunk_bytes;
  const bool splits = rest_bytes >= kChunkBytesMin;
  if (!splits) {
    const Chunk next = Follower(whole);
    chunk_bytes += rest_bytes;
    WriteTag(next.begin, next.tag.With(Tag::kPreviousInUse));
  }
  Unlink(whole);
  if (lead_bytes != 0) PutFree(whole.begin, lead_bytes);
  const Address begin = whole.begin + lead_bytes;
  if (splits) PutFree(begin + chunk_bytes, rest_bytes);
  return PutInUse(begin, chunk_bytes,
                  lead_bytes == 0 ? Tag::kPreviousInUse : Tag::Flags{0});
}

Chunk ChunkLayer::CarveTop(std::uint64_t lead_bytes,
                           std::uint64_t chunk_bytes) {
  const Address begin = top();
  SetTop(begin + lead_bytes + chunk_bytes);
  if (lead_bytes != 0) PutFree(begin, lead_bytes);
  return PutInUse(begin + lead_bytes, chunk_bytes,
                  lead_bytes == 0 ? Tag::kPreviousInUse : Tag::Flags{0});
}

bool ChunkLayer::ReserveTop(std::uint64_t size_bytes) {
  const Address begin = top();
  if (!IsTopIntact()) RaiseCorruption(begin);
  const Address old_break = heap_->break_address();
  if (size_bytes <= old_break - begin - kTagBytes) return true;
  const Address heap_end = heap_->layout().end(Region::kHeap);
  if (size_bytes > heap_end - begin - kTagBytes) return false;
  const Address needed = begin + size_bytes + kTagBytes;
  const std::uint64_t heap_bytes =
      old_break - heap_->layout().begin(Region::kHeap);
  const std::uint64_t step =
      std::clamp(bits::Bit(bits::Log2Floor(heap_bytes / kGrowthShare + 1)),
                 kGrowthBytesMin, kGrowthBytesMax);
  const Address target(bits::AlignUp(needed.offset(), step));
  return heap_->SetBreak(std::min(target, heap_end)) ||
         heap_->SetBreak(
             Address(bits::AlignUp(needed.offset(), kRegionAlignment)));
}

void ChunkLayer::SetTop(Address tag_address) {
  DirectoryHeader& header = directory_.header();
  header.top = tag_address.offset();
  WriteTag(tag_address, kTopTag);
  const std::uint64_t touched_end = (tag_address + kTagBytes).offset();
  if (header.fresh_begin < touched_end) header.fresh_begin = touched_end;
}

// ---- freeing and resizing --------------------------------------------------

void ChunkLayer::Free(const Chunk& chunk) {
  const Chunk next = Follower(chunk);
  Address begin = chunk.begin;
  std::uint64_t size_bytes = chunk.size_bytes();
  if (!next.tag.in_use()) {
    RequireBound(next);
    size_bytes += next.size_bytes();
  }
  if (!chunk.tag.previous_in_use()) {
    const Chunk before = FreeBefore(chunk);
    RequireBound(before);
    begin = before.begin;
    size_bytes += before.size_bytes();
    Unlink(before);
  }
  if (!next.tag.in_use()) {
    Unlink(next);
  } else if (next.begin == top()) {
    return SetTop(begin);
  } else {
    WriteTag(next.begin, next.tag.Without(Tag::kPreviousInUse));
  }
  PutFree(begin, size_bytes);
}

void ChunkLayer::RequireFreeable(const Chunk& chunk) const {
  const Chunk next = Follower(chunk);
  if (!next.tag.in_use()) RequireBound(next);
  if (!chunk.tag.previous_in_use()) RequireBound(FreeBefore(chunk));
}

void ChunkLayer::RequireIntact() const {
  bool previous_in_use = true;
  Chunk chunk;
  for (Address next = first_tag(); next != top(); next = chunk.end()) {
    chunk = At(next);
    if (chunk.tag.previous_in_use() != previous_in_use) RaiseCorruption(next);
    if (!chunk.tag.in_use()) RequireBound(chunk);
    previous_in_use = chunk.tag.in_use();
  }
  if (!IsTopIntact()) RaiseCorruption(top());
}

Chunk ChunkLayer::Resize(const Chunk& chunk, std::uint64_t chunk_bytes) {
  if (chunk_bytes > chunk.size_bytes()) return Grow(chunk, chunk_bytes);
  const std::uint64_t rest_bytes = chunk.size_bytes() - chunk_bytes;
  if (rest_bytes < kChunkBytesMin) return chunk;
  const Chunk next = Follower(chunk);
  if (!next.tag.in_use()) RequireBound(next);
  WriteTag(chunk.begin, chunk.tag.WithSize(chunk_bytes));
  Free(PutInUse(chunk.begin + chunk_bytes, rest_bytes, Tag::kPreviousInUse));
  return {chunk.begin, chunk.tag.WithSize(chunk_bytes)};
}

Chunk ChunkLayer::Grow(const Chunk& chunk, std::uint64_t chunk_bytes) {
  const Chunk next = Follower(chunk);
  if (next.begin == top()) {
    if (!ReserveTop(chunk_bytes - chunk.size_bytes())) return {};
    SetTop(chunk.begin + chunk_bytes);
  } else {
    const std::uint64_t whole_bytes = chunk.size_bytes() + next.size_bytes();
    if (next.tag.in_use() || whole_bytes < chunk_bytes) return {};
    RequireBound(next);
    const std::uint64_t rest_bytes = whole_bytes - chunk_bytes;
    if (rest_bytes < kChunkBytesMin) {
      const Chunk after = Follower(next);
      chunk_bytes = whole_bytes;
      WriteTag(after.begin, after.tag.With(Tag::kPreviousInUse));
    }
    Unlink(next);
    if (chunk_bytes != whole_bytes) {
      PutFree(chunk.begin + chunk_bytes, rest_bytes);
    }
  }
  const Tag tag = chunk.tag.WithSize(chunk_bytes);
  WriteTag(chunk.begin, tag);
  return {chunk.begin, tag};
}

bool ChunkLayer::Trim(std::uint64_t keep_bytes) {
  const Address old_break = heap_->break_address();
  const Address begin = top() + kTagBytes;
  if (keep_bytes > old_break - begin) return false;
  const Address target(
      bits::AlignUp((begin + keep_bytes).offset(), kRegionAlignment));
  if (target >= old_break) return false;
  KHEAP_CHECK(heap_->SetBreak(target), "the break can always move down");
  DirectoryHeader& header = directory_.header();
  header.fresh_begin =
      std::min<std::uint64_t>(header.fresh_begin, target.offset());
  return true;
}

}  // namespace kheap
