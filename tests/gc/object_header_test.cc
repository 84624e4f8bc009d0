// SPDX-License-Identifier: Apache-2.0
#include "gc/object_header.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace kheap::gc {
namespace {

TEST(ObjectHeaderTest, EverySizeComesBack) {
  for (std::uint64_t size = 0; size < 40000; ++size) {
    const ObjectHeader header = ObjectHeader::Of(9, size);
    ASSERT_EQ(header.payload_bytes(), size);
    ASSERT_EQ(header.footprint_bytes() % kGranuleBytes, 0u);
    ASSERT_LT(header.footprint_bytes() - kHeaderBytes - size, kGranuleBytes);
    const bool large = header.footprint_bytes() > kSmallBytesMax;
    ASSERT_EQ(header.size_class() == SizeClass::kLarge, large) << size;
    ASSERT_EQ(header.in_nursery(), !large) << size;
  }
  EXPECT_EQ(ObjectHeader::Of(9, kPayloadBytesMax).payload_bytes(),
            kPayloadBytesMax);
}

TEST(ObjectHeaderTest, EveryTypeComesBack) {
  for (std::uint32_t type = 0; type < 65536; ++type) {
    ASSERT_EQ(ObjectHeader::Of(static_cast<std::uint16_t>(type), 100).type(),
              type);
  }
}

TEST(ObjectHeaderTest, FlagsLeaveEachOtherAndTheSizeAlone) {
  const ObjectHeader plain =
      ObjectHeader::Of(65535, 20).Without(ObjectHeader::kNursery);
  for (const std::uint64_t flag :
       {ObjectHeader::kForwarded, ObjectHeader::kMarked, ObjectHeader::kPinned,
        ObjectHeader::kPinListed, ObjectHeader::kKept, ObjectHeader::kNursery,
        ObjectHeader::kLarge, ObjectHeader::kFiller}) {
    const ObjectHeader with = plain.With(flag);
    EXPECT_NE(with, plain);
    EXPECT_EQ(with.Without(flag), plain);
    EXPECT_EQ(with.forwarded(), flag == ObjectHeader::kForwarded);
    EXPECT_EQ(with.marked(), flag == ObjectHeader::kMarked);
    EXPECT_EQ(with.pinned(), flag == ObjectHeader::kPinned);
    EXPECT_EQ(with.in_nursery(), flag == ObjectHeader::kNursery);
    EXPECT_EQ(with.filler(), flag == ObjectHeader::kFiller);
    EXPECT_EQ(with.size_class() == SizeClass::kLarge,
              flag == ObjectHeader::kLarge);
    EXPECT_EQ(with.payload_bytes(), 20u);
    EXPECT_EQ(with.type(), 65535);
  }
}

TEST(ObjectHeaderTest, AForwardedHeaderLeadsToTheNewPlace) {
  for (const std::uint64_t address :
       {std::uint64_t{16}, std::uint64_t{1099511627760}}) {
    const ObjectHeader header = ObjectHeader::Forward(address);
    EXPECT_TRUE(header.forwarded());
    EXPECT_EQ(header.new_address(), address);
  }
}

TEST(ObjectHeaderTest, AFillerHasASizeOnly) {
  const ObjectHeader filler = ObjectHeader::Filler(32752);
  EXPECT_TRUE(filler.filler());
  EXPECT_FALSE(filler.forwarded());
  EXPECT_EQ(filler.footprint_bytes(), 32752u);
}

}  // namespace
}  // namespace kheap::gc
