// SPDX-License-Identifier: Apache-2.0

// The arithmetic mode of BitShiftEngine promises to use no bit operator. Its
// source is read here, because no call could tell.

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace kheap {
namespace {

std::string WithoutCommentsAndIncludes(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream code;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    code << line.substr(0, line.find("//")) << '\n';
  }
  return code.str();
}

// The operators && and || are not bit operators, nor is & after a type.
std::string WithoutInnocentOperators(std::string code) {
  for (const std::string_view innocent :
       {"&&", "||", "const ShiftResult& ", "std::array<std::uint64_t, kBits>",
        "std::span<const std::uint8_t>", "template <typename Bits>"}) {
    for (std::size_t at; (at = code.find(innocent)) != std::string::npos;) {
      code.erase(at, innocent.size());
    }
  }
  return code;
}

TEST(ArithmeticModeSourceTest, NoBitOperatorInWhatItCalls) {
  for (const std::string path :
       {"bitshift/arithmetic_bits.h", "bitshift/word_algorithms.h"}) {
    const std::string code =
        WithoutInnocentOperators(WithoutCommentsAndIncludes(path));
    ASSERT_GT(code.size(), 1000u) << path;
    for (const std::string_view bit_operator :
         {"<<", ">>", "&", "|", "^", "~", "bitand", "bitor", "xor", "compl",
          "bits::", "std::popcount", "std::countl", "std::countr", "std::bit_",
          "std::rot"}) {
      EXPECT_EQ(code.find(bit_operator), std::string::npos)
          << bit_operator << " in " << path;
    }
  }
}

}  // namespace
}  // namespace kheap
