// SPDX-License-Identifier: Apache-2.0
#include "clib/string_compare.h"

#include <strings.h>

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
class StringCompareTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(StringCompareTest, AllSettings);

// Pairs of strings of all lengths up to 70 and some longer ones, equal but for
// one place.
template <typename Check>
void ForEachPair(GuestMemory& m, Check check) {
  for (std::uint64_t shift = 0; shift < 9; ++shift) {
    for (std::uint64_t length = 0; length <= 600;
         length += length < 70 ? 1 : 177) {
      for (std::uint64_t at = 0; at <= length; at += 1 + length / 15) {
        for (const char* other : {"a", "A", "\x80", "\x01"}) {
          m.FillWith('a');
          m.PutString(kA, std::string(length, 'a'));
          m.PutString(kB + shift, std::string(length, 'a'));
          if (at < length) m.Put(kB + shift + at, other);
          check(kA, kB + shift, length);
          check(kB + shift, kA, length);
        }
      }
    }
  }
}

TYPED_TEST(StringCompareTest, StrcmpHasTheSignOfTheHosts) {
  auto& m = this->memory_;
  ForEachPair(m, [&](std::uint64_t a, std::uint64_t b, std::uint64_t) {
    const int expected = SignOf(std::strcmp(m.Host(a), m.Host(b)));
    ASSERT_EQ(
        clib::Strcmp<typename TypeParam::StringMem>(m.heap(), m.At(a), m.At(b)),
        expected);
    ASSERT_EQ(clib::Strcoll(m.heap(), m.At(a), m.At(b)), expected);
  });
}

TYPED_TEST(StringCompareTest, StrncmpHasTheSignOfTheHosts) {
  auto& m = this->memory_;
  ForEachPair(m, [&](std::uint64_t a, std::uint64_t b, std::uint64_t length) {
    for (const std::uint64_t limit :
         {std::uint64_t{0}, std::uint64_t{1}, length / 2, length, length + 1,
          length + 100, clib::kNoLimit}) {
      ASSERT_EQ(clib::Strncmp<typename TypeParam::StringMem>(m.heap(), m.At(a),
                                                             m.At(b), limit),
                SignOf(std::strncmp(m.Host(a), m.Host(b), limit)));
    }
  });
}

TYPED_TEST(StringCompareTest, StrcasecmpHasTheSignOfTheHosts) {
  auto& m = this->memory_;
  ForEachPair(m, [&](std::uint64_t a, std::uint64_t b, std::uint64_t length) {
    ASSERT_EQ(clib::Strcasecmp<typename TypeParam::StringMem>(m.heap(), m.At(a),
                                                              m.At(b)),
              SignOf(strcasecmp(m.Host(a), m.Host(b))));
    for (const std::uint64_t limit :
         {std::uint64_t{0}, length / 2, length, length + 100}) {
      ASSERT_EQ(clib::Strncasecmp<typename TypeParam::StringMem>(
                    m.heap(), m.At(a), m.At(b), limit),
                SignOf(strncasecmp(m.Host(a), m.Host(b), limit)));
    }
  });
}

// Every pair of bytes decides as the host says.
TYPED_TEST(StringCompareTest, BytesCompareAsTheHostsDo) {
  auto& m = this->memory_;
  m.FillWith('a');
  m.PutString(kA, "ab?cd");
  m.PutString(kB, "ab?cd");
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 256; ++y) {
      m.Put(kA + 2, std::string(1, static_cast<char>(x)));
      m.Put(kB + 2, std::string(1, static_cast<char>(y)));
      ASSERT_EQ(clib::Strcmp<typename TypeParam::StringMem>(m.heap(), m.At(kA),
                                                            m.At(kB)),
                SignOf(std::strcmp(m.Host(kA), m.Host(kB))));
      ASSERT_EQ(clib::Strcasecmp<typename TypeParam::StringMem>(
                    m.heap(), m.At(kA), m.At(kB)),
                SignOf(strcasecmp(m.Host(kA), m.Host(kB))))
          << x << " " << y;
    }
  }
}

TEST(StrverscmpTest, TheExamplesOfItsManual) {
  GuestMemory m(/*checked=*/false);
  const auto compare = [&](const char* a, const char* b) {
    m.PutString(kA, a);
    m.PutString(kB, b);
    return clib::Strverscmp(m.heap(), m.At(kA), m.At(kB));
  };
  EXPECT_EQ(compare("no digit", "no digit"), 0);
  EXPECT_EQ(compare("item#99", "item#100"), -1);
  EXPECT_EQ(compare("alpha1", "alpha001"), 1);
  EXPECT_EQ(compare("part1_f012", "part1_f01"), 1);
  EXPECT_EQ(compare("foo.009", "foo.0"), -1);
}

// All pairs of texts over these characters up to four long.
TEST(StrverscmpTest, AllShortTextsCompareAsTheHostsDo) {
  GuestMemory m(/*checked=*/false);
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < 4; ++i) {
    for (const char c : {'0', '1', '9', 'a'}) texts.push_back(texts[i] + c);
  }
  for (const std::string& a : texts) {
    m.PutString(kA, a);
    for (const std::string& b : texts) {
      m.PutString(kB, b);
      ASSERT_EQ(clib::Strverscmp(m.heap(), m.At(kA), m.At(kB)),
                SignOf(strverscmp(m.Host(kA), m.Host(kB))))
          << a << " " << b;
    }
  }
}

RC_GTEST_PROP(StrverscmpProperty, ComparesAsTheHostsDoes, ()) {
  static GuestMemory m(/*checked=*/true);
  const auto texts =
      rc::gen::container<std::string>(rc::gen::weightedElement<char>(
          {{6, '0'}, {3, '1'}, {2, '9'}, {2, 'a'}, {1, '.'}, {1, '\x80'}}));
  m.PutString(kA, *texts);
  m.PutString(kB, *texts);
  RC_ASSERT(clib::Strverscmp(m.heap(), m.At(kA), m.At(kB)) ==
            SignOf(strverscmp(m.Host(kA), m.Host(kB))));
}

// A loop stops at the first difference, so what follows need not be a string.
TEST(StringCompareFaultTest, NothingBehindTheFirstDifferenceIsRead) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    GlobalHeap& heap = m.heap();
    const Address end = checked ? m.At(kPieceBytes) : heap.break_address();
    std::memcpy(heap.RuntimeSpan(end - 3, 3).data(), "abc", 3);
    m.PutString(8, "abd");
    EXPECT_EQ(clib::Strcmp(heap, end - 3, m.At(8)), -1);
    EXPECT_EQ(clib::Strcasecmp(heap, m.At(8), end - 3), 1);
    EXPECT_EQ(clib::Strverscmp(heap, m.At(8), end - 3), 1);
    m.PutString(8, "abcd");
    EXPECT_EQ(clib::Strncmp(heap, end - 3, m.At(8), 3), 0);
    EXPECT_EQ(clib::Strncasecmp(heap, end - 3, m.At(8), 3), 0);
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kLoad, end, 1};
    EXPECT_EQ(FaultOf([&] { clib::Strcmp(heap, end - 3, m.At(8)); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Strcmp(heap, m.At(8), end - 3); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Strncmp(heap, m.At(8), end - 3, 4); }),
              fault);
  }
}

TEST(StringCompareFaultTest, TheFirstOfTwoBadStringsIsReported) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('a');
  Shadow& shadow = *m.heap().shadow();
  const auto at = [](Address address, FaultCode code) {
    return MemoryFault{code, Access::kLoad, address, 1};
  };
  const auto compare = [&] { clib::Strcmp(m.heap(), m.At(kA), m.At(kB)); };
  shadow.Set(m.At(kA + 7), 1, ShadowByte::kFreed);
  shadow.Set(m.At(kB + 6), 1, ShadowByte::kUninitialised);
  EXPECT_EQ(FaultOf(compare), at(m.At(kB + 6), FaultCode::kUninitialisedRead));
  shadow.Set(m.At(kA + 6), 1, ShadowByte::kFreed);
  EXPECT_EQ(FaultOf(compare), at(m.At(kA + 6), FaultCode::kUseAfterFree));
}

}  // namespace
}  // namespace kheap
