// SPDX-License-Identifier: Apache-2.0
#include "clib/memory_search.h"

#include <cstring>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kA = 700;
constexpr std::uint64_t kB = 1900;

template <typename Setting>
class MemorySearchTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(MemorySearchTest, AllSettings);

TYPED_TEST(MemorySearchTest, MemcmpHasTheSignOfTheHosts) {
  auto& m = this->memory_;
  for (std::uint64_t shift = 0; shift < 16; ++shift) {
    for (std::uint64_t size = 0; size <= 80; ++size) {
      for (std::uint64_t at = 0; at <= size; at += 1 + size / 20) {
        m.FillWith('a');
        m.Put(kA + at, "\x80");
        m.Put(kB + shift + at + 1, "\xff");
        const int host = std::memcmp(m.Host(kA), m.Host(kB + shift), size);
        ASSERT_EQ(clib::Memcmp<typename TypeParam::Mem>(m.heap(), m.At(kA),
                                                        m.At(kB + shift), size),
                  SignOf(host));
      }
    }
  }
}

TYPED_TEST(MemorySearchTest, MemchrFindsWhatTheHostsFinds) {
  auto& m = this->memory_;
  for (std::uint64_t from = kA; from < kA + 16; ++from) {
    for (std::uint64_t at = 0; at <= 100; ++at) {
      m.FillWith('a');
      m.Put(from + at, "zz");
      m.Put(from - 1, "z");
      for (const std::uint64_t size : {std::uint64_t{0}, at, at + 1, at + 99}) {
        ASSERT_EQ(m.OffsetOf(clib::Memchr<typename TypeParam::Mem>(
                      m.heap(), m.At(from), 'z' - 256, size)),
                  m.OffsetOf(std::memchr(m.Host(from), 'z' - 256, size)))
            << at << " " << size;
      }
    }
  }
}

TYPED_TEST(MemorySearchTest, MemrchrFindsWhatTheHostsFinds) {
  auto& m = this->memory_;
  for (std::uint64_t from = kA; from < kA + 16; ++from) {
    for (std::uint64_t at = 0; at <= 100; ++at) {
      m.FillWith('a');
      m.Put(from + at, "z");
      m.Put(from - 1, "z");
      for (const std::uint64_t size : {std::uint64_t{0}, at, at + 1, at + 99}) {
        ASSERT_EQ(m.OffsetOf(clib::Memrchr<typename TypeParam::Mem>(
                      m.heap(), m.At(from), 'z', size)),
                  m.OffsetOf(memrchr(m.Host(from), 'z', size)))
            << at << " " << size;
      }
    }
  }
}

// All haystacks and needles over two letters up to these sizes.
TYPED_TEST(MemorySearchTest, MemmemFindsWhatTheHostsFindsInAllShortTexts) {
  auto& m = this->memory_;
  for (std::uint64_t h = 0; h <= 9; ++h) {
    for (unsigned text = 0; text < 1u << h; ++text) {
      for (std::uint64_t i = 0; i < h; ++i) {
        m.Put(kA + i, (text >> i & 1) != 0 ? "a" : "b");
      }
      for (std::uint64_t n = 0; n <= 4; ++n) {
        for (unsigned needle = 0; needle < 1u << n; ++needle) {
          for (std::uint64_t i = 0; i < n; ++i) {
            m.Put(kB + i, (needle >> i & 1) != 0 ? "a" : "b");
          }
          ASSERT_EQ(
              m.OffsetOf(clib::Memmem(m.heap(), m.At(kA), h, m.At(kB), n)),
              m.OffsetOf(memmem(m.Host(kA), h, m.Host(kB), n)));
        }
      }
    }
  }
}

RC_GTEST_PROP(MemmemProperty, FindsWhatTheHostsFinds, ()) {
  static GuestMemory m(/*checked=*/false);
  // Few letters and repetition give near misses.
  const auto letters = rc::gen::container<std::string>(
      rc::gen::weightedElement<char>({{8, 'a'}, {2, 'b'}, {1, 'c'}}));
  const std::string haystack = *rc::gen::resize(1500, letters);
  const std::string needle =
      *rc::gen::resize(*rc::gen::inRange(0, 60), letters);
  RC_PRE(haystack.size() <= 2000 && needle.size() <= 2000);
  m.Put(0, haystack);
  m.Put(2000, needle);
  RC_ASSERT(m.OffsetOf(clib::Memmem(m.heap(), m.At(0), haystack.size(),
                                    m.At(2000), needle.size())) ==
            m.OffsetOf(memmem(m.Host(0), haystack.size(), m.Host(2000),
                              needle.size())));
}

// Each place looks right at both ends and is wrong in the middle.
TEST(MemmemTest, MisleadingHaystacksAreSearchedToTheEnd) {
  GuestMemory m(/*checked=*/false);
  m.FillWith('a');
  const std::string needle = std::string(60, 'a') + 'b' + std::string(60, 'a');
  m.Put(2200, needle);
  for (const std::uint64_t at : {0, 1, 500, 1500, 1999 - 121}) {
    m.Put(0, std::string(2000, 'a'));
    m.Put(at, needle);
    EXPECT_EQ(clib::Memmem(m.heap(), m.At(0), 2000, m.At(2200), needle.size()),
              m.At(at));
  }
  m.Put(0, std::string(2000, 'a'));
  EXPECT_EQ(clib::Memmem(m.heap(), m.At(0), 2000, m.At(2200), needle.size()),
            kNullAddress);
}

TEST(MemorySearchFaultTest, MemchrReadsNoFurtherThanTheByteItFinds) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    m.FillWith('a');
    const Address end = checked ? m.At(kPieceBytes) : m.heap().break_address();
    if (!checked) clib::Memmem(m.heap(), end, 0, end, 0);
    m.heap().RuntimeSpan(end - 8, 8)[5] = std::byte{'z'};
    constexpr std::uint64_t kHuge = ~std::uint64_t{0};
    EXPECT_EQ(clib::Memchr(m.heap(), end - 8, 'z', kHuge), end - 3);
    EXPECT_EQ(FaultOf([&] { clib::Memchr(m.heap(), end - 8, 'y', kHuge); }),
              (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, end, 1}));
  }
}

TEST(MemorySearchFaultTest, TheOthersWantTheWholeRange) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    GlobalHeap& heap = m.heap();
    const Address end = checked ? m.At(kPieceBytes) : heap.break_address();
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kLoad, end - 8,
                               9};
    EXPECT_EQ(FaultOf([&] { clib::Memcmp(heap, end - 8, m.At(0), 9); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memcmp(heap, m.At(0), end - 8, 9); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memrchr(heap, end - 8, 0, 9); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Memmem(heap, end - 8, 9, m.At(0), 1); }),
              fault);
    EXPECT_EQ(FaultOf([&] { clib::Memmem(heap, m.At(0), 1, end - 8, 9); }),
              fault);
  }
}

TEST(MemorySearchFaultTest, NoBytesFaultNowhere) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    for (const Address bad : {kNullAddress, Address(~std::uint64_t{0}),
                              m.heap().layout().end(Region::kHeap)}) {
      EXPECT_EQ(clib::Memcmp(m.heap(), bad, bad, 0), 0);
      EXPECT_EQ(clib::Memchr(m.heap(), bad, 0, 0), kNullAddress);
      EXPECT_EQ(clib::Memrchr(m.heap(), bad, 0, 0), kNullAddress);
      EXPECT_EQ(clib::Memmem(m.heap(), bad, 0, bad, 0), bad);
    }
  }
}

TEST(MemorySearchFaultTest, UninitialisedBytesFault) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('a');
  m.heap().shadow()->Set(m.At(kA + 5), 1, ShadowByte::kUninitialised);
  EXPECT_EQ(
      FaultOf([&] { clib::Memcmp(m.heap(), m.At(kA), m.At(kB), 6); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, m.At(kA), 6}));
  EXPECT_EQ(FaultOf([&] { clib::Memchr(m.heap(), m.At(kA), 'z', 100); }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad,
                         m.At(kA + 5), 1}));
}

}  // namespace
}  // namespace kheap
