// SPDX-License-Identifier: Apache-2.0
#include "heap/little_endian.h"

#include <cstdint>
#include <cstring>

#include "gtest/gtest.h"
#include "heap/address.h"
#include "heap/control_page.h"

namespace kheap {
namespace {

struct Record {
  LittleEndian<std::uint8_t> tag;
  LittleEndian<std::uint64_t> size_bytes;
  LittleEndian<Address> next;
};

TEST(LittleEndianTest, FieldsAreUnalignedAndUnpadded) {
  EXPECT_EQ(sizeof(Record), 17u);
  EXPECT_EQ(alignof(Record), 1u);
  EXPECT_EQ(alignof(ControlPage), 1u);
}

TEST(LittleEndianTest, FieldsLieInLittleEndianOrder) {
  Record record;
  record.tag = 7;
  record.size_bytes = 0x0807060504030201;
  record.next = Address(0xFF);
  const unsigned char expected[17] = {7, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF};
  EXPECT_EQ(std::memcmp(&record, expected, sizeof(record)), 0);
  EXPECT_EQ(record.next.get(), Address(0xFF));
}

TEST(LittleEndianTest, CompoundAssignmentWrapsAsTheTypeDoes) {
  LittleEndian<std::uint16_t> count;
  count = 65535;
  count += 2;
  EXPECT_EQ(count, 1);
  count -= 3;
  EXPECT_EQ(count, 65534);
}

}  // namespace
}  // namespace kheap
