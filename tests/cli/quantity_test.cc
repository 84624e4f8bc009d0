// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.h"

#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::cli {
namespace {

TEST(QuantityTest, ANumberIsDigitsAndNothingElse) {
  EXPECT_EQ(ParseNumber("0"), 0u);
  EXPECT_EQ(ParseNumber("007"), 7u);
  EXPECT_EQ(ParseNumber("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ",
                           "0x10", "1e3", "1.5", "1K", "K"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(QuantityTest, UnitsAreBinary) {
  EXPECT_EQ(ParseBytes("1023"), 1023u);
  EXPECT_EQ(ParseBytes("3K"), 3072u);
  EXPECT_EQ(ParseBytes("3k"), 3072u);
  EXPECT_EQ(ParseBytes("64M"), 67108864u);
  EXPECT_EQ(ParseBytes("2m"), 2097152u);
  EXPECT_EQ(ParseBytes("1g"), 1073741824u);
  EXPECT_EQ(ParseBytes("17179869183G"), UINT64_MAX - 1073741823u);
  for (const char* text :
       {"", "K", "1T", "1KB", "1 K", "-1K", "1.5G", "K1", "17179869184G"}) {
    EXPECT_EQ(ParseBytes(text), std::nullopt) << text;
  }
}

TEST(QuantityTest, TooLargeIsNotTheSameAsNoNumber) {
  const std::string above = "is above 18446744073709551615";
  EXPECT_EQ(WhyNoNumber("18446744073709551616"), above);
  EXPECT_EQ(WhyNoBytes("18446744073709551616"), above);
  EXPECT_EQ(WhyNoBytes("17179869184G"), above);
  for (const char* text : {"", "-1", "x", "1K", "1x"}) {
    EXPECT_EQ(WhyNoNumber(text), "is not a number") << text;
  }
  for (const char* text : {"", "-1", "K", "1T"}) {
    EXPECT_EQ(WhyNoBytes(text),
              "is not a number of bytes, alone or with K, M or G")
        << text;
  }
}

TEST(QuantityTest, OneOfAThingIsSingular) {
  EXPECT_EQ(Count(0, "block"), "0 blocks");
  EXPECT_EQ(Count(1, "block"), "1 block");
  EXPECT_EQ(Count(2, "byte"), "2 bytes");
}

TEST(QuantityTest, DigitsStandInGroupsOfThree) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(999), "999");
  EXPECT_EQ(GroupDigits(1000), "1,000");
  EXPECT_EQ(GroupDigits(123456), "123,456");
  EXPECT_EQ(GroupDigits(UINT64_MAX), "18,446,744,073,709,551,615");
}

RC_GTEST_PROP(QuantityTest, WhatIsWrittenIsReadBack, (std::uint64_t number)) {
  RC_ASSERT(ParseNumber(std::to_string(number)) == number);
  std::string grouped = GroupDigits(number);
  std::erase(grouped, ',');
  RC_ASSERT(grouped == std::to_string(number));
}

}  // namespace
}  // namespace kheap::cli
