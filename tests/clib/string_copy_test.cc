// SPDX-License-Identifier: Apache-2.0
#include "clib/string_copy.h"

#include <algorithm>
#include <cstring>

#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kFrom = 500;
constexpr std::uint64_t kTo = 2200;

template <typename Setting>
class StringCopyTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(StringCopyTest, AllSettings);

// Strings of many lengths between several alignments, in surroundings with
// zeros (where long strings may be copied in one pass) and without.
template <typename Check>
void ForEachString(GuestMemory& m, Check check) {
  for (const char surroundings : {'\0', '#'}) {
    for (const std::uint64_t from : {kFrom, kFrom + 1, kFrom + 13}) {
      for (const std::uint64_t to : {kTo, kTo + 5, kTo + 16}) {
        for (std::uint64_t length = 0; length <= 1500;
             length += length < 350 ? 1 : 97) {
          m.FillWith(surroundings);
          m.PutString(from, std::string(length, 'c'));
          m.Put(to + length + 1, "!");
          check(from, to, length);
          ASSERT_TRUE(m.IsSame()) << from << " " << to << " " << length;
        }
      }
    }
  }
}

TYPED_TEST(StringCopyTest, StrcpyDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  ForEachString(m, [&](std::uint64_t from, std::uint64_t to, std::uint64_t) {
    std::strcpy(m.Host(to), m.Host(from));
    ASSERT_EQ(clib::Strcpy<typename TypeParam::StringMem>(m.heap(), m.At(to),
                                                          m.At(from)),
              m.At(to));
  });
}

TYPED_TEST(StringCopyTest, StpcpyReturnsTheEnd) {
  auto& m = this->memory_;
  ForEachString(
      m, [&](std::uint64_t from, std::uint64_t to, std::uint64_t length) {
        stpcpy(m.Host(to), m.Host(from));
        ASSERT_EQ(clib::Stpcpy<typename TypeParam::StringMem>(
                      m.heap(), m.At(to), m.At(from)),
                  m.At(to + length));
      });
}

TYPED_TEST(StringCopyTest, StrncpyAndStpncpyDoWhatTheHostsDo) {
  auto& m = this->memory_;
  for (std::uint64_t length = 0; length <= 420;
       length += length < 80 ? 1 : 17) {
    for (std::uint64_t size = 0; size <= 500; size += size < 90 ? 1 : 37) {
      m.FillWith('#');
      m.PutString(kFrom, std::string(length, 'c'));
      const char* const end = stpncpy(m.Host(kTo), m.Host(kFrom), size);
      ASSERT_EQ(clib::Strncpy<typename TypeParam::StringMem>(
                    m.heap(), m.At(kTo), m.At(kFrom), size),
                m.At(kTo));
      ASSERT_TRUE(m.IsSame()) << length << " " << size;
      m.Put(kTo, std::string(size + 1, '#'));
      stpncpy(m.Host(kTo), m.Host(kFrom), size);
      ASSERT_EQ(m.OffsetOf(clib::Stpncpy<typename TypeParam::StringMem>(
                    m.heap(), m.At(kTo), m.At(kFrom), size)),
                m.OffsetOf(end));
      ASSERT_TRUE(m.IsSame()) << length << " " << size;
    }
  }
}

TYPED_TEST(StringCopyTest, StrlcpyCopiesWhatFitsAndReturnsTheWholeLength) {
  auto& m = this->memory_;
  for (std::uint64_t length = 0; length <= 60; ++length) {
    for (std::uint64_t size = 0; size <= 70; ++size) {
      m.FillWith('#');
      m.PutString(kFrom, std::string(length, 'c'));
      if (size > 0) {
        const std::uint64_t copied = std::min(length, size - 1);
        std::memcpy(m.Host(kTo), m.Host(kFrom), copied);
        *m.Host(kTo + copied) = '\0';
      }
      ASSERT_EQ(clib::Strlcpy(m.heap(), m.At(kTo), m.At(kFrom), size), length);
      ASSERT_TRUE(m.IsSame()) << length << " " << size;
    }
  }
}

TYPED_TEST(StringCopyTest, StrxfrmDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  for (std::uint64_t length = 0; length <= 60; ++length) {
    for (std::uint64_t size = 0; size <= 70; ++size) {
      m.FillWith('#');
      m.PutString(kFrom, std::string(length, 'c'));
      const std::uint64_t host = std::strxfrm(m.Host(kTo), m.Host(kFrom), size);
      ASSERT_EQ(clib::Strxfrm(m.heap(), m.At(kTo), m.At(kFrom), size), host);
      ASSERT_TRUE(m.IsSame()) << length << " " << size;
    }
  }
}

// ---- what C leaves undefined -----------------------------------------------

// Every function with a string of `length` at kFrom, copied to `to`, as if the
// source were read first.
void ExpectCopiesAsIfReadFirst(GuestMemory& m, std::uint64_t to,
                               std::uint64_t length, char surroundings) {
  const std::string text(
      std::string(length, 'c').replace(0, length / 2, length / 2, 'b'));
  const auto prepare = [&] {
    m.FillWith(surroundings);
    m.PutString(kFrom, text);
    // What the copy is to be, on the host's side only.
    (text + '\0').copy(m.Host(to), length + 1);
  };
  const auto at = [&](std::uint64_t offset) { return m.At(offset); };
  prepare();
  clib::Strcpy(m.heap(), at(to), at(kFrom));
  ASSERT_TRUE(m.IsSame()) << to << " " << length;
  prepare();
  clib::Stpcpy<machine::FastStringMem>(m.heap(), at(to), at(kFrom));
  ASSERT_TRUE(m.IsSame()) << to << " " << length;
  prepare();
  clib::Strncpy(m.heap(), at(to), at(kFrom), length + 1);
  ASSERT_TRUE(m.IsSame()) << to << " " << length;
  prepare();
  clib::Strlcpy(m.heap(), at(to), at(kFrom), length + 1);
  ASSERT_TRUE(m.IsSame()) << to << " " << length;
  prepare();
  clib::Strxfrm(m.heap(), at(to), at(kFrom), length + 1);
  ASSERT_TRUE(m.IsSame()) << to << " " << length;
}

TEST(StringCopyOverlapTest, AFastArenaCopiesAsIfTheSourceWereReadFirst) {
  GuestMemory m(/*checked=*/false);
  for (const char surroundings : {'\0', '#'}) {
    for (const std::uint64_t length : {0, 1, 5, 31, 64, 200, 319, 330, 900}) {
      for (std::uint64_t to = kFrom - 400; to <= kFrom + 1000;
           to += to + 40 > kFrom && to < kFrom + 40 ? 1 : 23) {
        ExpectCopiesAsIfReadFirst(m, to, length, surroundings);
      }
    }
  }
}

TEST(StringCopyOverlapTest, ACheckedArenaFaults) {
  GuestMemory m(/*checked=*/true);
  for (const std::uint64_t to : {kFrom - 9, kFrom - 1, kFrom, kFrom + 9}) {
    m.FillWith('#');
    m.PutString(kFrom, "ninechars");
    GlobalHeap& heap = m.heap();
    const auto overlap = [&](std::uint64_t size) {
      return MemoryFault{FaultCode::kOverlappingCopy, Access::kStore, m.At(to),
                         size};
    };
    EXPECT_EQ(FaultOf([&] { clib::Strcpy(heap, m.At(to), m.At(kFrom)); }),
              overlap(10));
    EXPECT_EQ(FaultOf([&] { clib::Stpcpy(heap, m.At(to), m.At(kFrom)); }),
              overlap(10));
    EXPECT_EQ(FaultOf([&] { clib::Strncpy(heap, m.At(to), m.At(kFrom), 20); }),
              overlap(20));
    EXPECT_EQ(FaultOf([&] { clib::Stpncpy(heap, m.At(to), m.At(kFrom), 20); }),
              overlap(20));
    EXPECT_EQ(FaultOf([&] { clib::Strlcpy(heap, m.At(to), m.At(kFrom), 20); }),
              overlap(10));
    EXPECT_EQ(FaultOf([&] { clib::Strxfrm(heap, m.At(to), m.At(kFrom), 20); }),
              overlap(10));
    EXPECT_TRUE(m.IsSame());
  }
  m.PutString(kFrom, "ninechars");
  clib::Strcpy(m.heap(), m.At(kFrom - 10), m.At(kFrom));
  clib::Strcpy(m.heap(), m.At(kFrom + 10), m.At(kFrom));
}

TEST(StringCopyFaultTest, NothingIsWrittenWhereTheCopyDoesNotFit) {
  for (const bool checked : {false, true}) {
    for (const std::uint64_t length : {7, 40, 319, 330, 1500}) {
      for (const char surroundings : {'\0', '#'}) {
        GuestMemory m(checked);
        GlobalHeap& heap = m.heap();
        m.FillWith(surroundings);
        m.PutString(8, std::string(length, 'c'));
        const Address end = checked ? m.At(kPieceBytes) : heap.break_address();
        const Address to = end - length;
        const Digest before = heap.ComputeDigest();
        const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kStore, to,
                                   length + 1};
        EXPECT_EQ(FaultOf([&] { clib::Strcpy(heap, to, m.At(8)); }), fault);
        EXPECT_EQ(FaultOf([&] { clib::Stpcpy(heap, to, m.At(8)); }), fault);
        EXPECT_EQ(
            FaultOf([&] { clib::Strncpy(heap, to, m.At(8), length + 1); }),
            fault);
        EXPECT_EQ(
            FaultOf([&] { clib::Strlcpy(heap, to, m.At(8), length + 9); }),
            fault);
        EXPECT_EQ(
            FaultOf([&] { clib::Strxfrm(heap, to, m.At(8), length + 9); }),
            fault);
        EXPECT_EQ(heap.ComputeDigest(), before);
        // One byte more is enough.
        clib::Strcpy(heap, to - 1, m.At(8));
        EXPECT_EQ(clib::Strlen(heap, to - 1), length);
      }
    }
  }
}

TEST(StringCopyFaultTest, LibraryAndReadOnlyMemoryAreNotWritten) {
  GuestMemory m(/*checked=*/false);
  m.PutString(8, "text");
  for (const Region region : {Region::kLibrary, Region::kReadOnly}) {
    const Address to = m.heap().layout().begin(region) + 64;
    EXPECT_EQ(FaultOf([&] { clib::Strcpy(m.heap(), to, m.At(8)); }),
              (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, to, 5}));
  }
}

TEST(StringCopyShadowTest, TheCopyIsInitialisedAndTheRestIsNot) {
  GuestMemory m(/*checked=*/true);
  m.PutString(8, "text");
  m.heap().shadow()->Set(m.At(kTo), 20, ShadowByte::kUninitialised);
  clib::Strcpy(m.heap(), m.At(kTo), m.At(8));
  EXPECT_EQ(m.heap().shadow()->At(m.At(kTo + 4)), ShadowByte::kInitialised);
  EXPECT_EQ(m.heap().shadow()->At(m.At(kTo + 5)), ShadowByte::kUninitialised);
}

}  // namespace
}  // namespace kheap
