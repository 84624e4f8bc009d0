// SPDX-License-Identifier: Apache-2.0
#include "gc/type_table.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

constexpr std::uint64_t k4GiB = std::uint64_t{4} * 1024 * 1024 * 1024;
using Offsets = std::vector<std::uint64_t>;

absl::StatusCode Registering(World& world, TypeShape shape,
                             std::uint64_t size_bytes,
                             const Offsets& references = {}) {
  return world.collector()
      .RegisterType({shape, size_bytes, references})
      .status()
      .code();
}

TEST(TypeTableTest, SizesHaveLimits) {
  World world;
  const auto object = [&](std::uint64_t size) {
    return Registering(world, TypeShape::kObject, size);
  };
  const auto array = [&](std::uint64_t size) {
    return Registering(world, TypeShape::kArray, size);
  };
  EXPECT_EQ(object(0), absl::StatusCode::kOk);
  EXPECT_EQ(object(kPayloadBytesMax), absl::StatusCode::kOk);
  EXPECT_EQ(object(kPayloadBytesMax + 1), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(object(std::numeric_limits<std::uint64_t>::max()),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(array(0), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(array(1), absl::StatusCode::kOk);
  EXPECT_EQ(array(k4GiB - 1), absl::StatusCode::kOk);
  EXPECT_EQ(array(k4GiB), absl::StatusCode::kInvalidArgument);
}

TEST(TypeTableTest, ReferencesLieWithinAndApart) {
  World world;
  const auto refused = [&](std::uint64_t size, const Offsets& references) {
    return Registering(world, TypeShape::kObject, size, references) ==
           absl::StatusCode::kInvalidArgument;
  };
  EXPECT_FALSE(refused(24, {16}));
  EXPECT_TRUE(refused(24, {17}));
  EXPECT_TRUE(refused(24, {24}));
  EXPECT_TRUE(refused(7, {0}));
  EXPECT_TRUE(refused(24, {std::numeric_limits<std::uint64_t>::max()}));
  EXPECT_FALSE(refused(24, {8, 0}));
  EXPECT_TRUE(refused(24, {0, 7}));
  EXPECT_TRUE(refused(24, {8, 1}));
  EXPECT_TRUE(refused(24, {8, 8}));
  EXPECT_FALSE(refused(kPayloadBytesMax, {k4GiB - 1}));
  EXPECT_TRUE(refused(kPayloadBytesMax, {k4GiB}));
}

TEST(TypeTableTest, ARefusalChangesNothing) {
  World world;
  const Digest before = world.heap().ComputeDigest();
  Registering(world, TypeShape::kObject, 24, {17});
  Registering(world, TypeShape::kArray, 0);
  EXPECT_EQ(world.heap().ComputeDigest(), before);
}

TEST(TypeTableTest, TypesHaveNumbersOf16Bits) {
  World world;
  for (std::uint64_t id = world.bytes().id() + 1u; id < 65536; ++id) {
    ASSERT_EQ(world.Register({.size_bytes = 8}).id(), id);
  }
  EXPECT_EQ(Registering(world, TypeShape::kObject, 8),
            absl::StatusCode::kResourceExhausted);
  // The last type works.
  const GcType last = *world.collector().TypeAt(65535);
  EXPECT_FALSE(world.mutator().Allocate(last).is_null());
  world.ExpectIntact();
}

TEST(TypeTableTest, ATypeIsFoundByItsNumber) {
  World world;
  const GcType large = world.Register({.size_bytes = 20000});
  for (const GcType& type :
       {world.node(), world.references(), world.bytes(), large}) {
    const GcType found = *world.collector().TypeAt(type.id());
    EXPECT_EQ(found.header(), type.header());
    EXPECT_EQ(found.step_bytes(), type.step_bytes());
    EXPECT_EQ(found.element_bytes(), type.element_bytes());
    EXPECT_EQ(found.brimful_bytes(), type.brimful_bytes());
  }
  EXPECT_FALSE(world.collector().TypeAt(large.id() + 1).has_value());
  EXPECT_FALSE(world.collector().TypeAt(65535).has_value());
}

TEST(TypeTableTest, ATypeThatTheGuestOverwroteIsAFault) {
  World world;
  const Address record(StateAt(world.heap().base()).types.address);
  // No footprint; less than no payload.
  for (const std::uint64_t header :
       {std::uint64_t{0}, ObjectHeader::Of(0, 0).word() + 7 * 256}) {
    world.heap().Store<std::uint64_t>(record, header);
    EXPECT_EQ(FaultOf([&] { world.collector().TypeAt(0); }),
              (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad, record,
                           kHeaderBytes}));
  }
}

TEST(TypeTableTest, WithoutMemoryThereIsNoType) {
  World world;
  world.TakeAllMemory();
  absl::StatusCode code = absl::StatusCode::kOk;
  for (int i = 0; i < 1000 && code == absl::StatusCode::kOk; ++i) {
    code = Registering(world, TypeShape::kObject, 32, {0, 16});
  }
  EXPECT_EQ(code, absl::StatusCode::kResourceExhausted);
  world.ExpectIntact();
}

// ---- visiting --------------------------------------------------------------

constexpr std::uint64_t kObject = 1048576;

Offsets Visited(World& world, ObjectHeader header) {
  Offsets offsets;
  TypeTable(world.heap(), StateAt(world.heap().base()))
      .ForEachReference(kObject, header, [&](std::uint64_t slot) {
        offsets.push_back(slot - kObject);
      });
  return offsets;
}
Offsets VisitedIn(World& world, ObjectHeader header, std::uint64_t begin,
                  std::uint64_t end) {
  Offsets offsets;
  TypeTable(world.heap(), StateAt(world.heap().base()))
      .ForEachReferenceIn(
          kObject, header, kObject + begin, kObject + end,
          [&](std::uint64_t slot) { offsets.push_back(slot - kObject); });
  return offsets;
}

TEST(TypeTableTest, EveryReferenceIsVisitedInAscendingOrder) {
  World world;
  const auto visited = [&](std::uint64_t size, const Offsets& references) {
    return Visited(
        world,
        world.Register({.size_bytes = size, .reference_offsets = references})
            .header());
  };
  EXPECT_EQ(visited(24, {}), Offsets());
  EXPECT_EQ(visited(24, {16}), Offsets({16}));
  EXPECT_EQ(visited(48, {40, 0, 8, 24}), Offsets({0, 8, 24, 40}));
  EXPECT_EQ(visited(25, {1, 17}), Offsets({1, 17}));
}

TEST(TypeTableTest, EveryElementIsVisited) {
  World world;
  const Offsets references = {0, 16};
  const GcType type = world.Register({TypeShape::kArray, 24, references});
  const auto array = [&](std::uint64_t length) {
    return ObjectHeader::Of(type.id(), length * 24);
  };
  EXPECT_EQ(Visited(world, array(0)), Offsets());
  EXPECT_EQ(Visited(world, array(1)), Offsets({0, 16}));
  EXPECT_EQ(Visited(world, array(3)), Offsets({0, 16, 24, 40, 48, 64}));
  EXPECT_EQ(VisitedIn(world, array(3), 16, 48), Offsets({16, 24, 40}));
  EXPECT_EQ(VisitedIn(world, array(3), 17, 24), Offsets());
}

// A card may lie behind an array that is walked on the way to it.
TEST(TypeTableTest, NothingBehindAnArrayIsVisited) {
  World world;
  const ObjectHeader header = ObjectHeader::Of(world.references().id(), 5 * 8);
  EXPECT_EQ(VisitedIn(world, header, 32, 512), Offsets({32}));
  EXPECT_EQ(VisitedIn(world, header, 40, 512), Offsets());
  EXPECT_EQ(VisitedIn(world, header, 512, 1024), Offsets());
}

// Runs begin and end anywhere beside the card's bounds.
TEST(TypeTableTest, OfARunThatCrossesACardItsPartIsVisited) {
  World world;
  const Offsets references = {4, 12, 20, 28, 40, 48};
  const ObjectHeader header =
      world.Register({.size_bytes = 56, .reference_offsets = references})
          .header();
  for (std::uint64_t begin = 0; begin <= 64; ++begin) {
    for (std::uint64_t end = begin; end <= 64; ++end) {
      Offsets expected;
      for (const std::uint64_t slot : references) {
        if (slot >= begin && slot < end) expected.push_back(slot);
      }
      EXPECT_EQ(VisitedIn(world, header, begin, end), expected)
          << begin << ' ' << end;
    }
  }
}

}  // namespace
}  // namespace kheap::gc
