// SPDX-License-Identifier: Apache-2.0
#include "heap/address.h"

#include <cstdint>
#include <limits>
#include <sstream>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

TEST(AddressTest, OnlyOffsetZeroIsNull) {
  EXPECT_TRUE(Address().is_null());
  EXPECT_TRUE(kNullAddress.is_null());
  EXPECT_FALSE(Address(1).is_null());
  EXPECT_FALSE(Address(kMax).is_null());
}

TEST(AddressTest, ArithmeticWrapsAt64Bits) {
  EXPECT_EQ(Address(kMax) + 1, kNullAddress);
  EXPECT_EQ(kNullAddress - 1, Address(kMax));
  EXPECT_EQ(kNullAddress - Address(1), kMax);
}

RC_GTEST_PROP(AddressTest, ADifferenceLeadsFromOneToTheOther,
              (std::uint64_t a, std::uint64_t b)) {
  const Address begin(a);
  const Address end(b);
  RC_ASSERT(begin + (end - begin) == end);
  RC_ASSERT(end - (end - begin) == begin);
}

RC_GTEST_PROP(AddressTest, OrderIsTheOffsetsOrder,
              (std::uint64_t a, std::uint64_t b)) {
  RC_ASSERT((Address(a) < Address(b)) == (a < b));
  RC_ASSERT((Address(a) == Address(b)) == (a == b));
}

TEST(AddressTest, PrintsAsCPrintsAPointer) {
  EXPECT_EQ(ToString(Address(0x11040)), "0x11040");
  EXPECT_EQ(ToString(kNullAddress), "0x0");
  std::ostringstream out;
  out << Address(kMax);
  EXPECT_EQ(out.str(), "0xffffffffffffffff");
}

}  // namespace
}  // namespace kheap
