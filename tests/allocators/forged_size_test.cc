// SPDX-License-Identifier: Apache-2.0
// A guest that computes a header's hash gives a block another size: whoever
// reads it refuses, or gives back what is the guest's own.
#include <cstdint>
#include <limits>
#include <vector>

#include "allocators/page_header.h"
#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

class ForgedSizeTest : public InBothModes {
 protected:
  void Forge(PageBlock block, std::uint64_t size_bytes) {
    block.size_bytes = size_bytes;
    WritePageHeader(heap(), block);
  }
  PageBlock BlockAround(Address inside) {
    return ReadPageHeader(heap(), PageOf(inside)).value();
  }
  static Address PageOf(Address inside) {
    return Address(inside.offset() / kOwnedPageBytes * kOwnedPageBytes);
  }
  // Sizes that no block of one page in this heap has.
  std::vector<std::uint64_t> BadSizes() {
    return {0,
            8,
            sizeof(PageHeader),
            kOwnedPageBytes + 1,
            2 * kOwnedPageBytes - 8,
            2 * kOwnedPageBytes,
            arena_.heap_bytes(),
            std::uint64_t{1} << 63,
            std::numeric_limits<std::uint64_t>::max() - kOwnedPageBytes + 1};
  }
  // What fails with a fault and changes nothing.
  template <typename Call>
  void ExpectRefused(Address inside, Call call) {
    const std::vector<std::byte> before = BytesOf(heap());
    EXPECT_EQ(FaultOf(call), OverwrittenFault(PageOf(inside)));
    EXPECT_EQ(BytesOf(heap()), before);
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, ForgedSizeTest, testing::Bool(), NameOfMode);

TEST_P(ForgedSizeTest, OfAPageBlock) {
  PageAllocator pages(registry());
  const Address block = pages.Allocate(100);
  const PageBlock whole = BlockAround(block);
  for (const std::uint64_t size_bytes : BadSizes()) {
    SCOPED_TRACE(size_bytes);
    Forge(whole, size_bytes);
    ExpectRefused(block, [&] { pages.Free(block); });
    ExpectRefused(block, [&] { (void)pages.ReclaimAll(); });
    EXPECT_EQ(pages.CheckInvariants(), OverwrittenAt(PageOf(block)));
  }
}

TEST_P(ForgedSizeTest, OfABumpAllocatorsBlock) {
  BumpAllocator bump =
      BumpAllocator::Create(registry(), {.block_bytes = 1000}).value();
  const Address mark = bump.Mark();
  const Address block = bump.Allocate(100);
  const PageBlock whole = BlockAround(block);
  for (const std::uint64_t size_bytes : BadSizes()) {
    SCOPED_TRACE(size_bytes);
    Forge(whole, size_bytes);
    ExpectRefused(block, [&] { bump.Reset(); });
    ExpectRefused(block, [&] { bump.Release(mark); });
    ExpectRefused(block, [&] { bump.Destroy(); });
    EXPECT_EQ(bump.CheckInvariants(), OverwrittenAt(PageOf(block)));
  }
}

TEST_P(ForgedSizeTest, OfAPoolsBlock) {
  Pool pool =
      Pool::Create(registry(), {.object_bytes = 64, .block_bytes = 1000})
          .value();
  const Address object = pool.Allocate();
  const PageBlock whole = BlockAround(object);
  for (const std::uint64_t size_bytes : BadSizes()) {
    SCOPED_TRACE(size_bytes);
    Forge(whole, size_bytes);
    ExpectRefused(object, [&] { pool.Free(object + 8); });
    ExpectRefused(object, [&] { (void)pool.capacity_objects(); });
    ExpectRefused(object, [&] { pool.Destroy(); });
    EXPECT_EQ(pool.CheckInvariants(), OverwrittenAt(PageOf(object)));
  }
}

// A chain whose sizes have the right sum is refused as a whole.
TEST_P(ForgedSizeTest, OfOneBlockAtAnothersCost) {
  BumpAllocator bump =
      BumpAllocator::Create(registry(), {.block_bytes = 5000}).value();
  const Address first = bump.Allocate(5000);
  const Address second = bump.Allocate(5000);
  const PageBlock larger = BlockAround(first);
  const PageBlock smaller = ReadPageHeader(heap(), larger.next).value();
  ASSERT_EQ(larger.size_bytes, 2 * kOwnedPageBytes);
  ASSERT_GT(second, first);
  Forge(larger, 3 * kOwnedPageBytes);
  Forge(smaller, kOwnedPageBytes);
  ExpectRefused(first, [&] { bump.Destroy(); });
}

// The last page is the same owner's, and so are the figures.
TEST_P(ForgedSizeTest, OverTheNextBlockIsRefused) {
  PageAllocator pages(registry());
  const Address first = pages.Allocate(100);
  const Address second = pages.Allocate(100);
  for (int i = 0; i < 4; ++i) (void)pages.Allocate(100);
  ASSERT_GT(second, first);
  const PageBlock whole = BlockAround(first);
  Forge(whole, (second - first) + kOwnedPageBytes);
  ExpectRefused(first, [&] { pages.Free(first); });
  WritePageHeader(heap(), whole);
  pages.Free(first);
  pages.Free(second);
  EXPECT_EQ(pages.CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
