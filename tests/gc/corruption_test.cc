// SPDX-License-Identifier: Apache-2.0
// Stray stores of the guest, each way by itself.
#include <cstdint>
#include <optional>

#include "gc/collector.h"
#include "gtest/gtest.h"
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

constexpr std::uint64_t kFarAway = std::uint64_t{1} * 1024 * 1024 * 1024 * 1024;

std::optional<FaultCode> CodeOf(const std::optional<MemoryFault>& fault) {
  return fault.has_value() ? std::optional(fault->code) : std::nullopt;
}

TEST(CorruptionTest, AllocationAfterACollectionThatNeverEndedIsAFault) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  ASSERT_TRUE(FaultAfter(world, frame, 0).has_value());
  EXPECT_EQ(CodeOf(FaultOf([&] { world.Leaf(2); })),
            FaultCode::kHeapCorruption);
}

// The links of unused weak references lie among the guest's bytes: far behind
// the list, right behind it, and at one that is in use.
TEST(CorruptionTest, UnusedWeakReferencesThatLeadAstrayAreAFault) {
  for (const std::uint64_t index : {kFarAway, std::uint64_t{2}}) {
    for (const std::uint64_t unit : {std::uint64_t{0}, std::uint64_t{1}}) {
      World world;
      const Frame<1> frame(world.mutator());
      frame[0] = world.Leaf(1);
      const auto weak = [&] {
        return *world.collector().NewWeak(frame[0].get());
      };
      const WeakReference first = weak();
      weak();
      world.collector().DeleteWeak(first);
      const Address list(StateAt(world.heap().base()).weak.address);
      const std::uint64_t next = index + 1 - unit;
      world.heap().Store<std::uint64_t>(list, next * 2 + 1);
      EXPECT_EQ(weak(), first);
      EXPECT_EQ(FaultOf(weak),
                (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                             list + (next - 1) * 8, kHeaderBytes}));
      world.collector().CollectMajor();
      EXPECT_EQ(world.collector().CheckInvariants().code(),
                absl::StatusCode::kInternal);
    }
  }
}

TEST(CorruptionTest, AGlobalRootThatWasForgedIsAFault) {
  constexpr std::uint64_t kSpaceBytes = kSmallOptions.limit_bytes;
  for (const auto collect :
       {&Collector::CollectMinor, &Collector::CollectMajor}) {
    for (int place = 0; place < 7; ++place) {
      World world;
      const CollectorState& state = StateAt(world.heap().base());
      const std::uint64_t begin = state.nursery_begin;
      const std::uint64_t slots[] = {kFarAway,
                                     ~std::uint64_t{0},
                                     0,
                                     begin - 7,
                                     begin + kSpaceBytes - 1,
                                     state.work.get(),
                                     world.heap().break_address().offset() - 7};
      const Address root = KMalloc(world.heap()).Calloc(1, 8);
      ASSERT_EQ(world.collector().AddRoot(root), absl::OkStatus());
      world.heap().Store<std::uint64_t>(Address(state.global_roots.address),
                                        slots[place]);
      EXPECT_EQ(world.collector().CheckInvariants().code(),
                absl::StatusCode::kInternal);
      EXPECT_EQ(CodeOf(FaultOf([&] { (world.collector().*collect)(); })),
                FaultCode::kHeapCorruption);
    }
  }
}

// Three pinned nodes with 192 bytes between, which is too little here.
TEST(CorruptionTest, AGapThatLeadsToItselfIsAFault) {
  World world;
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.collector().Pin(world.Leaf(i)));
    world.Litter(192);
  }
  world.collector().CollectMinor();
  const Address gap(StateAt(world.heap().base()).next_gap);
  world.heap().Store<Address>(gap + 8, gap);
  EXPECT_EQ(CodeOf(FaultOf(
                [&] { world.mutator().AllocateArray(world.bytes(), 256); })),
            FaultCode::kHeapCorruption);
}

// The one block of the old generation holds an array behind a run that has no
// room for another, and leads to itself.
TEST(CorruptionTest, ARunThatLeadsToItselfIsAFault) {
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + kBlockBytes;
  World world(options);
  const Frame<2> frame(world.mutator());
  for (int i = 0; i < 2; ++i) {
    frame[i] = world.mutator().AllocateArray(world.bytes(), 15000);
    world.collector().CollectMinor();
  }
  frame[0] = kNullAddress;
  world.collector().CollectMajor();
  const Address run(StateAt(world.heap().base()).runs);
  world.heap().Store<Address>(run + 8, run);
  frame[0] = world.mutator().AllocateArray(world.bytes(), 16000);
  EXPECT_EQ(CodeOf(FaultOf([&] { world.collector().CollectMinor(); })),
            FaultCode::kHeapCorruption);
}

// The old generation's one block begins with a run, which leads to a place
// within itself. There the guest's own bytes come to lie, and look like a run:
//
//   | frame[0] ........................ | frame[1] | rest |
//        | frame[2] ................................... |
//
// So the copy of frame[2] lies over that of frame[1], which is to be scanned.
TEST(CorruptionTest, CopiesThatLieOverOthersLeadNowhere) {
  constexpr std::uint64_t kRun = 1024;
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + kBlockBytes;
  World world(options);
  const Mutator mutator = world.mutator();
  const Frame<4> frame(mutator);
  for (const int i : {0, 3}) {
    frame[i] = mutator.AllocateArray(world.bytes(), 16000);
    world.collector().CollectMinor();
  }
  frame[0] = kNullAddress;
  world.collector().CollectMajor();
  const Address block(StateAt(world.heap().base()).runs);
  world.heap().Store<Address>(block + 8, block + kRun);

  frame[0] = mutator.AllocateArray(world.bytes(), 8000);
  world.heap().Store<std::uint64_t>(
      frame[0].get() + (kRun - 8),
      ObjectHeader::Filler(kBlockBytes - kRun).word());
  frame[1] = world.Leaf(1);
  frame[2] = mutator.AllocateArray(world.bytes(), 14000);
  const std::uint64_t header_of_leaf = 8016;
  world.heap().Store<std::uint64_t>(
      frame[2].get() + (header_of_leaf - kRun - 8),
      ObjectHeader::Of(world.bytes().id(), kPayloadBytesMax).word());
  EXPECT_EQ(FaultOf([&] { world.collector().CollectMinor(); }),
            (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                         block + header_of_leaf, kHeaderBytes}));
}

}  // namespace
}  // namespace kheap::gc
