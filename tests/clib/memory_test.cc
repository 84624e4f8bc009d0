// SPDX-License-Identifier: Apache-2.0
#include "clib/memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kFrom = 700;
constexpr std::uint64_t kTo = 1900;

template <typename Setting>
class MemoryTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(MemoryTest, AllSettings);

// Every small size between every two alignments, and a few large sizes.
template <typename Check>
void ForEachSizeAndAlignment(Check check) {
  for (std::uint64_t from = kFrom; from < kFrom + 16; ++from) {
    for (std::uint64_t to = kTo; to < kTo + 16; ++to) {
      for (std::uint64_t size = 0; size <= 1000; size += size < 70 ? 1 : 133) {
        check(from, to, size);
      }
    }
  }
}

TYPED_TEST(MemoryTest, MemcpyDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  ForEachSizeAndAlignment(
      [&](std::uint64_t from, std::uint64_t to, std::uint64_t size) {
        m.FillWithPattern();
        std::memcpy(m.Host(to), m.Host(from), size);
        ASSERT_EQ(clib::Memcpy<typename TypeParam::Mem>(m.heap(), m.At(to),
                                                        m.At(from), size),
                  m.At(to));
        ASSERT_TRUE(m.IsSame()) << from << " " << to << " " << size;
      });
}

TYPED_TEST(MemoryTest, MempcpyReturnsTheEnd) {
  auto& m = this->memory_;
  for (std::uint64_t size = 0; size < 100; ++size) {
    m.FillWithPattern();
    std::memcpy(m.Host(kTo), m.Host(kFrom), size);
    ASSERT_EQ(clib::Mempcpy<typename TypeParam::Mem>(m.heap(), m.At(kTo),
                                                     m.At(kFrom), size),
              m.At(kTo + size));
    ASSERT_TRUE(m.IsSame());
  }
}

TYPED_TEST(MemoryTest, MemmoveKeepsTheSourceThroughEveryOverlap) {
  auto& m = this->memory_;
  for (std::uint64_t to = kFrom - 80; to <= kFrom + 80; ++to) {
    for (std::uint64_t size = 0; size <= 300; size += size < 70 ? 3 : 23) {
      m.FillWithPattern();
      std::memmove(m.Host(to), m.Host(kFrom), size);
      ASSERT_EQ(clib::Memmove<typename TypeParam::Mem>(m.heap(), m.At(to),
                                                       m.At(kFrom), size),
                m.At(to));
      ASSERT_TRUE(m.IsSame()) << to << " " << size;
    }
  }
}

TYPED_TEST(MemoryTest, MemsetDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  for (std::uint64_t to = kTo; to < kTo + 16; ++to) {
    for (std::uint64_t size = 0; size <= 1000; size += size < 140 ? 1 : 97) {
      m.FillWithPattern();
      // More than a byte of the character is ignored.
      std::memset(m.Host(to), 300, size);
      ASSERT_EQ(
          clib::Memset<typename TypeParam::Mem>(m.heap(), m.At(to), 300, size),
          m.At(to));
      ASSERT_TRUE(m.IsSame()) << to << " " << size;
    }
  }
}

TYPED_TEST(MemoryTest, MemsetExplicitIsMemset) {
  auto& m = this->memory_;
  m.FillWithPattern();
  std::memset(m.Host(kTo), -1, 100);
  EXPECT_EQ(clib::MemsetExplicit(m.heap(), m.At(kTo), -1, 100), m.At(kTo));
  EXPECT_TRUE(m.IsSame());
}

TYPED_TEST(MemoryTest, MemccpyStopsBehindTheCharacter) {
  auto& m = this->memory_;
  for (std::uint64_t at = 0; at <= 80; ++at) {
    for (std::uint64_t size = 0; size <= 90; ++size) {
      m.FillWith('a');
      m.Put(kFrom + at, "z");
      const void* const host =
          memccpy(m.Host(kTo), m.Host(kFrom), 'z' + 256, size);
      const Address ours = clib::Memccpy<typename TypeParam::Mem>(
          m.heap(), m.At(kTo), m.At(kFrom), 'z' + 256, size);
      ASSERT_EQ(m.OffsetOf(ours), m.OffsetOf(host)) << at << " " << size;
      ASSERT_TRUE(m.IsSame()) << at << " " << size;
    }
  }
}

TYPED_TEST(MemoryTest, SwabDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  for (std::int64_t size = -3; size <= 70; ++size) {
    for (std::uint64_t from = kFrom; from < kFrom + 4; ++from) {
      m.FillWithPattern();
      swab(m.Host(from), m.Host(kTo), size);
      clib::Swab(m.heap(), m.At(from), m.At(kTo), size);
      ASSERT_TRUE(m.IsSame()) << size;
    }
  }
}

// ---- what C leaves undefined -----------------------------------------------

TEST(MemoryOverlapTest, AFastArenaCopiesAsIfTheSourceWereReadFirst) {
  GuestMemory m(/*checked=*/false);
  for (std::uint64_t to = kFrom - 70; to <= kFrom + 70; ++to) {
    m.FillWithPattern();
    std::memmove(m.Host(to), m.Host(kFrom), 64);
    clib::Memcpy(m.heap(), m.At(to), m.At(kFrom), 64);
    ASSERT_TRUE(m.IsSame());

    m.FillWithPattern();
    std::memmove(m.Host(to), m.Host(kFrom), 64);
    clib::Memccpy(m.heap(), m.At(to), m.At(kFrom), 0, 64);
    ASSERT_TRUE(m.IsSame());

    m.FillWithPattern();
    std::string source(m.HostBytes(kFrom, 64));
    swab(source.data(), m.Host(to), 64);
    clib::Swab(m.heap(), m.At(kFrom), m.At(to), 64);
    ASSERT_TRUE(m.IsSame());
  }
}

TEST(MemoryOverlapTest, ACheckedArenaFaults) {
  GuestMemory m(/*checked=*/true);
  for (const std::uint64_t to : {kFrom - 63, kFrom - 1, kFrom, kFrom + 63}) {
    const MemoryFault overlap = {FaultCode::kOverlappingCopy, Access::kStore,
                                 m.At(to), 64};
    m.FillWithPattern();
    EXPECT_EQ(
        FaultOf([&] { clib::Memcpy(m.heap(), m.At(to), m.At(kFrom), 64); }),
        overlap);
    EXPECT_EQ(
        FaultOf([&] { clib::Mempcpy(m.heap(), m.At(to), m.At(kFrom), 64); }),
        overlap);
    EXPECT_EQ(
        FaultOf([&] { clib::Memccpy(m.heap(), m.At(to), m.At(kFrom), 0, 64); }),
        overlap);
    EXPECT_EQ(FaultOf([&] { clib::Swab(m.heap(), m.At(kFrom), m.At(to), 64); }),
              overlap);
    EXPECT_TRUE(m.IsSame());
  }
  // Beside each other is not over each other.
  clib::Memcpy(m.heap(), m.At(kFrom + 64), m.At(kFrom), 64);
  clib::Memcpy(m.heap(), m.At(kFrom - 64), m.At(kFrom), 64);
}

TEST(MemoryShadowTest, CopiesCarryTheInitialisedStateOfTheirBytes) {
  GuestMemory m(/*checked=*/true);
  m.heap().shadow()->Set(m.At(kFrom + 3), 2, ShadowByte::kUninitialised);
  clib::Memcpy(m.heap(), m.At(kTo), m.At(kFrom), 8);
  clib::Memmove(m.heap(), m.At(kTo + 1), m.At(kTo), 8);
  const std::uint64_t bad = kTo + 4;
  EXPECT_EQ(m.heap().shadow()->At(m.At(bad - 1)), ShadowByte::kInitialised);
  EXPECT_EQ(m.heap().shadow()->At(m.At(bad)), ShadowByte::kUninitialised);
  EXPECT_EQ(m.heap().shadow()->At(m.At(bad + 1)), ShadowByte::kUninitialised);
  EXPECT_EQ(m.heap().shadow()->At(m.At(bad + 2)), ShadowByte::kInitialised);
  // Memset initialises.
  clib::Memset(m.heap(), m.At(kTo), 1, 20);
  EXPECT_EQ(m.heap().shadow()->At(m.At(bad)), ShadowByte::kInitialised);
}

TEST(MemoryShadowTest, MemccpyAndSwabWantInitialisedBytes) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('a');
  m.Put(kFrom + 9, "z");
  m.heap().shadow()->Set(m.At(kFrom + 10), 1, ShadowByte::kUninitialised);
  // The character before the uninitialised byte ends the copy in time.
  clib::Memccpy(m.heap(), m.At(kTo), m.At(kFrom), 'z', 100);
  EXPECT_EQ(FaultOf([&] {
              clib::Memccpy(m.heap(), m.At(kTo), m.At(kFrom), 'y', 100);
            }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad,
                         m.At(kFrom + 10), 1}));
  EXPECT_EQ(FaultOf([&] { clib::Swab(m.heap(), m.At(kFrom), m.At(kTo), 12); }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad,
                         m.At(kFrom), 12}));
}

TEST(MemoryFaultTest, NothingIsWrittenWhereTheDestinationIsTooSmall) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    m.FillWithPattern();
    const Address end = checked ? m.At(kPieceBytes) : m.heap().break_address();
    const Address to = end - 40;
    const Digest before = m.heap().ComputeDigest();
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kStore, to, 41};
    GlobalHeap& heap = m.heap();
    EXPECT_EQ(FaultOf([&] { clib::Memcpy(heap, to, m.At(8), 41); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memmove(heap, to, m.At(8), 41); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memset(heap, to, 1, 41); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memccpy(heap, to, m.At(8), 0, 41); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Swab(heap, m.At(8), to, 42); }),
              (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, to, 42}));
    EXPECT_EQ(heap.ComputeDigest(), before);
  }
}

TEST(MemoryFaultTest, NoBytesFaultNowhere) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    for (const Address bad : {kNullAddress, Address(~std::uint64_t{0}),
                              m.heap().layout().end(Region::kHeap)}) {
      clib::Memcpy(m.heap(), bad, bad, 0);
      clib::Memmove(m.heap(), bad, bad, 0);
      clib::Memset(m.heap(), bad, 1, 0);
      clib::Memccpy(m.heap(), bad, bad, 1, 0);
      clib::Swab(m.heap(), bad, bad, 1);
    }
  }
}

TEST(MemoryFaultTest, SizesThatOverflowAreOutOfBounds) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    // Not a constant to the compiler, which would warn.
    const volatile std::uint64_t opaque = ~std::uint64_t{0};
    const std::uint64_t huge = opaque;
    EXPECT_EQ(
        FaultOf([&] { clib::Memset(m.heap(), m.At(0), 1, huge); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, m.At(0), huge}));
    EXPECT_EQ(
        FaultOf([&] { clib::Memmove(m.heap(), m.At(0), m.At(1), huge); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, m.At(1), huge}));
  }
}

}  // namespace
}  // namespace kheap
