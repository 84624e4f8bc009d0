// SPDX-License-Identifier: Apache-2.0
#include "scalars/raw_memory.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scalars/c_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

class RawMemoryTest : public testing::TestWithParam<bool> {
 protected:
  RawMemoryTest()
      : heap_(MakeHeap(SmallHeapOptions(GetParam()))),
        data_(heap_->layout().begin(Region::kData)) {
    if (heap_->checked()) {
      heap_->shadow()->Set(data_, 64, ShadowByte::kUninitialised);
    }
  }

  std::unique_ptr<GlobalHeap> heap_;
  Address data_;
};

INSTANTIATE_TEST_SUITE_P(Modes, RawMemoryTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Checked" : "Fast";
                         });

template <typename T>
CValue AsValue(T number) {
  if constexpr (CFloating<T>) {
    return number;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::int64_t>(number);
  } else {
    return static_cast<std::uint64_t>(number);
  }
}

// Writing by name is what assignment to a CVar is, and reading gives the same.
template <typename T, typename Value>
void ExpectAsVariable(GlobalHeap& heap, const char* type, Value value) {
  const Address data = heap.layout().begin(Region::kData);
  CVar<T> variable(heap, data + 3);
  variable = value;
  RC_ASSERT(PtrWrite(heap, type, data + 35, value).ok());
  RC_ASSERT(heap.Compare(data, data + 32, 32) == 0);
  const auto read = PtrRead(heap, type, data + 35);
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == AsValue<T>(variable.get()));
}

template <typename Value>
void ExpectEveryTypeAsVariable(GlobalHeap& heap, Value value) {
  ExpectAsVariable<bool>(heap, "bool", value);
  ExpectAsVariable<std::int8_t>(heap, "char", value);
  ExpectAsVariable<std::uint8_t>(heap, "unsigned char", value);
  ExpectAsVariable<std::int16_t>(heap, "short", value);
  ExpectAsVariable<std::uint16_t>(heap, "uint16_t", value);
  ExpectAsVariable<std::int32_t>(heap, "int", value);
  ExpectAsVariable<std::uint32_t>(heap, "unsigned", value);
  ExpectAsVariable<std::int64_t>(heap, "long long", value);
  ExpectAsVariable<std::uint64_t>(heap, "size_t", value);
  ExpectAsVariable<float>(heap, "float", value);
  ExpectAsVariable<double>(heap, "double", value);
}

RC_GTEST_PROP(RawMemoryProperty, NamesReadAndWriteAsVariablesDo,
              (std::int64_t a, std::uint64_t b, double c, bool checked)) {
  const auto heap = MakeHeap(SmallHeapOptions(checked));
  if (checked) {
    heap->shadow()->Set(heap->layout().begin(Region::kData), 64,
                        ShadowByte::kInitialised);
  }
  ExpectEveryTypeAsVariable(*heap, a);
  ExpectEveryTypeAsVariable(*heap, b);
  ExpectEveryTypeAsVariable(*heap, c);
  ExpectEveryTypeAsVariable(*heap, static_cast<float>(c));
}

TEST_P(RawMemoryTest, PointersAreAddressesOrIntegers) {
  ASSERT_TRUE(PtrWrite(*heap_, "int *", data_, data_ + 8).ok());
  EXPECT_EQ(*PtrRead(*heap_, "void *", data_), CValue(data_ + 8));
  EXPECT_EQ(*PtrRead(*heap_, "unsigned long", data_),
            CValue((data_ + 8).offset()));
  ASSERT_TRUE(PtrWrite(*heap_, "char *", data_, std::uint64_t{7}).ok());
  EXPECT_EQ(*PtrRead(*heap_, "char *", data_), CValue(Address(7)));
  ASSERT_TRUE(PtrWrite(*heap_, "short", data_, Address(65537)).ok());
  EXPECT_EQ(*PtrRead(*heap_, "short", data_), CValue(std::int64_t{1}));
}

TEST_P(RawMemoryTest, PointersToFunctionsAndArraysArePointers) {
  for (const char* type : {"int (*)(void)", "int (*)[3]"}) {
    ASSERT_TRUE(PtrWrite(*heap_, type, data_, data_ + 8).ok()) << type;
    EXPECT_EQ(*PtrRead(*heap_, type, data_), CValue(data_ + 8)) << type;
    EXPECT_EQ(*PtrOffset(type, data_, 2), data_ + 16) << type;
  }
}

// Quiet and signalling, of both signs, with a payload in every part.
TEST_P(RawMemoryTest, ReadingAndWritingKeepTheBitsOfANan) {
  for (const std::uint32_t bits :
       {0x7FC00000u, 0xFFC00000u, 0x7F800001u, 0xFFA12345u, 0x7FFFFFFFu}) {
    heap_->sw(data_, bits);
    const auto read = PtrRead(*heap_, "float", data_);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(BitCast<std::uint32_t>(std::get<float>(*read)), bits);
    ASSERT_TRUE(PtrWrite(*heap_, "float", data_ + 8, *read).ok());
    EXPECT_EQ(heap_->Load<std::uint32_t>(data_ + 8), bits);
  }
  for (const std::uint64_t bits :
       {0x7FF8000000000000u, 0xFFF8000000000000u, 0x7FF0000000000001u,
        0xFFF4123456789ABCu, 0x7FFFFFFFFFFFFFFFu}) {
    heap_->sd(data_, bits);
    const auto read = PtrRead(*heap_, "double", data_);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(BitCast<std::uint64_t>(std::get<double>(*read)), bits);
    ASSERT_TRUE(PtrWrite(*heap_, "double", data_ + 8, *read).ok());
    EXPECT_EQ(heap_->Load<std::uint64_t>(data_ + 8), bits);
  }
}

// The one NaN, as from any conversion between the two.
TEST_P(RawMemoryTest, ANanOfAnotherSizeIsConverted) {
  heap_->sw(data_, 0xFFA12345u);
  ASSERT_TRUE(
      PtrWrite(*heap_, "double", data_ + 8, *PtrRead(*heap_, "float", data_))
          .ok());
  EXPECT_EQ(heap_->Load<std::uint64_t>(data_ + 8), 0x7FF8000000000000u);
  heap_->sd(data_, 0xFFF4123456789ABCu);
  ASSERT_TRUE(
      PtrWrite(*heap_, "float", data_ + 8, *PtrRead(*heap_, "double", data_))
          .ok());
  EXPECT_EQ(heap_->Load<std::uint32_t>(data_ + 8), 0x7FC00000u);
}

TEST_P(RawMemoryTest, WhatIsNoConversionIsRefusedAndChangesNothing) {
  ASSERT_TRUE(PtrWrite(*heap_, "long", data_, std::int64_t{5}).ok());
  EXPECT_EQ(PtrWrite(*heap_, "int *", data_, 1.0).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PtrWrite(*heap_, "int *", data_, 1.0f).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PtrWrite(*heap_, "double", data_, data_).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*PtrRead(*heap_, "long", data_), CValue(std::int64_t{5}));
}

TEST_P(RawMemoryTest, OnlyNumbersAndPointersHaveValues) {
  for (const char* type :
       {"void", "int[2]", "int(void)", "long double", "__int128",
        "float _Complex", "double _Complex", "struct s", "nonsense", ""}) {
    EXPECT_EQ(PtrRead(*heap_, type, data_).status().code(),
              absl::StatusCode::kInvalidArgument)
        << type;
    EXPECT_EQ(PtrWrite(*heap_, type, data_, std::int64_t{0}).code(),
              absl::StatusCode::kInvalidArgument)
        << type;
  }
}

TEST_P(RawMemoryTest, FaultsAreThoseOfTheArena) {
  EXPECT_EQ(FaultOf([&] { (void)PtrRead(*heap_, "short", NullPtr()); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         kNullAddress, 2}));
  EXPECT_EQ(FaultOf([&] {
              (void)PtrWrite(*heap_, "int *", heap_->break_address(), data_);
            }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore,
                         heap_->break_address(), 8}));
}

TEST_P(RawMemoryTest, OnlyWhatWasWrittenCanBeReadInCheckedMode) {
  if (!heap_->checked()) {
    EXPECT_EQ(*PtrRead(*heap_, "int", data_), CValue(std::int64_t{0}));
    return;
  }
  const auto uninitialised = [&](std::uint32_t size) {
    return MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, data_,
                       size};
  };
  EXPECT_EQ(FaultOf([&] { (void)PtrRead(*heap_, "int", data_); }),
            uninitialised(4));
  EXPECT_EQ(FaultOf([&] { (void)PtrRead(*heap_, "char *", data_); }),
            uninitialised(8));
  EXPECT_EQ(FaultOf([&] { (void)PtrRead(*heap_, "float", data_); }),
            uninitialised(4));
  ASSERT_TRUE(PtrWrite(*heap_, "short", data_, std::int64_t{5}).ok());
  EXPECT_EQ(*PtrRead(*heap_, "short", data_), CValue(std::int64_t{5}));
  EXPECT_EQ(FaultOf([&] { (void)PtrRead(*heap_, "int", data_); }),
            uninitialised(4));
}

TEST_P(RawMemoryTest, OffsetsAreInElementsAndWrap) {
  EXPECT_EQ(*PtrOffset("int", data_, 3), data_ + 12);
  EXPECT_EQ(*PtrOffset("int", data_, -3), data_ - 12);
  EXPECT_EQ(*PtrOffset("char *[3]", data_, 2), data_ + 48);
  EXPECT_EQ(*PtrOffset("long double", data_, 1), data_ + 16);
  EXPECT_EQ(*PtrOffset("char", NullPtr(), -1),
            Address(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(PtrOffset("void", data_, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(IsNull(NullPtr()));
  EXPECT_FALSE(IsNull(data_));
}

TEST_P(RawMemoryTest, BitsAreCastBothWays) {
  static_assert(BitCast<std::uint32_t>(1.0f) == 0x3F800000);
  static_assert(BitCast<float>(std::int32_t{0x40000000}) == 2.0f);
  static_assert(BitCast<std::uint64_t>(-0.0) == std::uint64_t{1} << 63);
  static_assert(BitCast<std::int16_t>(std::uint16_t{65535}) == -1);
  static_assert(BitCast<bool>(std::uint8_t{2}));
  static_assert(!BitCast<bool>(std::int8_t{0}));
  static_assert(BitCast<std::uint8_t>(true) == 1);
}

TEST_P(RawMemoryTest, BytesAreZeroedCopiedAndCompared) {
  heap_->Fill(data_, std::byte{7}, 32);
  ZeroMemory(*heap_, data_ + 8, 8);
  EXPECT_EQ(heap_->lbu(data_ + 7), 7);
  EXPECT_EQ(heap_->ld(data_ + 8), 0);
  EXPECT_EQ(heap_->lbu(data_ + 16), 7);
  CopyMemory(*heap_, data_ + 32, data_, 32);
  EXPECT_EQ(CompareMemory(*heap_, data_, data_ + 32, 32), 0);
  heap_->sb(data_ + 40, 1);
  EXPECT_LT(CompareMemory(*heap_, data_, data_ + 32, 32), 0);
  EXPECT_GT(CompareMemory(*heap_, data_ + 32, data_, 32), 0);
  ZeroMemory(*heap_, NullPtr(), 0);
}

}  // namespace
}  // namespace kheap
