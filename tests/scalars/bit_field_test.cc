// SPDX-License-Identifier: Apache-2.0
#include "scalars/bit_field.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/scalars/host_layout.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using Builder = StructLayout::Builder;

struct __attribute__((packed)) Flags {
  unsigned a : 3;
  int b : 7;
  bool c : 1;
  unsigned long d : 64;
  long e : 50;
  signed char f : 2;
};

StructLayout FlagsLayout() {
  return *Builder("struct flags")
              .Packed()
              .BitField("a", "unsigned", 3)
              .BitField("b", "int", 7)
              .BitField("c", "bool", 1)
              .BitField("d", "unsigned long", 64)
              .BitField("e", "long", 50)
              .BitField("f", "signed char", 2)
              .Build();
}

class BitFieldTest : public testing::Test {
 protected:
  BitFieldTest()
      : heap_(MakeFastHeap()),
        begin_(heap_->layout().begin(Region::kData) + 8),
        layout_(FlagsLayout()) {}

  std::int64_t Load(const char* name) {
    return LoadBitField(*heap_, begin_, *layout_.Find(name));
  }
  void Store(const char* name, std::int64_t value) {
    StoreBitField(*heap_, begin_, *layout_.Find(name), value);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  const Address begin_;
  const StructLayout layout_;
};

TEST_F(BitFieldTest, ValuesComeBackExtendedByTheTypesSign) {
  Store("a", 5);
  Store("b", -3);
  Store("c", 1);
  Store("d", std::numeric_limits<std::int64_t>::min() + 5);
  Store("e", -123456789);
  Store("f", -2);
  EXPECT_EQ(Load("a"), 5);
  EXPECT_EQ(Load("b"), -3);
  EXPECT_EQ(Load("c"), 1);
  EXPECT_EQ(Load("d"), std::numeric_limits<std::int64_t>::min() + 5);
  EXPECT_EQ(Load("e"), -123456789);
  EXPECT_EQ(Load("f"), -2);
}

TEST_F(BitFieldTest, OnlyTheLowBitsAreKept) {
  Store("a", 8 + 6);
  EXPECT_EQ(Load("a"), 6);
  Store("b", 64);
  EXPECT_EQ(Load("b"), -64);
  Store("c", 2);
  EXPECT_EQ(Load("c"), 1);
  Store("c", 0);
  EXPECT_EQ(Load("c"), 0);
}

// The same assignments to the compiler's struct give the same bytes, whatever
// lay there.
void CheckAgainstCompiler(std::byte fill, const std::vector<std::int64_t>& v) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->layout().begin(Region::kData) + 8;
  const StructLayout layout = FlagsLayout();
  heap->Fill(begin - 8, fill, sizeof(Flags) + 16);
  Flags flags;
  std::memset(&flags, std::to_integer<int>(fill), sizeof(flags));
  flags.a = static_cast<unsigned>(v[0]);
  flags.b = static_cast<int>(v[1]);
  flags.c = v[2] != 0;
  flags.d = static_cast<unsigned long>(v[3]);
  flags.e = v[4];
  flags.f = static_cast<signed char>(v[5]);
  constexpr const char* kNames[] = {"a", "b", "c", "d", "e", "f"};
  for (int i = 0; i < 6; ++i) {
    StoreBitField(*heap, begin, *layout.Find(kNames[i]), v[i]);
  }
  ASSERT_EQ(layout.size_bytes(), sizeof(Flags));
  const auto bytes = heap->Span(begin, sizeof(Flags));
  EXPECT_EQ(std::memcmp(bytes.data(), &flags, sizeof(Flags)), 0);
  EXPECT_EQ(LoadBitField(*heap, begin, *layout.Find("b")), flags.b);
  EXPECT_EQ(LoadBitField(*heap, begin, *layout.Find("e")), flags.e);
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(heap->lbu(begin - 1 - i), std::to_integer<int>(fill));
    EXPECT_EQ(heap->lbu(begin + sizeof(Flags) + i), std::to_integer<int>(fill));
  }
}

RC_GTEST_PROP(BitFieldProperty, StoresAreTheCompilers, (std::uint8_t fill)) {
  if (!kHostIsLikeGuest) return;
  const auto values = *rc::gen::container<std::vector<std::int64_t>>(
      6, rc::gen::arbitrary<std::int64_t>());
  CheckAgainstCompiler(static_cast<std::byte>(fill), values);
  RC_ASSERT(!testing::Test::HasFailure());
}

// Every place a field can have in 16 bytes.
TEST(BitFieldPlacesTest, NoNeighbouringBitChangesAtAnyPlace) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->layout().begin(Region::kData);
  const CType type = *CType::Parse("unsigned long");
  for (int first = 0; first < 64; ++first) {
    for (int count = 1; count <= 64; ++count) {
      const StructLayout::Field field = {
          "f", type, static_cast<std::uint64_t>(first / 8), first % 8, count};
      const auto mask =
          static_cast<unsigned __int128>(
              count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1)
          << first;
      heap->Fill(begin, std::byte{0}, 16);
      StoreBitField(*heap, begin, field, -1);
      EXPECT_EQ((heap->Load<unsigned __int128>(begin)) == mask, true);
      heap->Fill(begin, std::byte{255}, 16);
      StoreBitField(*heap, begin, field, 0);
      EXPECT_EQ((heap->Load<unsigned __int128>(begin)) == ~mask, true);
      EXPECT_EQ(LoadBitField(*heap, begin, field), 0);
    }
  }
}

TEST(BitFieldFaultTest, OnlyTheBytesWithBitsOfTheFieldAreTouched) {
  const auto heap = MakeFastHeap();
  const Address end = heap->break_address();
  const StructLayout layout = *Builder("struct s")
                                   .Member("n", "int")
                                   .BitField("b", "unsigned", 9)
                                   .Build();
  const StructLayout::Field b = *layout.Find("b");
  StoreBitField(*heap, end - 6, b, 300);
  EXPECT_EQ(LoadBitField(*heap, end - 6, b), 300);
  EXPECT_EQ(FaultOf([&] { (void)LoadBitField(*heap, end - 5, b); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, end - 1, 2}));
  EXPECT_EQ(FaultOf([&] { StoreBitField(*heap, end - 5, b, 1); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, end - 1, 2}));
}

TEST(BitFieldCheckedTest, AnUninitialisedNeighbourDoesNotStopAStore) {
  const auto heap = MakeCheckedHeap();
  const Address begin = heap->layout().begin(Region::kData);
  heap->shadow()->Set(begin, 4, ShadowByte::kUninitialised);
  const StructLayout layout =
      *Builder("struct s").BitField("b", "unsigned", 3).Build();
  const StructLayout::Field b = *layout.Find("b");
  EXPECT_EQ(
      FaultOf([&] { (void)LoadBitField(*heap, begin, b); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, begin, 1}));
  StoreBitField(*heap, begin, b, 5);
  EXPECT_EQ(LoadBitField(*heap, begin, b), 5);
}

}  // namespace
}  // namespace kheap
