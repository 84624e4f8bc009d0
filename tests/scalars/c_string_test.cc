// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_string.h"

#include <memory>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

TEST(CStringTest, TextGoesInWithItsTerminatorAndComesOutWithout) {
  const auto heap = MakeFastHeap();
  const Address data = heap->layout().begin(Region::kData);
  const Ptr<CChar> string(*heap, data + 1);
  heap->Fill(data, std::byte{90}, 32);
  for (const std::string_view text : {"", "a", "hello", "\xC3\xA4\x01\x7F"}) {
    StoreCString(string, text);
    EXPECT_EQ(ViewCString(string), text);
    EXPECT_EQ(string[text.size()], 0);
  }
  EXPECT_EQ(heap->lb(data), 90);
  EXPECT_EQ(heap->lb(data + 7), 90);
  EXPECT_EQ(ViewCString(string + 1), "\xA4\x01\x7F");
}

TEST(CStringTest, AZeroByteEndsTheStringForC) {
  const auto heap = MakeFastHeap();
  const Ptr<CChar> string(*heap, heap->layout().begin(Region::kData));
  StoreCString(string, std::string_view("ab\0cd", 5));
  EXPECT_EQ(ViewCString(string), "ab");
  EXPECT_EQ(ViewCString(string + 3), "cd");
}

TEST(CStringTest, AnUnterminatedStringStopsAtTheEndOfItsRegion) {
  const auto heap = MakeFastHeap();
  const Address end = heap->layout().end(Region::kStack);
  heap->Fill(end - 5, std::byte{'x'}, 5);
  EXPECT_EQ(FaultOf([&] { ViewCString(Ptr<CChar>(*heap, end - 5)); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, end - 5, 6}));
  heap->sb(end - 1, 0);
  EXPECT_EQ(ViewCString(Ptr<CChar>(*heap, end - 5)), "xxxx");
}

TEST(CStringTest, NoStringBeginsOutsideTheLoadableRange) {
  const auto heap = MakeFastHeap();
  for (const Address address :
       {kNullAddress, kControlBase, heap->break_address(), Address(0) - 1}) {
    EXPECT_EQ(FaultOf([&] { ViewCString(Ptr<CChar>(*heap, address)); }),
              FaultOf([&] { heap->lb(address); }));
    EXPECT_TRUE(FaultOf([&] { heap->lb(address); }).has_value());
  }
}

TEST(CStringTest, AStoreThatDoesNotFitChangesNothing) {
  const auto heap = MakeFastHeap();
  const Address address = heap->break_address() - 5;
  const Ptr<CChar> string(*heap, address);
  StoreCString(string, "four");
  const Digest before = heap->ComputeDigest();
  EXPECT_EQ(FaultOf([&] { StoreCString(string, "fives"); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, address, 6}));
  EXPECT_EQ(heap->ComputeDigest(), before);
}

TEST(CStringCheckedTest, EveryByteUpToTheTerminatorMustBeReadable) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  heap->shadow()->Set(data, 4, ShadowByte::kUninitialised);
  heap->shadow()->Set(data + 4, 4, ShadowByte::kGlobalRedZone);
  const Ptr<CChar> string(*heap, data);
  heap->sb(data, 'a');
  // The rest of the arena is zero, and still no part of the string.
  EXPECT_EQ(
      FaultOf([&] { ViewCString(string); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, data, 2}));
  heap->Fill(data, std::byte{'a'}, 4);
  EXPECT_EQ(FaultOf([&] { ViewCString(string); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, data, 5}));
  heap->sb(data + 3, 0);
  EXPECT_EQ(ViewCString(string), "aaa");
}

}  // namespace
}  // namespace kheap
