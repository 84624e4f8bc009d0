// SPDX-License-Identifier: Apache-2.0
// Verifying everything the allocator believes, rule by rule. The rules are
// those that chunk_layer.h, directory.h and guard.h state where the data is
// declared.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kmalloc/kmalloc.h"

namespace kheap {

// One walk over one allocator. Each Check… is false where a rule is broken, and
// the first such rule and its address are kept. Damaged tags and links raise
// MemoryFault 116, as they do elsewhere.
class KMalloc::Audit {
 public:
  explicit Audit(const KMalloc& malloc)
      : malloc_(malloc),
        directory_(malloc.directory_),
        heap_(*malloc.heap_),
        expected_starts_(heap_.break_address().offset() / kUnitBytes + 1) {}

  absl::Status Run() {
    const bool sound = CheckCaches() && CheckChunks() && CheckTop() &&
                       CheckBins() && CheckPagesAreWhole() && CheckRings() &&
                       CheckStartBits() && CheckQuarantine() && CheckCounters();
    if (sound) return absl::OkStatus();
    return Describe(broken_rule_, broken_at_);
  }

  static absl::Status Describe(std::string_view rule, Address address) {
    return absl::InternalError(
        absl::StrCat("the heap is damaged at ", ToString(address), ": ",
                     absl::string_view(rule.data(), rule.size())));
  }

 private:
  struct PageTally {
    int size_class;
    bool ringed;
  };

  bool Require(bool holds, std::string_view rule, Address address) {
    if (holds || !broken_rule_.empty()) return holds;
    broken_rule_ = rule;
    broken_at_ = address;
    return false;
  }

  void ExpectStart(Granule granule) {
    auto& word = expected_starts_[granule / kGranulesPerUnit];
    word = bits::SetBit(word, granule % kGranulesPerUnit);
  }

  // invariants.cc is read top to bottom in the order of Run().
  bool CheckCaches();
  bool CheckCached(int size_class, Granule slot);
  bool CheckChunks();
  bool CheckChunk(const Chunk& chunk, bool previous_in_use);
  bool CheckFreeChunk(const Chunk& chunk);
  bool CheckPlain(const Chunk& chunk);
  bool CheckGuarded(const Chunk& chunk);
  bool CheckRedZones(Address block, const GuardHeader& header, bool live);
  bool CheckPage(const Chunk& chunk);
  bool CheckTop();
  bool CheckBins();
  bool CheckBin(int bin);
  bool CheckPagesAreWhole();
  bool CheckRings();
  bool CheckRing(int size_class);
  bool CheckStartBits();
  bool CheckQuarantine();
  bool CheckCounters();

  const KMalloc& malloc_;
  Directory directory_;
  GlobalHeap& heap_;

  std::string_view broken_rule_;
  Address broken_at_;

  std::vector<std::uint64_t> expected_starts_;
  std::unordered_set<Granule> cached_;
  std::unordered_map<std::uint32_t, std::uint32_t> cached_by_page_;
  std::unordered_map<std::uint32_t, PageTally> pages_;
  std::array<std::uint64_t, kBinCount> free_chunks_by_bin_ = {};
  std::uint64_t page_units_ = 0;
  std::uint64_t held_bytes_ = 0;
  std::uint64_t held_blocks_ = 0;
  std::uint64_t quarantined_blocks_ = 0;
};

absl::Status KMalloc::CheckInvariants() const {
  try {
    return Audit(*this).Run();
  } catch (const MemoryFault& fault) {
    return Audit::Describe("a tag or a link was overwritten", fault.address);
  }
}

// ---- caches ----------------------------------------------------------------

bool KMalloc::Audit::CheckCaches() {
  for (int c = 1; c < kClassCount; ++c) {
    const ClassState& state = directory_.size_class(c);
    const std::uint32_t begin = c * kCacheSlotsPerClass;
    if (!Require(state.begin == begin && state.cursor >= begin &&
                     state.cursor <= state.end &&
                     state.end < begin + kCacheSlotsPerClass,
                 "a class's cache lies within its slots", kNullAddress)) {
      return false;
    }
    const ClassCache cache(directory_, c);
    for (std::uint32_t i = 0; i < cache.count(); ++i) {
      if (!CheckCached(c, cache.At(i))) return false;
    }
  }
  return true;
}

bool KMalloc::Audit::CheckCached(int size_class, Granule slot) {
  const Address address = AddressOf(slot);
  if (!Require(slot < malloc_.granule_count_ &&
                   directory_.ClassOf(slot) == size_class,
               "a cached block is a slot of its class", address)) {
    return false;
  }
  const std::uint32_t page = malloc_.pages_.PageOf(slot);
  const std::uint64_t offset = address - Address(page * kUnitBytes);
  cached_by_page_[page] += 1;
  held_bytes_ += ClassBytes(size_class);
  held_blocks_ += 1;
  return Require(offset % ClassBytes(size_class) == 0 &&
                     offset / ClassBytes(size_class) <
                         PageShapeOf(size_class).slots,
                 "a cached block begins at a slot", address) &&
         Require(!directory_.IsStart(slot), "a cached block is not live",
                 address) &&
         Require(cached_.insert(slot).second, "a block is cached once",
                 address);
}

// ---- chunks ----------------------------------------------------------------

bool KMalloc::Audit::CheckChunks() {
  const ChunkLayer& chunks = malloc_.chunks_;
  bool previous_in_use = true;
  Chunk chunk;
  for (Address next = chunks.first_tag(); next != chunks.top();
       next = chunk.end()) {
    chunk = chunks.At(next);
    if (!CheckChunk(chunk, previous_in_use)) return false;
    previous_in_use = chunk.tag.in_use();
  }
  return Require(previous_in_use, "no free chunk touches the top",
                 chunks.top());
}

bool KMalloc::Audit::CheckChunk(const Chunk& chunk, bool previous_in_use) {
  if (!Require(chunk.tag.previous_in_use() == previous_in_use,
               "a tag says whether the chunk before is in use", chunk.begin)) {
    return false;
  }
  if (!chunk.tag.in_use()) {
    return Require(previous_in_use, "no two free chunks touch", chunk.begin) &&
           CheckFreeChunk(chunk);
  }
  if (chunk.tag.is_page()) return CheckPage(chunk);
  return malloc_.guarded() ? CheckGuarded(chunk) : CheckPlain(chunk);
}

bool KMalloc::Audit::CheckFreeChunk(const Chunk& chunk) {
  free_chunks_by_bin_[ChunkLayer::BinOf(chunk.size_bytes())] += 1;
  return Require(malloc_.chunks_.IsBound(chunk),
                 "a free chunk repeats its tag and is in its bin", chunk.begin);
}

bool KMalloc::Audit::CheckPlain(const Chunk& chunk) {
  const Granule block = GranuleOf(chunk.payload());
  ExpectStart(block);
  held_bytes_ += chunk.payload_bytes();
  held_blocks_ += 1;
  return Require(directory_.IsStart(block), "a chunk in use holds a live block",
                 chunk.payload());
}

bool KMalloc::Audit::CheckGuarded(const Chunk& chunk) {
  const GuardHeader& header = malloc_.guard_.HeaderIn(chunk.payload());
  const std::uint64_t lead_bytes = header.lead_bytes;
  if (!Require(lead_bytes >= sizeof(GuardHeader) &&
                   bits::IsPowerOfTwo(lead_bytes) &&
                   lead_bytes < chunk.payload_bytes() &&
                   header.size_bytes < chunk.payload_bytes() - lead_bytes,
               "a guarded block lies within its chunk", chunk.begin)) {
    return false;
  }
  const Address block = chunk.payload() + lead_bytes;
  const bool live = directory_.IsStart(GranuleOf(block));
  if (live) {
    ExpectStart(GranuleOf(block));
    held_bytes_ += header.size_bytes;
    held_blocks_ += 1;
  } else {
    quarantined_blocks_ += 1;
  }
  return CheckRedZones(block, header, live);
}

bool KMalloc::Audit::CheckRedZones(Address block, const GuardHeader& header,
                                   bool live) {
  const Shadow& shadow = *heap_.shadow();
  const Address end = block + header.size_bytes;
  const ShadowByte before =
      live ? ShadowByte::kHeapRedZone : ShadowByte::kFreedRedZone;
  bool addressable = live;
  for (Address at = block; at < end && addressable == live; at = at + 1) {
    addressable = IsAddressable(shadow.At(at));
  }
  return Require(addressable == live, "exactly live bytes are addressable",
                 block) &&
         Require(malloc_.guard_.HeaderOf(block).lead_bytes == header.lead_bytes,
                 "a guarded block finds its header", block) &&
         Require(shadow.At(block - 1) == before &&
                     shadow.At(end) == ShadowByte::kHeapRedZone,
                 "a guarded block lies between red zones", block);
}

// ---- pages -----------------------------------------------------------------

bool KMalloc::Audit::CheckPage(const Chunk& chunk) {
  const Address payload = chunk.payload();
  const auto page = static_cast<std::uint32_t>(payload.offset() / kUnitBytes);
  const int size_class = directory_.ClassOf(GranuleOf(payload));
  if (!Require(bits::IsAligned(payload.offset(), kUnitBytes) &&
                   size_class != kNoClass &&
                   PageShapeOf(size_class).size_bytes() <= chunk.size_bytes(),
               "a page has a class and its chunk holds it", payload)) {
    return false;
  }
  const PageShape& shape = PageShapeOf(size_class);
  for (std::uint32_t i = 0; i < shape.units; ++i) {
    const UnitRecord unit = directory_.unit(page + i);
    if (!Require(unit.size_class == size_class && unit.page_offset == i,
                 "every unit of a page leads to the page", payload)) {
      return false;
    }
  }
  std::uint32_t live_slots = 0;
  for (std::uint32_t i = 0; i < shape.slots; ++i) {
    const Granule slot = GranuleOf(payload + i * ClassBytes(size_class));
    if (!directory_.IsStart(slot)) continue;
    live_slots += 1;
    ExpectStart(slot);
  }
  held_bytes_ += live_slots * ClassBytes(size_class);
  held_blocks_ += live_slots;
  page_units_ += shape.units;
  const PageRecord& record = directory_.page(page);
  pages_[page] = {size_class, false};
  const auto cached = cached_by_page_.extract(page);
  const std::uint32_t out = live_slots + (cached.empty() ? 0 : cached.mapped());
  return Require(record.slots_out == out,
                 "a page counts its live and cached slots", payload) &&
         Require(record.listed != 0 || out == shape.slots,
                 "a page with free slots is in the ring of its class", payload);
}

bool KMalloc::Audit::CheckPagesAreWhole() {
  std::uint64_t page_units = 0;
  const std::uint64_t units = heap_.break_address().offset() / kUnitBytes;
  for (std::uint32_t unit = 0; unit < units; ++unit) {
    if (directory_.unit(unit).size_class != kNoClass) page_units += 1;
  }
  return Require(cached_by_page_.empty() && page_units == page_units_,
                 "slots lie in pages", kNullAddress);
}

bool KMalloc::Audit::CheckRings() {
  for (int c = 1; c < kClassCount; ++c) {
    if (!CheckRing(c)) return false;
  }
  for (const auto& [page, tally] : pages_) {
    const bool listed = directory_.page(page).listed != 0;
    if (!Require(listed == tally.ringed, "a listed page is in a ring",
                 Address(page * kUnitBytes))) {
      return false;
    }
  }
  return true;
}

bool KMalloc::Audit::CheckRing(int size_class) {
  const std::uint32_t head = directory_.size_class(size_class).partial_head;
  if (head == 0) return true;
  std::uint32_t page = head;
  do {
    const auto found = pages_.find(page);
    if (!Require(found != pages_.end() &&
                     found->second.size_class == size_class &&
                     !found->second.ringed,
                 "a ring goes once through pages of its class",
                 Address(page * kUnitBytes))) {
      return false;
    }
    found->second.ringed = true;
    const std::uint32_t next = directory_.page(page).next;
    if (!Require(directory_.page(next).previous == page,
                 "neighbours in a ring point at each other",
                 Address(page * kUnitBytes))) {
      return false;
    }
    page = next;
  } while (page != head);
  return true;
}

// ---- top and bins ----------------------------------------------------------

bool KMalloc::Audit::CheckTop() {
  const Address top = malloc_.chunks_.top();
  const Address heap_break = heap_.break_address();
  const std::uint64_t fresh_begin = directory_.header().fresh_begin;
  if (!Require(malloc_.chunks_.IsTopIntact() && top + kTagBytes <= heap_break,
               "the top ends the chunks", top) ||
      !Require(fresh_begin >= (top + kTagBytes).offset(),
               "what was never in use lies above the top", top)) {
    return false;
  }
  if (fresh_begin >= heap_break.offset()) return true;
  const std::byte* const fresh = heap_.base() + fresh_begin;
  const std::byte* const end = heap_.base() + heap_break.offset();
  const std::byte* const used = std::find_if(
      fresh, end, [](std::byte byte) { return byte != std::byte{0}; });
  return Require(
      used == end, "what was never in use is zero",
      Address(fresh_begin + static_cast<std::uint64_t>(used - fresh)));
}

bool KMalloc::Audit::CheckBins() {
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (!CheckBin(bin)) return false;
  }
  return true;
}

bool KMalloc::Audit::CheckBin(int bin) {
  const ChunkLayer& chunks = malloc_.chunks_;
  const std::uint64_t word = directory_.header().bin_bits[bin / 64];
  const Address head = chunks.BinHead(bin);
  if (!Require(bits::TestBit(word, bin % 64) == !head.is_null(),
               "a bin's bit says whether it is empty", head)) {
    return false;
  }
  std::uint64_t count = 0;
  for (Address payload = head; !payload.is_null();
       payload = chunks.NextInBin(payload)) {
    count += 1;
    if (!Require(count <= free_chunks_by_bin_[bin],
                 "a bin holds each of its chunks once", payload)) {
      return false;
    }
    const Chunk chunk = chunks.At(payload - kTagBytes);
    if (!Require(
            !chunk.tag.in_use() && ChunkLayer::BinOf(chunk.size_bytes()) == bin,
            "a bin holds free chunks of its size", payload)) {
      return false;
    }
  }
  return Require(count == free_chunks_by_bin_[bin],
                 "every free chunk is in its bin", head);
}

// ---- the rest --------------------------------------------------------------

bool KMalloc::Audit::CheckStartBits() {
  for (std::uint64_t unit = 0; unit < expected_starts_.size(); ++unit) {
    const std::uint64_t wrong =
        bits::Xor(expected_starts_[unit], directory_.StartWord(unit));
    if (wrong == 0) continue;
    const auto granule = static_cast<Granule>(unit * kGranulesPerUnit +
                                              bits::TrailingZeros(wrong));
    return Require(false, "a live block begins where a block can begin",
                   AddressOf(granule));
  }
  return true;
}

bool KMalloc::Audit::CheckQuarantine() {
  if (!malloc_.guarded()) return true;
  const DirectoryHeader& header = directory_.header();
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  Address last;
  for (Address block = malloc_.guard_.Oldest(); !block.is_null();
       block = Address(malloc_.guard_.HeaderOf(block).next)) {
    const GuardHeader& guard = malloc_.guard_.HeaderOf(block);
    blocks += 1;
    if (!Require(blocks <= quarantined_blocks_ &&
                     malloc_.guard_.IsQuarantined(block),
                 "the quarantine goes once through freed blocks", block)) {
      return false;
    }
    bytes += guard.size_bytes + guard.lead_bytes;
    last = block;
  }
  return Require(blocks == quarantined_blocks_ &&
                     bytes == header.quarantine_bytes &&
                     last == Address(header.quarantine_tail),
                 "every chunk in use is live or in the quarantine", last);
}

bool KMalloc::Audit::CheckCounters() {
  const DirectoryHeader& header = directory_.header();
  return Require(header.held_bytes == held_bytes_ &&
                     header.held_blocks == held_blocks_ &&
                     header.peak_bytes >= held_bytes_ &&
                     header.peak_blocks >= held_blocks_,
                 "the counters count what is held",
                 heap_.layout().begin(Region::kDirectory));
}

}  // namespace kheap
