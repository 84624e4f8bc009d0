// SPDX-License-Identifier: Apache-2.0
// Tags and links that stray stores overwrote: found by whoever reads them, with
// nothing changed, and never a way out of the arena.
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "rapidcheck/gtest.h"
#include "tests/kmalloc/malloc_model.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

// ---- single damages --------------------------------------------------------

class CorruptionTest : public testing::TestWithParam<Setting> {
 protected:
  CorruptionTest() : arena_(GetParam()) {}

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }

  // Flips each bit of the 8 bytes at `word` in turn: `operation` must fault
  // with 116 at `word` or near it and change nothing, and CheckInvariants must
  // fail.
  void ExpectEveryFlipFound(Address word,
                            const std::function<void()>& operation) {
    const std::uint64_t good = heap().Load<std::uint64_t>(word);
    for (int bit = 0; bit < 64; ++bit) {
      SCOPED_TRACE(bit);
      heap().sd(word, good ^ (std::uint64_t{1} << bit));
      const auto before = BytesOf(heap());
      const auto fault = FaultOf(operation);
      ASSERT_TRUE(fault.has_value());
      EXPECT_EQ(fault->code, FaultCode::kHeapCorruption);
      EXPECT_TRUE(BytesOf(heap()) == before);
      EXPECT_EQ(malloc().CheckInvariants().code(), absl::StatusCode::kInternal);
    }
    heap().sd(word, good);
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }

  MallocArena arena_;
};

INSTANTIATE_TEST_SUITE_P(Fast, CorruptionTest,
                         testing::Values(kPagesFast, kTagsFast), NameOfParam);

TEST_P(CorruptionTest, ABlocksOwnTagIsReadByFreeAndRealloc) {
  const Address block = malloc().Malloc(100);
  malloc().Malloc(100);
  const Address tag = block - kTagBytes;
  ExpectEveryFlipFound(tag, [&] { malloc().Free(block); });
  ExpectEveryFlipFound(tag, [&] { malloc().Realloc(block, 10); });
  ExpectEveryFlipFound(tag, [&] { malloc().Realloc(block, 1000); });
  ExpectEveryFlipFound(tag, [&] { malloc().Realloc(block, 0); });
  ExpectEveryFlipFound(tag, [&] { malloc().MallocUsableSize(block); });
  ExpectEveryFlipFound(tag, [&] { malloc().FreeSized(block, 100); });
}

TEST_P(CorruptionTest, AnOverflowIntoTheNextTagIsFoundByFree) {
  const Address block = malloc().Malloc(100);
  const Address next = malloc().Malloc(100);
  malloc().Malloc(100);
  const Address tag = next - kTagBytes;
  EXPECT_EQ(block + malloc().MallocUsableSize(block), tag);
  ExpectEveryFlipFound(tag, [&] { malloc().Free(block); });
  ExpectEveryFlipFound(tag, [&] { malloc().Free(next); });
  ExpectEveryFlipFound(tag, [&] { malloc().Realloc(block, 10); });
  ExpectEveryFlipFound(tag, [&] { malloc().Realloc(block, 1000); });
}

TEST_P(CorruptionTest, TheFaultNamesTheTag) {
  const Address block = malloc().Malloc(100);
  const Address next = malloc().Malloc(100);
  heap().sd(next - kTagBytes, 0);
  EXPECT_EQ(FaultOf([&] { malloc().Free(block); }),
            (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                         next - kTagBytes, 8}));
}

TEST_P(CorruptionTest, TheTopsTagIsReadByWhoeverTakesOrGivesTheTop) {
  const Address last = malloc().Malloc(100);
  const Address top = last + malloc().MallocUsableSize(last);
  ExpectEveryFlipFound(top, [&] { malloc().Malloc(5000); });
  ExpectEveryFlipFound(top, [&] { malloc().AlignedAlloc(64, 5000); });
  ExpectEveryFlipFound(top, [&] { malloc().Free(last); });
  ExpectEveryFlipFound(top, [&] { malloc().Realloc(last, 5000); });
  ExpectEveryFlipFound(top, [&] { malloc().MallocTrim(0); });
}

// Both tags and both links of a free chunk: stores after free.
TEST_P(CorruptionTest, AFreeChunksTagsAndLinksAreReadByWhoeverTakesIt) {
  const Address before = malloc().Malloc(200);
  const Address free = malloc().Malloc(200);
  const Address after = malloc().Malloc(200);
  malloc().Malloc(200);
  const std::uint64_t usable = malloc().MallocUsableSize(free);
  malloc().Free(free);
  for (const Address word : {free - kTagBytes, free, free + usable - 8}) {
    SCOPED_TRACE(word);
    ExpectEveryFlipFound(word, [&] { malloc().Malloc(usable); });
    ExpectEveryFlipFound(word, [&] { malloc().Free(before); });
    ExpectEveryFlipFound(word, [&] { malloc().Free(after); });
    ExpectEveryFlipFound(word, [&] { malloc().Realloc(before, 300); });
    ExpectEveryFlipFound(word, [&] { malloc().Realloc(before, 30); });
    ExpectEveryFlipFound(word, [&] { malloc().MallocTrim(0); });
  }
}

// Where a move would free a block whose neighbours are damaged.
TEST_P(CorruptionTest, ReallocLooksBeforeItMoves) {
  const Address before = malloc().Malloc(200);
  const Address block = malloc().Malloc(200);
  malloc().Malloc(16);
  malloc().Free(before);
  for (const Address word : {before - kTagBytes, before, block - 16}) {
    ExpectEveryFlipFound(word, [&] { malloc().Realloc(block, 20000); });
  }
}

TEST_P(CorruptionTest, APagesTagIsReadWhenThePageIsReturned) {
  if (GetParam().policy != MallocPolicy::kPages) return;
  arena_.Heat(48);
  const Address slot = malloc().Malloc(48);
  malloc().Malloc(50000);
  malloc().Free(slot);
  Address page = slot;
  while (page.offset() % kUnitBytes != 0) page -= 16;
  while (malloc().Find(page - kTagBytes)->size_class != kNoClass) {
    page -= kUnitBytes;
  }
  ExpectEveryFlipFound(page - kTagBytes, [&] { malloc().MallocTrim(0); });
}

// Slots have nothing beside them that could be damaged.
TEST_P(CorruptionTest, StoresIntoFreedSlotsDamageNothing) {
  if (GetParam().policy != MallocPolicy::kPages) return;
  arena_.Heat(48);
  std::vector<Address> slots;
  for (int i = 0; i < 100; ++i) slots.push_back(malloc().Malloc(48));
  for (const Address slot : slots) malloc().Free(slot);
  for (const Address slot : slots) heap().Fill(slot, std::byte{0xEE}, 48);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  for (int i = 0; i < 100; ++i) malloc().Malloc(48);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

// ---- many damages ----------------------------------------------------------

struct Damage {
  std::uint32_t where;
  std::uint64_t value;
  int kind;
};

rc::Gen<Damage> AnyDamage(int kinds) {
  return rc::gen::construct<Damage>(
      rc::gen::arbitrary<std::uint32_t>(),
      rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                     rc::gen::element<std::uint64_t>(0, ~std::uint64_t{0},
                                                     0x4141414141414141u)),
      rc::gen::inRange(0, kinds));
}

// A heap whose guest stores anywhere, and goes on.
class DamagedHeap {
 public:
  explicit DamagedHeap(const Setting& setting) : model_(setting) {
    for (const Step& step :
         *rc::gen::container<std::vector<Step>>(30, AnyStep())) {
      model_.Apply(step);
    }
    for (const auto& [address, block] : model_.blocks()) {
      live_.push_back(address);
    }
  }

  void Apply(const Damage& damage) {
    const Address begin = heap().layout().begin(Region::kHeap);
    const std::uint64_t words = (heap().break_address() - begin) / 8 - 1;
    const Address word = begin + damage.where % words * 8;
    const Address tag = begin + 8 + damage.where % (words / 2) * 16;
    switch (damage.kind) {
      case 0:  // a byte anywhere
        return heap().sb(word + damage.value % 8,
                         static_cast<std::uint8_t>(damage.value));
      case 1:  // a word where tags can lie
        return heap().sd(tag, damage.value);
      case 2: {  // what lies before, after or in a block
        const Address block = live_[damage.where % live_.size()];
        return heap().sd(block - 8 + damage.value % 3 * 8, damage.value);
      }
      case 3:  // a word from elsewhere
        return heap().sd(word, heap().ld(begin + damage.value % words * 8));
      default: {  // a forged tag, seal and all
        const Tag forged((damage.value >> 8) % 4096 * 16, damage.value % 8);
        const Address block = live_[damage.where % live_.size()];
        const Address at = damage.value % 2 == 0 ? tag : block - 8;
        return heap().sd(at, forged.SealedFor(at));
      }
    }
  }

  // Goes on as a guest would who knows of nothing.
  void GoOn(const Step& step, bool forged) {
    const auto before = BytesOf(heap());
    const auto fault = FaultOf([&] { Request(step); });
    if (fault.has_value()) {
      if (forged) return;
      RC_ASSERT(fault->code == FaultCode::kHeapCorruption);
      RC_ASSERT(BytesOf(heap()) == before);
    }
  }

  void LookAround() {
    static_cast<void>(malloc().CheckInvariants());
    static_cast<void>(FaultOf([&] { malloc().Stats(); }));
    for (const Address block : live_) {
      static_cast<void>(FaultOf([&] { malloc().Find(block); }));
    }
  }

 private:
  GlobalHeap& heap() { return model_.heap(); }
  KMalloc& malloc() { return model_.malloc(); }

  void Keep(Address block, std::uint64_t size_bytes) {
    if (block.is_null()) return;
    RC_ASSERT(block.offset() % 16 == 0u);
    RC_ASSERT(block >= heap().layout().begin(Region::kHeap));
    RC_ASSERT(size_bytes <= heap().break_address() - block);
    live_.push_back(block);
  }

  void Request(const Step& step) {
    const std::size_t index = step.pick % live_.size();
    const Address block = live_[index];
    switch (step.call) {
      case Call::kFree:
      case Call::kFreeSized:
      case Call::kFreeMany:
        if (live_.size() == 1) return;
        malloc().Free(block);
        live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index));
        return;
      case Call::kRealloc:
      case Call::kReallocArray: {
        const std::uint64_t size = step.size_bytes + (step.size_bytes == 0);
        const Address moved = malloc().Realloc(block, size);
        if (!moved.is_null()) live_[index] = moved;
        return;
      }
      case Call::kAlignedAlloc:
      case Call::kPosixMemalign:
        return Keep(malloc().AlignedAlloc(step.alignment, step.size_bytes),
                    step.size_bytes);
      case Call::kTrim:
        malloc().MallocTrim(step.size_bytes);
        return;
      default:
        return Keep(malloc().Malloc(step.size_bytes), step.size_bytes);
    }
  }

  MallocModel model_;
  std::vector<Address> live_;
};

void RunDamaged(const Setting& setting, bool forged) {
  DamagedHeap heap(setting);
  for (const Damage& damage : *rc::gen::container<std::vector<Damage>>(
           *rc::gen::inRange(1, 20), AnyDamage(forged ? 5 : 4))) {
    heap.Apply(damage);
  }
  for (const Step& step : *rc::gen::container<std::vector<Step>>(AnyStep())) {
    heap.GoOn(step, forged);
  }
  heap.LookAround();
}

RC_GTEST_PROP(CorruptionProperty, StrayStoresFaultWith116OrDoNoHarmWithPages,
              ()) {
  RunDamaged(kPagesFast, /*forged=*/false);
}
RC_GTEST_PROP(CorruptionProperty, StrayStoresFaultWith116OrDoNoHarmWithTags,
              ()) {
  RunDamaged(kTagsFast, /*forged=*/false);
}

// Whoever knows how seals are made can make blocks overlap, but gets no further
// than the arena: this is for the sanitizers to judge.
RC_GTEST_PROP(CorruptionProperty, ForgedTagsDoNotLeaveTheArenaWithPages, ()) {
  RunDamaged(kPagesFast, /*forged=*/true);
}
RC_GTEST_PROP(CorruptionProperty, ForgedTagsDoNotLeaveTheArenaWithTags, ()) {
  RunDamaged(kTagsFast, /*forged=*/true);
}

}  // namespace
}  // namespace kheap
