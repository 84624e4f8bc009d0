// SPDX-License-Identifier: Apache-2.0
#include "clib/two_way_search.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap {
namespace {

std::size_t Find(std::string_view haystack, std::string_view needle) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const std::byte*>(text.data());
  };
  const std::size_t i =
      clib::TwoWaySearch<clib::ExactBytes>(bytes(needle), needle.size())
          .Find(bytes(haystack), haystack.size());
  return i == haystack.size() ? std::string_view::npos : i;
}

std::string Word(unsigned code, std::size_t size, unsigned letters) {
  std::string word;
  for (std::size_t i = 0; i < size; ++i, code /= letters) {
    word += static_cast<char>('a' + code % letters);
  }
  return word;
}

// Periods, borders and critical positions of all kinds occur in short words
// over two letters.
TEST(TwoWaySearchTest, AllWordsOverTwoLettersAreFound) {
  for (std::size_t n = 1; n <= 6; ++n) {
    for (unsigned needle_code = 0; needle_code < 1u << n; ++needle_code) {
      const std::string needle = Word(needle_code, n, 2);
      for (unsigned code = 0; code < 1u << 12; ++code) {
        const std::string haystack = Word(code, 12, 2);
        ASSERT_EQ(Find(haystack, needle), haystack.find(needle))
            << haystack << " " << needle;
      }
    }
  }
}

RC_GTEST_PROP(TwoWaySearchProperty, WordsWithRepetitionsAreFound, ()) {
  // A needle made of repeated pieces, in a haystack made of the same ones.
  const auto piece = [] {
    return Word(*rc::gen::inRange(0u, 729u), *rc::gen::inRange(1, 6), 3);
  };
  const std::string a = piece();
  const std::string b = piece();
  const auto build = [&](int pieces) {
    std::string text;
    for (int i = 0; i < pieces; ++i)
      text += *rc::gen::arbitrary<bool>() ? a : b;
    return text;
  };
  const std::string needle = build(*rc::gen::inRange(1, 6));
  const std::string haystack = build(*rc::gen::inRange(0, 60));
  RC_ASSERT(Find(haystack, needle) == haystack.find(needle));
}

}  // namespace
}  // namespace kheap
