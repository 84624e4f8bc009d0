// SPDX-License-Identifier: Apache-2.0
#include "bitshift/array_bit_shifts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "bitshift/limb_shifts.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "tests/support/bit_reference.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using Bytes = std::vector<std::byte>;
using Limb16 = std::uint16_t;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// An arena with a pattern in its data region.
class ArrayBitShiftsTest : public testing::Test {
 protected:
  ArrayBitShiftsTest()
      : heap_(MakeFastHeap()),
        begin_(heap_->layout().begin(Region::kData)),
        shifts_(*heap_) {
    const Bytes pattern = PatternBytes(kSizeBytes);
    std::copy(pattern.begin(), pattern.end(), Data().begin());
  }

  std::span<std::byte> Data() {
    return heap_->Span(begin_, kSizeBytes, Access::kUpdate);
  }
  Bytes Copy() { return Bytes(Data().begin(), Data().end()); }

  // What `shift`, on a span, makes of the limbs [from, from + len) at `base`.
  template <typename Shift>
  Bytes Expected(Address base, std::uint64_t from, std::uint64_t len,
                 std::size_t limb_bytes, Shift shift) {
    Bytes bytes = Copy();
    shift(std::span(bytes).subspan(base - begin_ + from * limb_bytes,
                                   len * limb_bytes));
    return bytes;
  }

  static constexpr std::uint64_t kSizeBytes = 512;

  const std::unique_ptr<GlobalHeap> heap_;
  const Address begin_;
  ArrayBitShifts shifts_;
};

TEST_F(ArrayBitShiftsTest, ShiftsTheLimbsAndNoByteBeside) {
  for (std::uint64_t above = 0; above < 9; ++above) {
    for (std::uint64_t from = 0; from < 5; ++from) {
      for (std::uint64_t len = 0; len < 70; ++len) {
        const Address base = begin_ + 8 + above;
        const int s = 1 + static_cast<int>(len % 15);
        Limb16 carry = 0;
        Bytes expected = Expected(base, from, len, 2, [&](auto number) {
          carry = *Shl16LeInPlace(number, s, 0x4001);
        });
        ASSERT_EQ(*shifts_.Shl16LeInPlace(base, from, len, s, 0x4001), carry);
        ASSERT_EQ(Copy(), expected);
        RightShiftOut<Limb16> out = {};
        expected = Expected(base, from, len, 2, [&](auto number) {
          out = *Rsh16LeInPlace(number, s, 0x4001);
        });
        ASSERT_EQ(*shifts_.Rsh16LeInPlace(base, from, len, s, 0x4001), out);
        ASSERT_EQ(Copy(), expected);
      }
    }
  }
}

TEST_F(ArrayBitShiftsTest, EveryFunctionIsTheOneOnSpans) {
  using L = std::uint32_t;
  const auto expect = [&](auto on_addresses, auto on_span) {
    const Bytes expected = Expected(begin_ + 3, 2, 90, sizeof(L), on_span);
    on_addresses(begin_ + 3);
    EXPECT_EQ(Copy(), expected);
  };
  expect([&](Address a) { (void)shifts_.ShlLeInPlace<L>(a, 2, 90, 31, 7); },
         [](auto n) { (void)ShlLeInPlace<L>(n, 31, 7); });
  expect([&](Address a) { (void)shifts_.RshLeInPlace<L>(a, 2, 90, 30, 7); },
         [](auto n) { (void)RshLeInPlace<L>(n, 30, 7); });
  expect(
      [&](Address a) {
        (void)shifts_.ShlLeInPlaceParallel<L>(a, 2, 90, 29, 7, 2);
      },
      [](auto n) { (void)ShlLeInPlace<L>(n, 29, 7); });
  expect(
      [&](Address a) {
        (void)shifts_.RshLeInPlaceParallel<L>(a, 2, 90, 3, 7, 2);
      },
      [](auto n) { (void)RshLeInPlace<L>(n, 3, 7); });
  expect([&](Address a) { shifts_.ShlBitsLeInPlace<L>(a, 2, 90, 77); },
         [](auto n) { ShlBitsLeInPlace(n, 77); });
  expect([&](Address a) { shifts_.RshBitsLeInPlace<L>(a, 2, 90, 200); },
         [](auto n) { RshBitsLeInPlace(n, 200); });
  expect([&](Address a) { shifts_.ShlWordsLeInPlace<L>(a, 2, 90, 5); },
         [](auto n) { ShlWordsLeInPlace<L>(n, 5); });
  expect([&](Address a) { shifts_.RshWordsLeInPlace<L>(a, 2, 90, 9); },
         [](auto n) { RshWordsLeInPlace<L>(n, 9); });
}

TEST_F(ArrayBitShiftsTest, FromMayBeNegative) {
  const Address base = begin_ + 100;
  Limb16 carry = 0;
  const Bytes expected = Expected(begin_ + 94, 0, 10, 2, [&](auto number) {
    carry = *Shl16LeInPlace(number, 5);
  });
  // base[-3], as a guest's pointer arithmetic wraps.
  EXPECT_EQ(*shifts_.Shl16LeInPlace(base, kMax - 2, 10, 5), carry);
  EXPECT_EQ(Copy(), expected);
}

TEST_F(ArrayBitShiftsTest, RefusesCountsOutsideTheLimbWhateverTheAddress) {
  const Bytes before = Copy();
  for (const Address base : {begin_, kNullAddress}) {
    for (const int s : {-1, 0, 16, 1000}) {
      EXPECT_EQ(shifts_.Shl16LeInPlace(base, 0, 4, s).status().code(),
                absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(shifts_.Rsh16LeInPlace(base, 0, 4, s).status().code(),
                absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(shifts_.ShlLeInPlaceParallel<Limb16>(base, 0, 4, s, 0, 2)
                    .status()
                    .code(),
                absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(shifts_.RshLeInPlaceParallel<Limb16>(base, 0, 4, s, 0, 2)
                    .status()
                    .code(),
                absl::StatusCode::kInvalidArgument);
    }
  }
  EXPECT_EQ(Copy(), before);
}

// Every function's fault for the limbs [from, from + len) of 16 bits.
std::vector<std::optional<MemoryFault>> FaultsOf(ArrayBitShifts& shifts,
                                                 Address base,
                                                 std::uint64_t from,
                                                 std::uint64_t len) {
  return {
      FaultOf([&] { (void)shifts.Shl16LeInPlace(base, from, len, 3); }),
      FaultOf([&] { (void)shifts.Rsh16LeInPlace(base, from, len, 3); }),
      FaultOf([&] {
        (void)shifts.ShlLeInPlaceParallel<Limb16>(base, from, len, 3, 0, 2);
      }),
      FaultOf([&] {
        (void)shifts.RshLeInPlaceParallel<Limb16>(base, from, len, 3, 0, 2);
      }),
      FaultOf([&] { shifts.ShlBitsLeInPlace<Limb16>(base, from, len, 3); }),
      FaultOf([&] { shifts.RshBitsLeInPlace<Limb16>(base, from, len, 3); }),
      FaultOf([&] { shifts.ShlWordsLeInPlace<Limb16>(base, from, len, 1); }),
      FaultOf([&] { shifts.RshWordsLeInPlace<Limb16>(base, from, len, 1); }),
  };
}

TEST_F(ArrayBitShiftsTest, BadAddressesFaultOverTheWholeNumber) {
  const Address data_end = heap_->layout().end(Region::kData);
  ASSERT_TRUE(heap_->SetBreak(data_end));
  const Digest before = heap_->ComputeDigest();
  const auto expect = [&](Address base, std::uint64_t from, std::uint64_t len,
                          const MemoryFault& fault) {
    for (const auto& actual : FaultsOf(shifts_, base, from, len)) {
      EXPECT_EQ(actual, fault);
    }
  };
  expect(kNullAddress, 0, 4,
         {FaultCode::kNullDereference, Access::kUpdate, kNullAddress, 8});
  expect(kNullAddress, 2, 4,
         {FaultCode::kNullDereference, Access::kUpdate, Address(4), 8});
  expect(data_end - 6, 0, 4,
         {FaultCode::kOutOfBounds, Access::kUpdate, data_end - 6, 8});
  expect(begin_, 0, kMax,
         {FaultCode::kOutOfBounds, Access::kUpdate, begin_, kMax});
  expect(begin_, 0, kMax / 2 + 2,
         {FaultCode::kOutOfBounds, Access::kUpdate, begin_, kMax});
  const Address read_only = heap_->layout().begin(Region::kReadOnly);
  expect(read_only, 0, 4,
         {FaultCode::kReadOnlyWrite, Access::kUpdate, read_only, 8});
  EXPECT_EQ(heap_->ComputeDigest(), before);
  // The last limbs that may be shifted.
  EXPECT_TRUE(shifts_.Shl16LeInPlace(data_end - 8, 0, 4, 3).ok());
}

TEST_F(ArrayBitShiftsTest, NoLimbsTouchNothing) {
  EXPECT_EQ(FaultsOf(shifts_, kNullAddress, 0, 0),
            std::vector<std::optional<MemoryFault>>(8));
  EXPECT_EQ(*shifts_.Shl16LeInPlace(kNullAddress, 7, 0, 3, 9), 9);
}

TEST(ArrayBitShiftsCheckedTest, UninitialisedLimbsFault) {
  const auto heap = MakeCheckedHeap();
  const Address begin = heap->layout().begin(Region::kData);
  heap->shadow()->Set(begin, 64, ShadowByte::kUninitialised);
  heap->Fill(begin, std::byte{1}, 8);
  ArrayBitShifts shifts(*heap);
  EXPECT_EQ(*shifts.Shl16LeInPlace(begin, 0, 4, 8), 1);
  EXPECT_EQ(
      FaultOf([&] { (void)shifts.Shl16LeInPlace(begin, 0, 5, 8); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kUpdate, begin, 10}));
}

}  // namespace
}  // namespace kheap
