// SPDX-License-Identifier: Apache-2.0
// Each rule of the allocator, broken by hand and named.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"

namespace kheap {
namespace {

using Word = LittleEndian<std::uint64_t>;

class InvariantsTest : public testing::Test {
 protected:
  explicit InvariantsTest(const Setting& setting = kPagesFast)
      : arena_(setting),
        directory_(arena_.heap()),
        chunks_(arena_.heap(), directory_) {}

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }
  DirectoryHeader& header() { return directory_.header(); }

  void ExpectBroken(const std::string& rule, Address address) {
    EXPECT_EQ(malloc().CheckInvariants(),
              absl::InternalError(absl::StrCat("the heap is damaged at ",
                                               ToString(address), ": ", rule)));
  }

  void WriteTag(Address at, const Tag& tag) {
    heap().RuntimeObject<Word>(at) = tag.SealedFor(at);
  }
  // Writes both tags of a free chunk, and its links.
  void WriteFree(Address begin, std::uint64_t size_bytes, Tag::Flags flags,
                 Granule next = kNoGranule, Granule previous = kNoGranule) {
    const std::uint64_t word = Tag(size_bytes, flags).SealedFor(begin);
    heap().RuntimeObject<Word>(begin) = word;
    heap().RuntimeObject<Word>(begin + size_bytes - kTagBytes) = word;
    WriteLinks(begin + kTagBytes, next, previous);
  }
  void WriteLinks(Address payload, Granule next, Granule previous) {
    heap().RuntimeObject<LittleEndian<Granule>>(payload) = next;
    heap().RuntimeObject<LittleEndian<Granule>>(payload + 4) = previous;
  }
  void SetBin(std::uint64_t chunk_bytes, Address payload) {
    const int bin = ChunkLayer::BinOf(chunk_bytes);
    header().bins[bin] = GranuleOf(payload);
    const std::uint64_t bit = std::uint64_t{1} << (bin % 64);
    const std::uint64_t word = header().bin_bits[bin / 64];
    header().bin_bits[bin / 64] = payload.is_null() ? word & ~bit : word | bit;
  }
  // A free chunk of `chunk_bytes` between blocks.
  Address FreeChunk(std::uint64_t chunk_bytes) {
    const Address block = malloc().Malloc(chunk_bytes - kTagBytes);
    malloc().Malloc(16);
    malloc().Free(block);
    return block;
  }

  // A block of 16 bytes in the first page of its class.
  Address Slot() {
    arena_.Heat(16);
    return malloc().Malloc(16);
  }
  ClassState& small() { return directory_.size_class(1); }
  std::uint32_t PageOf(Address slot) {
    const auto unit = static_cast<std::uint32_t>(slot.offset() / kUnitBytes);
    return unit - directory_.unit(unit).page_offset;
  }
  Address AddressOfPage(std::uint32_t page) {
    return Address(std::uint64_t{page} * kUnitBytes);
  }

  MallocArena arena_;
  Directory directory_;
  ChunkLayer chunks_;
};

TEST_F(InvariantsTest, NothingIsBrokenInAHeapInUse) {
  Slot();
  FreeChunk(64);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

// ---- caches ----------------------------------------------------------------

TEST_F(InvariantsTest, CacheOutsideItsSlots) {
  const std::uint32_t end = small().end;
  small().cursor = end + 1;
  ExpectBroken("a class's cache lies within its slots", kNullAddress);
  small().cursor = small().begin.get();
  small().end = small().begin + kCacheSlotsPerClass;
  ExpectBroken("a class's cache lies within its slots", kNullAddress);
}

TEST_F(InvariantsTest, CachedBlockOfAnotherClass) {
  Slot();
  const Address block = malloc().Malloc(5000);
  small().top = GranuleOf(block);
  ExpectBroken("a cached block is a slot of its class", block);
}

TEST_F(InvariantsTest, CachedBlockInsideASlot) {
  arena_.Heat(32);
  const Address slot = malloc().Malloc(32);
  directory_.size_class(2).top = GranuleOf(slot + 16);
  ExpectBroken("a cached block begins at a slot", slot + 16);
}

TEST_F(InvariantsTest, CachedBlockThatIsLive) {
  const Address slot = Slot();
  small().top = GranuleOf(slot);
  ExpectBroken("a cached block is not live", slot);
}

TEST_F(InvariantsTest, BlockThatIsCachedTwice) {
  Slot();
  const ClassCache cache(directory_, 1);
  const Granule oldest = cache.At(0);
  small().top = oldest;
  ExpectBroken("a block is cached once", AddressOf(oldest));
}

// ---- chunks ----------------------------------------------------------------

TEST_F(InvariantsTest, DamagedTag) {
  const Address block = malloc().Malloc(100);
  heap().RuntimeObject<Word>(block - kTagBytes) = 0;
  ExpectBroken("a tag or a link was overwritten", block - kTagBytes);
}

TEST_F(InvariantsTest, TagThatIsWrongAboutTheChunkBefore) {
  malloc().Malloc(100);
  const Address block = malloc().Malloc(100);
  const Chunk chunk = chunks_.InUse(block);
  WriteTag(chunk.begin, chunk.tag.Without(Tag::kPreviousInUse));
  ExpectBroken("a tag says whether the chunk before is in use", chunk.begin);
}

TEST_F(InvariantsTest, TwoFreeChunksThatTouch) {
  const Address free = FreeChunk(128);
  const Address begin = free - kTagBytes;
  SetBin(128, kNullAddress);
  SetBin(64, free);
  WriteFree(begin, 64, Tag::kPreviousInUse);
  WriteFree(begin + 64, 64, 0);
  ExpectBroken("no two free chunks touch", begin + 64);
}

TEST_F(InvariantsTest, FreeChunkThatTouchesTheTop) {
  const Address block = malloc().Malloc(100);
  const Chunk chunk = chunks_.InUse(block);
  WriteFree(chunk.begin, chunk.size_bytes(), Tag::kPreviousInUse);
  SetBin(chunk.size_bytes(), block);
  ExpectBroken("no free chunk touches the top", chunks_.top());
}

TEST_F(InvariantsTest, FreeChunkWithAnotherTagAtItsEnd) {
  const Address free = FreeChunk(128);
  heap().RuntimeObject<Word>(free + 128 - 2 * kTagBytes) = 1;
  ExpectBroken("a free chunk repeats its tag and is in its bin",
               free - kTagBytes);
}

TEST_F(InvariantsTest, FreeChunkThatIsInNoBin) {
  const Address free = FreeChunk(128);
  SetBin(128, kNullAddress);
  ExpectBroken("a free chunk repeats its tag and is in its bin",
               free - kTagBytes);
}

TEST_F(InvariantsTest, LinkOutOfTheHeap) {
  const Address free = FreeChunk(128);
  WriteLinks(free, 1, kNoGranule);
  ExpectBroken("a tag or a link was overwritten", Address(16));
}

TEST_F(InvariantsTest, ChunkInUseWithoutABlock) {
  const Address block = malloc().Malloc(100);
  directory_.ClearStart(GranuleOf(block));
  ExpectBroken("a chunk in use holds a live block", block);
}

// ---- pages -----------------------------------------------------------------

TEST_F(InvariantsTest, PageWithoutAClass) {
  const std::uint32_t page = PageOf(Slot());
  small().cursor = small().begin.get();
  directory_.unit(page).size_class = kNoClass;
  ExpectBroken("a page has a class and its chunk holds it",
               AddressOfPage(page));
}

TEST_F(InvariantsTest, PageThatIsLargerThanItsChunk) {
  const std::uint32_t page = PageOf(Slot());
  small().cursor = small().begin.get();
  directory_.unit(page).size_class = kClassCount - 1;
  ExpectBroken("a page has a class and its chunk holds it",
               AddressOfPage(page));
}

TEST_F(InvariantsTest, UnitThatLeadsToAnotherPage) {
  const std::uint32_t page = PageOf(Slot());
  directory_.unit(page + 7).page_offset = 6;
  ExpectBroken("every unit of a page leads to the page", AddressOfPage(page));
}

TEST_F(InvariantsTest, PageThatMiscounts) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).slots_out += 1;
  ExpectBroken("a page counts its live and cached slots", AddressOfPage(page));
}

TEST_F(InvariantsTest, PageWithFreeSlotsThatIsNotListed) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).listed = 0;
  ExpectBroken("a page with free slots is in the ring of its class",
               AddressOfPage(page));
}

TEST_F(InvariantsTest, UnitOfAPageOutsideOfPages) {
  const Address block = malloc().Malloc(5000);
  directory_.unit(static_cast<std::uint32_t>(block.offset() / kUnitBytes))
      .size_class = 3;
  ExpectBroken("slots lie in pages", kNullAddress);
}

TEST_F(InvariantsTest, ListedPageThatIsInNoRing) {
  const std::uint32_t page = PageOf(Slot());
  small().partial_head = 0;
  ExpectBroken("a listed page is in a ring", AddressOfPage(page));
}

TEST_F(InvariantsTest, RingOfAnotherClass) {
  const std::uint32_t page = PageOf(Slot());
  directory_.size_class(2).partial_head = page;
  ExpectBroken("a ring goes once through pages of its class",
               AddressOfPage(page));
}

TEST_F(InvariantsTest, NeighboursInARingThatDisagree) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).previous = page + 1;
  ExpectBroken("neighbours in a ring point at each other", AddressOfPage(page));
}

// ---- top and bins ----------------------------------------------------------

TEST_F(InvariantsTest, TopThatWasOverwritten) {
  malloc().Malloc(100);
  heap().RuntimeObject<Word>(chunks_.top()) = 0;
  ExpectBroken("the top ends the chunks", chunks_.top());
}

TEST_F(InvariantsTest, FreshMemoryBelowTheTop) {
  malloc().Malloc(100);
  header().fresh_begin = chunks_.top().offset();
  ExpectBroken("what was never in use lies above the top", chunks_.top());
}

TEST_F(InvariantsTest, FreshMemoryThatIsNotZero) {
  malloc().Malloc(100);
  const Address last = heap().break_address() - 1;
  heap().sb(last, 1);
  ExpectBroken("what was never in use is zero", last);
}

TEST_F(InvariantsTest, BitOfABinThatLies) {
  const Address free = FreeChunk(128);
  header().bin_bits[0] = 0;
  ExpectBroken("a bin's bit says whether it is empty", free);
}

TEST_F(InvariantsTest, BinThatGoesInACircle) {
  const Address free = FreeChunk(128);
  WriteLinks(free, GranuleOf(free), GranuleOf(free));
  ExpectBroken("a bin holds each of its chunks once", free);
}

TEST_F(InvariantsTest, BinOfAnotherSize) {
  const Address larger = malloc().Malloc(256 - kTagBytes);
  malloc().Malloc(16);
  const Address smaller = FreeChunk(128);
  malloc().Free(larger);
  SetBin(128, larger);
  WriteLinks(larger, GranuleOf(smaller), kNoGranule);
  WriteLinks(smaller, kNoGranule, GranuleOf(larger));
  ExpectBroken("a bin holds free chunks of its size", larger);
}

TEST_F(InvariantsTest, FreeChunkThatNoBinLeadsTo) {
  const Address lost = malloc().Malloc(128 - kTagBytes);
  malloc().Malloc(16);
  const Address found = FreeChunk(128);
  malloc().Free(lost);
  SetBin(128, found);
  WriteLinks(found, kNoGranule, kNoGranule);
  WriteLinks(lost, GranuleOf(lost), GranuleOf(lost));
  ExpectBroken("every free chunk is in its bin", found);
}

// ---- the rest --------------------------------------------------------------

TEST_F(InvariantsTest, StartBitInsideABlock) {
  const Address block = malloc().Malloc(100);
  directory_.SetStart(GranuleOf(block + 32));
  ExpectBroken("a live block begins where a block can begin", block + 32);
}

TEST_F(InvariantsTest, StartBitInsideASlot) {
  arena_.Heat(32);
  const Address slot = malloc().Malloc(32);
  directory_.SetStart(GranuleOf(slot + 16));
  ExpectBroken("a live block begins where a block can begin", slot + 16);
}

TEST_F(InvariantsTest, CountersThatAreOff) {
  malloc().Malloc(100);
  const Address at = heap().layout().begin(Region::kDirectory);
  for (Word* counter : {&header().held_bytes, &header().held_blocks}) {
    *counter += 1;
    ExpectBroken("the counters count what is held", at);
    *counter -= 1;
  }
  for (Word* peak : {&header().peak_bytes, &header().peak_blocks}) {
    const std::uint64_t before = *peak;
    *peak = 0;
    ExpectBroken("the counters count what is held", at);
    *peak = before;
  }
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

// ---- checked mode ----------------------------------------------------------

class GuardedInvariantsTest : public InvariantsTest {
 protected:
  GuardedInvariantsTest() : InvariantsTest(kPagesChecked) {
    block_ = malloc().Malloc(40);
    freed_ = malloc().Malloc(40);
    malloc().Malloc(40);
    malloc().Free(freed_);
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }

  GuardHeader& HeaderOf(Address block) {
    return heap().RuntimeObject<GuardHeader>(block - sizeof(GuardHeader));
  }

  Address block_;
  Address freed_;
};

TEST_F(GuardedInvariantsTest, BlockOutsideItsChunk) {
  const Address tag = block_ - sizeof(GuardHeader) - kTagBytes;
  for (const std::uint64_t lead : {0, 16, 48, 4096}) {
    HeaderOf(block_).lead_bytes = lead;
    ExpectBroken("a guarded block lies within its chunk", tag);
  }
  HeaderOf(block_).lead_bytes = sizeof(GuardHeader);
  HeaderOf(block_).size_bytes = 4096;
  ExpectBroken("a guarded block lies within its chunk", tag);
}

TEST_F(GuardedInvariantsTest, LiveByteThatIsNotAddressable) {
  heap().shadow()->Set(block_ + 7, 1, ShadowByte::kHeapRedZone);
  ExpectBroken("exactly live bytes are addressable", block_);
}

TEST_F(GuardedInvariantsTest, FreedByteThatIsAddressable) {
  heap().shadow()->Set(freed_ + 7, 1, ShadowByte::kInitialised);
  ExpectBroken("exactly live bytes are addressable", freed_);
}

TEST_F(GuardedInvariantsTest, BlockThatFindsAnotherHeader) {
  const Address aligned = malloc().AlignedAlloc(64, 40);
  heap().RuntimeObject<Word>(aligned - 8) = 32;
  ExpectBroken("a guarded block finds its header", aligned);
}

TEST_F(GuardedInvariantsTest, BlockWithoutRedZones) {
  for (const Address address : {block_ - 1, block_ + 40}) {
    const ShadowByte before = heap().shadow()->At(address);
    heap().shadow()->Set(address, 1, ShadowByte::kInitialised);
    ExpectBroken("a guarded block lies between red zones", block_);
    heap().shadow()->Set(address, 1, before);
  }
}

TEST_F(GuardedInvariantsTest, QuarantineThatGoesInACircle) {
  HeaderOf(freed_).next = freed_.offset();
  ExpectBroken("the quarantine goes once through freed blocks", freed_);
}

TEST_F(GuardedInvariantsTest, QuarantineThatHoldsALiveBlock) {
  header().quarantine_head = block_.offset();
  ExpectBroken("the quarantine goes once through freed blocks", block_);
}

TEST_F(GuardedInvariantsTest, FreedBlockThatIsNotInTheQuarantine) {
  header().quarantine_head = 0;
  ExpectBroken("every chunk in use is live or in the quarantine", kNullAddress);
}

TEST_F(GuardedInvariantsTest, QuarantineThatMiscounts) {
  header().quarantine_bytes += 1;
  ExpectBroken("every chunk in use is live or in the quarantine", freed_);
}

}  // namespace
}  // namespace kheap
