// SPDX-License-Identifier: Apache-2.0
#include "clib/string_search.h"

#include <cstring>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"

namespace kheap {
namespace {

constexpr std::uint64_t kText = 700;
constexpr std::uint64_t kSet = 3000;

template <typename Setting>
class StringSearchTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(StringSearchTest, AllSettings);

TYPED_TEST(StringSearchTest, CharactersAreFoundWhereTheHostFindsThem) {
  using StringMem = typename TypeParam::StringMem;
  auto& m = this->memory_;
  for (std::uint64_t from = kText; from < kText + 16; ++from) {
    for (std::uint64_t length = 0; length <= 700;
         length += length < 100 ? 1 : 143) {
      for (std::uint64_t at = 0; at <= length; at += 1 + length / 9) {
        m.FillWith('z');
        m.PutString(from, std::string(length, 'a'));
        if (at < length) m.Put(from + at, "z");
        if (at + 3 < length) m.Put(from + at + 3, "z");
        for (const int c : {int{'z'}, 'z' + 256, int{'y'}, 0}) {
          const char* const text = m.Host(from);
          ASSERT_EQ(
              m.OffsetOf(clib::Strchr<StringMem>(m.heap(), m.At(from), c)),
              m.OffsetOf(std::strchr(text, c)));
          ASSERT_EQ(
              m.OffsetOf(clib::Strchrnul<StringMem>(m.heap(), m.At(from), c)),
              m.OffsetOf(strchrnul(text, c)));
          ASSERT_EQ(
              m.OffsetOf(clib::Strrchr<StringMem>(m.heap(), m.At(from), c)),
              m.OffsetOf(std::strrchr(text, c)));
        }
      }
    }
  }
}

void ExpectSpansOfTheHost(GuestMemory& m) {
  const char* const text = m.Host(kText);
  const char* const set = m.Host(kSet);
  ASSERT_EQ(clib::Strspn(m.heap(), m.At(kText), m.At(kSet)),
            std::strspn(text, set));
  ASSERT_EQ(clib::Strcspn(m.heap(), m.At(kText), m.At(kSet)),
            std::strcspn(text, set));
  ASSERT_EQ(m.OffsetOf(clib::Strpbrk(m.heap(), m.At(kText), m.At(kSet))),
            m.OffsetOf(std::strpbrk(text, set)));
}

TYPED_TEST(StringSearchTest, SpansEndWhereTheHostsDo) {
  auto& m = this->memory_;
  for (std::uint64_t length = 0; length <= 80; ++length) {
    for (const char* set : {"", "a", "b", "ab", "ba\x80", "xyz"}) {
      for (const char* tail : {"", "b", "\x80", "c"}) {
        m.FillWith('#');
        m.PutString(kText, std::string(length, 'a') + tail + "a");
        m.PutString(kSet, set);
        ExpectSpansOfTheHost(m);
      }
    }
  }
}

TYPED_TEST(StringSearchTest, EveryByteCanBeInASet) {
  auto& m = this->memory_;
  for (int x = 1; x < 256; ++x) {
    for (int y = 1; y < 256; y += 1 + x % 3) {
      m.PutString(kText, std::string(1, static_cast<char>(x)));
      m.PutString(kSet, std::string(1, static_cast<char>(y)));
      ExpectSpansOfTheHost(m);
    }
  }
}

RC_GTEST_PROP(StringSearchProperty, SpansAreTheHosts, ()) {
  static GuestMemory m(/*checked=*/true);
  const auto characters = rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("abcdef\x7f\x80\xff")));
  m.PutString(kText, *characters);
  m.PutString(kSet, *characters);
  ExpectSpansOfTheHost(m);
}

}  // namespace
}  // namespace kheap
