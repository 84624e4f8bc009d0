// SPDX-License-Identifier: Apache-2.0
// Stray stores of the guest: fault 116 or wrong data in the space, and never a
// byte outside of it.
#include <cstdint>
#include <vector>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

// A word over the header of a node that frame[0] holds.
std::optional<MemoryFault> FaultAfter(World& world, const Frame<1>& frame,
                                      std::uint64_t header) {
  world.heap().Store<std::uint64_t>(frame[0].get() - 8, header);
  return FaultOf([&] { world.collector().CollectMajor(); });
}

TEST(CorruptionTest, AHeaderThatMakesNoSenseIsAFaultFromThenOn) {
  const std::uint64_t good = ObjectHeader::Of(0, 24).word();
  for (const std::uint64_t header :
       {std::uint64_t{0}, ObjectHeader::Filler(32).word(),
        ObjectHeader::Of(99, 24).word(), ObjectHeader::Of(0, 32).word(),
        ObjectHeader::Of(1, kPayloadBytesMax).word(), good + 256}) {
    for (const bool old : {false, true}) {
      World world;
      const Frame<1> frame(world.mutator());
      frame[0] = world.Leaf(1);
      if (old) world.collector().CollectMinor();
      const auto fault = FaultAfter(world, frame, header);
      ASSERT_TRUE(fault.has_value()) << header << ' ' << old;
      EXPECT_EQ(fault->code, FaultCode::kHeapCorruption);
      const auto again = FaultOf([&] { world.collector().CollectMinor(); });
      ASSERT_TRUE(again.has_value());
      EXPECT_EQ(again->code, FaultCode::kHeapCorruption);
    }
  }
}

// 16 bytes of footprint and a slack of 15: less than no payload.
TEST(CorruptionTest, AHeaderWithLessThanNoPayloadLeadsNowhere) {
  constexpr std::uint64_t kFar[] = {1000000};
  World world;
  const GcType wide =
      world.Register({.size_bytes = 2000000, .reference_offsets = kFar});
  for (const std::uint16_t type :
       {std::uint16_t{0}, world.references().id(), wide.id()}) {
    World victim;
    victim.Register({.size_bytes = 2000000, .reference_offsets = kFar});
    const Frame<1> frame(victim.mutator());
    frame[0] = victim.Leaf(1);
    const std::uint64_t header =
        ObjectHeader::Of(type, 0).word() + 7 * 256;  // slack 15
    const auto fault = FaultAfter(victim, frame, header);
    if (fault.has_value()) {
      EXPECT_EQ(fault->code, FaultCode::kHeapCorruption);
    }
  }
}

// A program whose words are overwritten anywhere in the space.
void Scribble() {
  const auto heap = MakeHeap({.layout = {.capacity_bytes = 8 * 1024 * 1024}});
  ASSERT_TRUE(KMalloc::Create(*heap).ok());
  KMalloc malloc(*heap);
  const Address before = malloc.Malloc(65536);
  heap->Fill(before, std::byte{90}, 65536);
  const auto collector = Collector::Create(*heap, kSmallOptions).value();
  const Address after = malloc.Malloc(65536);
  heap->Fill(after, std::byte{91}, 65536);
  constexpr std::uint64_t kBoth[] = {0, 8};
  const GcType node =
      collector->RegisterType({.size_bytes = 24, .reference_offsets = kBoth})
          .value();
  const GcType array =
      collector->RegisterType({TypeShape::kArray, 8, {kBoth, 1}}).value();
  const Mutator mutator = collector->mutator();
  const Frame<3> frame(mutator);
  const Address space = mutator.New(node) - 8;
  frame[1] = mutator.AllocateArray(array, 6000);
  const auto fault = FaultOf([&] {
    for (int i = 0; i < 30; ++i) {
      frame[0] = mutator.New(node, frame[0], frame[1], std::uint64_t{1});
      if (i % 3 == 0) frame[2] = mutator.AllocateArray(array, 100);
      mutator.SetReference(frame[1].get(), std::uint64_t(i) * 512,
                           frame[0].get());
      if (i % 10 == 9) collector->CollectMinor();
    }
    const auto words = *rc::gen::container<std::vector<
        std::tuple<std::uint32_t, int, std::uint64_t, std::uint64_t>>>(
        rc::gen::tuple(rc::gen::arbitrary<std::uint32_t>(),
                       rc::gen::inRange(0, 4),
                       rc::gen::arbitrary<std::uint64_t>(),
                       rc::gen::inRange<std::uint64_t>(0, 400)));
    for (const auto& [place, kind, word, near] : words) {
      // Mostly headers and references near others.
      const std::uint64_t room = kSmallOptions.limit_bytes / 8;
      const Address at = space + (kind == 0 ? place % room : place % 2000) * 8;
      const std::uint64_t value =
          kind == 1   ? space.offset() + 8 + near * 16
          : kind == 2 ? ObjectHeader::Of(word % 3, near * 8).word() + word % 128
                      : word;
      heap->Store<std::uint64_t>(at, value);
    }
    collector->CollectMinor();
    for (int i = 0; i < 100; ++i) {
      frame[2] = mutator.New(node, frame[2], nullptr, std::uint64_t{1});
    }
    collector->CollectMajor();
    collector->Walk([](Address, ObjectHeader) {});
  });
  if (fault.has_value()) RC_ASSERT(fault->code == FaultCode::kHeapCorruption);
  for (std::uint64_t i = 0; i < 65536; ++i) {
    RC_ASSERT(heap->lbu(before + i) == 90u);
    RC_ASSERT(heap->lbu(after + i) == 91u);
  }
}

RC_GTEST_PROP(CorruptionProperty, NothingOutsideOfTheSpaceChanges, ()) {
  Scribble();
}

}  // namespace
}  // namespace kheap::gc
