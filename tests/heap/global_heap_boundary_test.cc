// SPDX-License-Identifier: Apache-2.0
// Which accesses fault, and how: every access against the table of regions,
// around every region's bounds and the ends of the address space.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// The region's row in docs/memory_map.md.
bool MayLoad(Region region) { return region >= Region::kLibrary; }
bool MayStore(Region region) { return region >= Region::kStack; }

FaultCode CodeOfFirstByte(const GlobalHeap& heap, Address address,
                          Access access) {
  if (address >= heap.break_address()) return FaultCode::kOutOfBounds;
  const Region region = heap.layout().RegionOf(address);
  if (region == Region::kNullGuard) return FaultCode::kNullDereference;
  if (access == Access::kLoad) return FaultCode::kOutOfBounds;
  if (region == Region::kLibrary || region == Region::kReadOnly) {
    return FaultCode::kReadOnlyWrite;
  }
  if (region == Region::kStackGuard) return FaultCode::kStackOverflow;
  return FaultCode::kOutOfBounds;
}

// What the table says about the first and the last byte of an access. The
// permitted regions adjoin, so the bytes between follow.
std::optional<MemoryFault> ExpectedFault(const GlobalHeap& heap,
                                         Address address,
                                         std::uint64_t size_bytes,
                                         Access access) {
  if (size_bytes == 0) return std::nullopt;
  const auto allowed = [&](Address byte) {
    if (byte >= heap.break_address()) return false;
    const Region region = heap.layout().RegionOf(byte);
    return access == Access::kLoad ? MayLoad(region) : MayStore(region);
  };
  const bool wraps = address.offset() > kMax - (size_bytes - 1);
  if (!wraps && allowed(address) && allowed(address + (size_bytes - 1))) {
    return std::nullopt;
  }
  return MemoryFault{CodeOfFirstByte(heap, address, access), access, address,
                     size_bytes};
}

// One access of every kind at the address; each must fault as the table says
// or not at all.
void CheckEveryAccess(GlobalHeap& heap, Address address, std::uint64_t size) {
  const auto load = ExpectedFault(heap, address, size, Access::kLoad);
  const auto store = ExpectedFault(heap, address, size, Access::kStore);
  const auto update = ExpectedFault(heap, address, size, Access::kUpdate);
  ASSERT_EQ(heap.FindFault(address, size, Access::kLoad), load);
  ASSERT_EQ(heap.FindFault(address, size, Access::kStore), store);
  ASSERT_EQ(heap.FindFault(address, size, Access::kUpdate), update);
  ASSERT_EQ(FaultOf([&] { std::as_const(heap).Span(address, size); }), load);
  ASSERT_EQ(FaultOf([&] { heap.Span(address, size, Access::kLoad); }), load);
  ASSERT_EQ(FaultOf([&] { heap.Span(address, size, Access::kStore); }), store);
  ASSERT_EQ(FaultOf([&] { heap.Span(address, size, Access::kUpdate); }),
            update);
  ASSERT_EQ(heap.TrySpan(address, size, Access::kStore).has_value(),
            !store.has_value());
  ASSERT_EQ(std::as_const(heap).TrySpan(address, size).has_value(),
            !load.has_value());
}

// The inline questions agree with the table; of a range without bytes they may
// say either.
void CheckFreeAccess(const GlobalHeap& heap, Address address,
                     std::uint64_t size) {
  const bool loadable =
      !ExpectedFault(heap, address, size, Access::kLoad).has_value();
  const bool storable =
      !ExpectedFault(heap, address, size, Access::kStore).has_value();
  const Address good = heap.layout().begin(Region::kStack);
  const bool good_fits =
      !ExpectedFault(heap, good, size, Access::kStore).has_value();
  ASSERT_EQ(
      heap.IsInFreeHeap(address),
      address >= heap.layout().begin(Region::kHeap) &&
          !ExpectedFault(heap, address, GlobalHeap::kAheadBytes, Access::kStore)
               .has_value());
  if (heap.IsInFreeHeap(address)) {
    ASSERT_EQ(heap.FreeHeapBytes(address), heap.LoadableBytesInRegion(address));
  }
  if (size == 0) return;
  ASSERT_EQ(heap.IsFreelyLoadable(address, size), loadable);
  ASSERT_EQ(heap.IsFreelyStorable(address, size), storable);
  ASSERT_EQ(heap.AreFreelyLoadable(good, address, size), loadable && good_fits);
  ASSERT_EQ(heap.AreFreelyLoadable(address, good, size), loadable && good_fits);
  ASSERT_EQ(heap.IsFreelyCopyable(good, address, size), loadable && good_fits);
  ASSERT_EQ(heap.IsFreelyCopyable(address, good, size), storable && good_fits);
}

template <typename T>
void CheckScalarAccess(GlobalHeap& heap, Address address) {
  const auto load = ExpectedFault(heap, address, sizeof(T), Access::kLoad);
  const auto store = ExpectedFault(heap, address, sizeof(T), Access::kStore);
  ASSERT_EQ(FaultOf([&] { heap.Load<T>(address); }), load);
  ASSERT_EQ(heap.TryLoad<T>(address).has_value(), !load.has_value());
  if (store.has_value()) {
    ASSERT_EQ(FaultOf([&] { heap.Store<T>(address, T{1}); }), store);
    ASSERT_FALSE(heap.TryStore<T>(address, T{1}));
  }
}

// Every region's bounds, the break, the capacity and both ends of the numbers.
std::vector<Address> BoundsOf(const GlobalHeap& heap) {
  std::vector<Address> bounds = {heap.break_address(), Address(kMax),
                                 Address(kMax / 2 + 1)};
  for (int i = 0; i < kRegionCount; ++i) {
    bounds.push_back(heap.layout().begin(static_cast<Region>(i)));
    bounds.push_back(heap.layout().end(static_cast<Region>(i)));
  }
  return bounds;
}

std::unique_ptr<GlobalHeap> MakeHeapWithBreak() {
  auto heap = MakeHeap(SmallHeapOptions(false));
  EXPECT_TRUE(heap->SetBreak(heap->break_address() + 1000));
  return heap;
}

TEST(GlobalHeapBoundaryTest, SpansFaultAsTheTableSays) {
  const auto heap = MakeHeapWithBreak();
  const std::vector<std::byte> before = BytesOf(*heap);
  for (const Address bound : BoundsOf(*heap)) {
    for (std::uint64_t i = 0; i <= 40; ++i) {
      for (const std::uint64_t size :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2},
            std::uint64_t{20}, std::uint64_t{4096}, std::uint64_t{65536},
            kMax / 2 + 1, kMax - 20, kMax}) {
        CheckEveryAccess(*heap, bound - 20 + i, size);
        CheckFreeAccess(*heap, bound - 20 + i, size);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_EQ(BytesOf(*heap), before);
}

TEST(GlobalHeapBoundaryTest, ScalarsFaultAsTheTableSays) {
  const auto heap = MakeHeapWithBreak();
  const std::vector<std::byte> before = BytesOf(*heap);
  for (const Address bound : BoundsOf(*heap)) {
    for (std::uint64_t i = 0; i <= 40; ++i) {
      const Address address = bound - 20 + i;
      CheckScalarAccess<std::uint8_t>(*heap, address);
      CheckScalarAccess<std::int16_t>(*heap, address);
      CheckScalarAccess<float>(*heap, address);
      CheckScalarAccess<double>(*heap, address);
      CheckScalarAccess<unsigned __int128>(*heap, address);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(BytesOf(*heap), before);
}

RC_GTEST_PROP(GlobalHeapBoundaryTest, AnyRangeFaultsAsTheTableSays,
              (std::uint64_t offset, std::uint64_t size)) {
  const auto heap = MakeHeapWithBreak();
  const Address near = *rc::gen::elementOf(BoundsOf(*heap));
  const std::uint64_t small = offset % 100000;
  CheckEveryAccess(*heap, Address(offset), size);
  CheckEveryAccess(*heap, near + small, size % 100000);
  CheckEveryAccess(*heap, near - small, size % 100000);
  RC_ASSERT(!testing::Test::HasFailure());
}

// Fill, Copy and Move at a bad range: the fault, and no byte changed.
TEST(GlobalHeapBoundaryTest, BulkOperationsFaultBeforeTheFirstByte) {
  const auto heap = MakeHeapWithBreak();
  const Address good = heap->layout().begin(Region::kHeap);
  heap->Fill(good, std::byte{7}, 1000);
  const std::vector<std::byte> before = BytesOf(*heap);
  for (const Address bound : BoundsOf(*heap)) {
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{64}}) {
      for (const Address bad : {bound - size, bound - 1, bound}) {
        const auto load = ExpectedFault(*heap, bad, size, Access::kLoad);
        const auto store = ExpectedFault(*heap, bad, size, Access::kStore);
        if (store.has_value()) {
          ASSERT_EQ(FaultOf([&] { heap->Fill(bad, std::byte{9}, size); }),
                    store);
          ASSERT_EQ(FaultOf([&] { heap->Copy(bad, good, size); }), store);
          ASSERT_EQ(FaultOf([&] { heap->Move(bad, good, size); }), store);
        }
        if (load.has_value()) {
          ASSERT_EQ(FaultOf([&] { heap->Copy(good, bad, size); }), load);
          ASSERT_EQ(FaultOf([&] { heap->Move(good, bad, size); }), load);
          ASSERT_EQ(FaultOf([&] { heap->Compare(good, bad, size); }), load);
          ASSERT_EQ(FaultOf([&] { heap->Compare(bad, good, size); }), load);
        }
        ASSERT_EQ(BytesOf(*heap), before);
      }
    }
  }
}

TEST(GlobalHeapBoundaryTest, NothingIsTouchedBySizeZero) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    for (const Address address : BoundsOf(*heap)) {
      heap->Fill(address, std::byte{1}, 0);
      heap->Copy(address, address, 0);
      heap->Move(address, kNullAddress, 0);
      EXPECT_EQ(heap->Compare(address, kNullAddress, 0), 0);
      EXPECT_TRUE(heap->Span(address, 0, Access::kStore).empty());
      EXPECT_TRUE(heap->TrySpan(address, 0, Access::kUpdate)->empty());
    }
  }
}

// Regression: address 0 was once a valid address.
TEST(GlobalHeapBoundaryTest, RegressionAddressZeroIsNeverValid) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(FaultOf([&] { heap->lw(kNullAddress); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         kNullAddress, 4}));
  EXPECT_EQ(FaultOf([&] { heap->sb(Address(4095), 1); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         Address(4095), 1}));
}

TEST(GlobalHeapBoundaryTest, NothingIsFreeWhereTheShadowIsAsked) {
  const auto heap = MakeHeap(SmallHeapOptions(true));
  for (const Address address : BoundsOf(*heap)) {
    EXPECT_FALSE(heap->IsFreelyLoadable(address, 1));
    EXPECT_FALSE(heap->IsFreelyStorable(address, 1));
    EXPECT_FALSE(heap->IsFreelyCopyable(address, address, 1));
    EXPECT_FALSE(heap->AreFreelyLoadable(address, address, 1));
    EXPECT_FALSE(heap->IsInFreeHeap(address));
  }
}

TEST(GlobalHeapBoundaryTest, LoadableBytesEndWithTheRegion) {
  const auto heap = MakeHeapWithBreak();
  for (const Address bound : BoundsOf(*heap)) {
    for (std::uint64_t i = 0; i <= 8; ++i) {
      const Address address = bound - 4 + i;
      if (address >= heap->break_address() ||
          !MayLoad(heap->layout().RegionOf(address))) {
        ASSERT_EQ(heap->LoadableBytesInRegion(address), 0u) << address;
        continue;
      }
      const Region region = heap->layout().RegionOf(address);
      const Address end =
          std::min(heap->layout().end(region), heap->break_address());
      ASSERT_EQ(heap->LoadableBytesInRegion(address), end - address);
    }
  }
}

}  // namespace
}  // namespace kheap
