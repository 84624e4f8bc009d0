// SPDX-License-Identifier: Apache-2.0
// Every rule of CheckInvariants is broken once, and found.
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "allocators/ledger.h"
#include "gc/collector.h"
#include "gc/space.h"
#include "gc/word_list.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"

namespace kheap::gc {
namespace {

constexpr std::uint64_t kFirstAndLast[] = {0, 16};

// Something of every kind: old nodes, a large object, a medium one, a pinned
// one between gaps of the nursery, young ones, a weak reference, finalizers.
struct Scene {
  explicit Scene(bool checked)
      : world(kSmallOptions, checked),
        apart(world.Register(
            {.size_bytes = 24, .reference_offsets = kFirstAndLast})),
        frame(world.mutator()) {
    world.MakeList(frame[0], 100);
    frame[1] = world.mutator().AllocateArray(world.references(), 5000);
    frame[3] = world.mutator().AllocateArray(world.bytes(), 5000);
    EXPECT_TRUE(world.collector().AddFinalizer(frame[0].get(), 1));
    world.Litter(2048);
    frame[2] = world.Leaf(1);
    EXPECT_TRUE(world.collector().Pin(frame[2].get()));
    world.collector().CollectMinor();
    world.Leaf(2);
    const WeakReference unused[] = {*world.collector().NewWeak(frame[2].get()),
                                    *world.collector().NewWeak(frame[2].get())};
    world.collector().NewWeak(frame[2].get());
    for (const WeakReference weak : unused) world.collector().DeleteWeak(weak);
    EXPECT_EQ(world.collector().AddRoot(
                  KMalloc(world.heap()).Calloc(1, sizeof(Word))),
              absl::OkStatus());
    EXPECT_TRUE(world.collector().AddFinalizer(frame[2].get(), 2));
    EXPECT_EQ(world.collector().CheckInvariants(), absl::OkStatus());
  }

  Address old() { return frame[0].get(); }
  Address large() { return frame[1].get(); }
  Address pinned() { return frame[2].get(); }
  Address medium() { return frame[3].get(); }
  CollectorState& state() { return StateAt(world.heap().base()); }
  Space space() { return Space(world.heap()); }
  ObjectHeader header(Address object) {
    return space().HeaderAt(object.offset() - kHeaderBytes);
  }
  void SetHeader(Address object, ObjectHeader header) {
    space().SetHeader(object.offset() - kHeaderBytes, header);
  }
  void SetFlag(Address object, std::uint64_t flag) {
    SetHeader(object, header(object).With(flag));
  }
  std::uint64_t BlockOf(Address object) {
    return space().BlockOf(object.offset());
  }
  Words Pins() { return Words(world.heap(), state().pins); }

  Words Weak() { return Words(world.heap(), state().weak); }

  World world;
  GcType apart;  // two references with a number between
  Frame<4> frame;
};

struct Breach {
  std::string rule;
  std::function<void(Scene&)> commit;
  bool checked = false;
};
void PrintTo(const Breach& breach, std::ostream* out) { *out << breach.rule; }

class InvariantsTest : public testing::TestWithParam<Breach> {};

TEST_P(InvariantsTest, ABreachIsFound) {
  Scene scene(GetParam().checked);
  GetParam().commit(scene);
  const absl::Status status = scene.world.collector().CheckInvariants();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message().substr(0, GetParam().rule.size() + 12),
            GetParam().rule + ": broken at ");
}

// The record of a type, as the guest reaches it.
TypeRecord& RecordOf(Scene& s, const GcType& type) {
  return s.world.heap().RuntimeObject<TypeRecord>(
      Address(s.state().types.address + type.id() * sizeof(TypeRecord)));
}
constexpr char kTypeRule[] = "a type's references lie within its objects";

const Breach kTypes[] = {
    {kTypeRule,
     [](Scene& s) { RecordOf(s, s.world.node()).first_run.count = 3 + 1; }},
    {kTypeRule,
     [](Scene& s) {
       RecordOf(s, s.world.references()).first_run.offset_bytes = 1;
     }},
    {kTypeRule,
     [](Scene& s) {
       RecordOf(s, s.world.node()).header = ObjectHeader::Of(9, 24).word();
     }},
    {kTypeRule, [](Scene& s) { RecordOf(s, s.world.node()).header = 0; }},
    {kTypeRule, [](Scene& s) { RecordOf(s, s.apart).run_count = 3; }},
    {kTypeRule, [](Scene& s) { RecordOf(s, s.apart).other_runs = 1; }},
    {kTypeRule,
     [](Scene& s) { RecordOf(s, s.apart).other_runs = ~std::uint64_t{0}; }},
    {kTypeRule,
     [](Scene& s) {
       s.world.heap()
           .RuntimeObject<ReferenceRun>(
               Address(s.state().runs_of_types.address))
           .offset_bytes = 17;
     }},
};

const Breach kTiles[] = {
    {"every collection has ended", [](Scene& s) { s.state().collecting = 1; }},
    {"objects and fillers lie end to end",
     [](Scene& s) { s.SetHeader(s.old(), ObjectHeader(0)); }},
    {"a filler has no other flags",
     [](Scene& s) {
       s.SetFlag(Address(s.state().cursor_top + kHeaderBytes),
                 ObjectHeader::kMarked);
     }},
    {"no object is marked between collections",
     [](Scene& s) { s.SetFlag(s.pinned(), ObjectHeader::kMarked); }},
    {"no object is marked between collections",
     [](Scene& s) { s.SetFlag(s.pinned(), ObjectHeader::kKept); }},
    {"the header says where the object is",
     [](Scene& s) { s.SetFlag(s.old(), ObjectHeader::kNursery); }},
    {"large objects are those that say so",
     [](Scene& s) { s.SetFlag(s.old(), ObjectHeader::kLarge); }},
    {"an object's size is its type's",
     [](Scene& s) {
       s.SetHeader(s.old(), ObjectHeader(s.header(s.old()).word() + 256));
     }},
    {"a pinned object is in the list of pins",
     [](Scene& s) { s.SetFlag(s.old(), ObjectHeader::kPinned); }},
    {"exactly the payloads of objects are addressable",
     [](Scene& s) {
       s.world.heap().shadow()->Set(s.old() + 23, 1, ShadowByte::kFreed);
     },
     true},
};

const Breach kPlaces[] = {
    {"the gap in use lies in the nursery",
     [](Scene& s) { s.state().top = s.state().gap_end + 16; }},
    {"gaps to come ascend",
     [](Scene& s) { s.state().next_gap = s.state().gap_begin.get(); }},
    {"a gap to come is a filler",
     [](Scene& s) { s.state().next_gap = s.pinned().offset() - 8; }},
    {"blocks in use lie below the mark",
     [](Scene& s) { s.state().used_count = 0; }},
    {"free blocks do not lie below the hint",
     [](Scene& s) { s.state().free_hint = s.state().block_count.get(); }},
    {"no block waits to be looked at again",
     [](Scene& s) { s.space().block(s.BlockOf(s.old())).rescan = 1; }},
    {"no card of a free block is dirty",
     [](Scene& s) { s.space().Dirty(s.space().end() - 8); }},
    {"a large object's blocks follow its head",
     [](Scene& s) { s.space().block(s.BlockOf(s.large()) + 1).extent = 2; }},
    {"a large object's blocks lie in the space",
     [](Scene& s) { s.space().block(s.BlockOf(s.large())).extent = 0; }},
    {"a large object has as many blocks as it needs",
     [](Scene& s) {
       s.SetHeader(s.large(),
                   ObjectHeader::Of(s.world.references().id(), 20000));
     }},
    {"a card in which nothing begins has no first",
     [](Scene& s) { s.space().SetFirst(s.medium().offset() + 1024); }},
    {"a card knows its first header",
     [](Scene& s) {
       s.space().SetFirst(s.space().BlockBegin(s.BlockOf(s.old())) + 16);
     }},
    {"the list of runs goes through fillers",
     [](Scene& s) { s.state().runs = s.old().offset() - 8; }},
};

constexpr char kChainRule[] = "unused weak references are one chain";
void SetRoot(Scene& s, std::uint64_t slot) {
  Words(s.world.heap(), s.state().global_roots)[0] = slot;
}

const Breach kLinks[] = {
    {"a reference leads to an object",
     [](Scene& s) {
       s.space().Store(s.old().offset(), s.old().offset() + 16);
     }},
    {"a reference leads to an object",
     [](Scene& s) { s.frame[0] = s.old() + 16; }},
    {"a reference to the nursery lies on a dirty card",
     [](Scene& s) {
       s.space().Store(s.old().offset() + 8, s.pinned().offset());
     }},
    {"the shadow stack ends within its table",
     [](Scene& s) { s.state().root_top += 4; }},
    {"the shadow stack ends within its table",
     [](Scene& s) { s.state().root_top = s.state().roots_end + 8; }},
    {"the list of pins leads to objects", [](Scene& s) { s.Pins()[0] += 16; }},
    {"what is in the list of pins says so",
     [](Scene& s) {
       s.SetHeader(s.pinned(), s.header(s.pinned())
                                   .Without(ObjectHeader::kPinned +
                                            ObjectHeader::kPinListed));
     }},
    {"an object is in the list of pins once",
     [](Scene& s) {
       Words pins = s.Pins();
       ASSERT_TRUE(pins.Reserve(1));
       pins.Append(pins[0]);
     }},
    {"pinned objects are counted once",
     [](Scene& s) { s.state().pinned_objects += 1; }},
    {"a weak reference leads to an object or nowhere",
     [](Scene& s) { s.Weak()[2] += 16; }},
    // Word 1 leads to word 0, which is the last.
    {kChainRule, [](Scene& s) { s.Weak()[0] = 2 * 2 + 1; }},
    {kChainRule, [](Scene& s) { s.Weak()[0] = 4 * 2 + 1; }},
    {kChainRule, [](Scene& s) { s.Weak()[0] = 3 * 2 + 1; }},
    {kChainRule, [](Scene& s) { s.Weak()[1] = 1; }},
    {kChainRule, [](Scene& s) { s.Weak()[2] = 1; }},
    {kChainRule, [](Scene& s) { s.Weak()[0] = 0; }},
    {"a global root is a word outside of the space and tables",
     [](Scene& s) { SetRoot(s, bits::Bit(45)); }},
    {"a global root is a word outside of the space and tables",
     [](Scene& s) { SetRoot(s, s.state().work.get()); }},
    {"a global root is a word outside of the space and tables",
     [](Scene& s) { SetRoot(s, s.old().offset()); }},
    {"a finalizer has an object",
     [](Scene& s) { Words(s.world.heap(), s.state().finalizers)[0] += 16; }},
    {"finalizers of old objects come first",
     [](Scene& s) { s.state().old_finalizers = 4; }},
    {"there is room for every finalizer to be ready",
     [](Scene& s) { s.state().ready.capacity = 0; }},
    {"at most half of those that are ready were handed over",
     [](Scene& s) { s.state().ready_done = 2; }},
};

const Breach kCounts[] = {
    {"free blocks are counted", [](Scene& s) { s.state().free_blocks += 1; }},
    {"the counters count the nursery",
     [](Scene& s) { s.state().nursery_objects += 1; }},
    {"the counters count the nursery",
     [](Scene& s) { s.state().nursery_bytes += 16; }},
    {"the counters count the old generation",
     [](Scene& s) { s.state().old_objects += 1; }},
    {"the counters count the old generation",
     [](Scene& s) { s.state().old_bytes += 16; }},
    {"what was allocated is here or was collected",
     [](Scene& s) { s.state().counters.collected_objects += 1; }},
    {"what was allocated is here or was collected",
     [](Scene& s) { s.state().counters.allocated_bytes += 16; }},
    {"the ledger has what the collector holds",
     [](Scene& s) { Ledger(s.world.heap()).Hold(Holder::kCollector, 8); }},
    {"the ledger has what the collector holds",
     [](Scene& s) { Ledger(s.world.heap()).AddThing(Holder::kCollector); }},
};

INSTANTIATE_TEST_SUITE_P(Types, InvariantsTest, testing::ValuesIn(kTypes));
INSTANTIATE_TEST_SUITE_P(Tiles, InvariantsTest, testing::ValuesIn(kTiles));
INSTANTIATE_TEST_SUITE_P(Places, InvariantsTest, testing::ValuesIn(kPlaces));
INSTANTIATE_TEST_SUITE_P(Links, InvariantsTest, testing::ValuesIn(kLinks));
INSTANTIATE_TEST_SUITE_P(Counts, InvariantsTest, testing::ValuesIn(kCounts));

}  // namespace
}  // namespace kheap::gc
