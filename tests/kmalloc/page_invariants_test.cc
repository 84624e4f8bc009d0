// SPDX-License-Identifier: Apache-2.0
// Rules about caches and pages, broken by hand and named.
#include <cstdint>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/broken_rules.h"

namespace kheap {
namespace {

using PageInvariantsTest = BrokenRules;

// ---- caches -----------------------------------------------------------------

TEST_F(PageInvariantsTest, CacheOutsideItsSlots) {
  const std::uint32_t end = small().end;
  small().cursor = end + 1;
  ExpectBroken("a class's cache lies within its slots", kNullAddress);
  small().cursor = small().begin.get();
  small().end = small().begin + kCacheSlotsPerClass;
  ExpectBroken("a class's cache lies within its slots", kNullAddress);
}

TEST_F(PageInvariantsTest, CachedBlockOfAnotherClass) {
  Slot();
  const Address block = malloc().Malloc(5000);
  small().top = GranuleOf(block);
  ExpectBroken("a cached block is a slot of its class", block);
}

TEST_F(PageInvariantsTest, CachedBlockInsideASlot) {
  arena_.Heat(32);
  const Address slot = malloc().Malloc(32);
  directory_.size_class(2).top = GranuleOf(slot + 16);
  ExpectBroken("a cached block begins at a slot", slot + 16);
}

TEST_F(PageInvariantsTest, CachedBlockThatIsLive) {
  const Address slot = Slot();
  small().top = GranuleOf(slot);
  ExpectBroken("a cached block is not live", slot);
}

TEST_F(PageInvariantsTest, BlockThatIsCachedTwice) {
  Slot();
  const ClassCache cache(directory_, 1);
  const Granule oldest = cache.At(0);
  small().top = oldest;
  ExpectBroken("a block is cached once", AddressOf(oldest));
}

// ---- pages ------------------------------------------------------------------

TEST_F(PageInvariantsTest, PageWithoutAClass) {
  const std::uint32_t page = PageOf(Slot());
  small().cursor = small().begin.get();
  directory_.unit(page).size_class = kNoClass;
  ExpectBroken("a page has a class and its chunk holds it",
               AddressOfPage(page));
}

TEST_F(PageInvariantsTest, PageThatIsLargerThanItsChunk) {
  const std::uint32_t page = PageOf(Slot());
  small().cursor = small().begin.get();
  directory_.unit(page).size_class = kClassCount - 1;
  ExpectBroken("a page has a class and its chunk holds it",
               AddressOfPage(page));
}

TEST_F(PageInvariantsTest, UnitThatLeadsToAnotherPage) {
  const std::uint32_t page = PageOf(Slot());
  directory_.unit(page + 7).page_offset = 6;
  ExpectBroken("every unit of a page leads to the page", AddressOfPage(page));
}

TEST_F(PageInvariantsTest, PageThatMiscounts) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).slots_out += 1;
  ExpectBroken("a page counts its live and cached slots", AddressOfPage(page));
}

TEST_F(PageInvariantsTest, PageWithFreeSlotsThatIsNotListed) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).listed = 0;
  ExpectBroken("a page with free slots is in the ring of its class",
               AddressOfPage(page));
}

TEST_F(PageInvariantsTest, UnitOfAPageOutsideOfPages) {
  const Address block = malloc().Malloc(5000);
  directory_.unit(static_cast<std::uint32_t>(block.offset() / kUnitBytes))
      .size_class = 3;
  ExpectBroken("slots lie in pages", kNullAddress);
}

TEST_F(PageInvariantsTest, ListedPageThatIsInNoRing) {
  const std::uint32_t page = PageOf(Slot());
  small().partial_head = 0;
  ExpectBroken("a listed page is in a ring", AddressOfPage(page));
}

TEST_F(PageInvariantsTest, RingOfAnotherClass) {
  const std::uint32_t page = PageOf(Slot());
  directory_.size_class(2).partial_head = page;
  ExpectBroken("a ring goes once through pages of its class",
               AddressOfPage(page));
}

TEST_F(PageInvariantsTest, NeighboursInARingThatDisagree) {
  const std::uint32_t page = PageOf(Slot());
  directory_.page(page).previous = page + 1;
  ExpectBroken("neighbours in a ring point at each other", AddressOfPage(page));
}

}  // namespace
}  // namespace kheap
