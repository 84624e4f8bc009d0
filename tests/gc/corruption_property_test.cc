// SPDX-License-Identifier: Apache-2.0
// Stray stores of the guest, all over what it can reach of the collector: fault
// 116 or wrong data there, and never a byte outside of it. In fast mode, since
// checked mode refuses such a store.
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "gc/collector.h"
#include "gc/holding.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

constexpr std::uint64_t kGuardBytes = 65536;

// Where a word is stored, what kind of word, and two choices of it.
using Stray = std::tuple<int, std::uint32_t, int, std::uint64_t, std::uint64_t>;

// A program with something of every kind, between bytes that nobody changes.
class Victim {
 public:
  Victim()
      : heap_(MakeHeap({.layout = {.capacity_bytes = 8 * 1024 * 1024}})),
        malloc_(KMalloc::Create(*heap_).value()),
        before_(malloc_.Malloc(kGuardBytes)),
        collector_(Collector::Create(*heap_, kSmallOptions).value()),
        after_(malloc_.Malloc(kGuardBytes)),
        root_(malloc_.Calloc(1, 8)),
        state_(StateAt(heap_->base())) {
    heap_->Fill(before_, std::byte{90}, kGuardBytes);
    heap_->Fill(after_, std::byte{91}, kGuardBytes);
    constexpr std::uint64_t kThree[] = {0, 8, 24};
    node_ = Register({.size_bytes = 32, .reference_offsets = kThree});
    array_ = Register({TypeShape::kArray, 8, {kThree, 1}});
    frame_.emplace(mutator());
    Populate();
  }

  void Damage(const Stray& stray) {
    const auto [area, place, kind, word, near] = stray;
    heap_->Store<std::uint64_t>(PlaceOf(area, place),
                                ValueOf(kind, word, near));
  }
  // What a program goes on to do. Each of these may be a fault.
  void GoOn(bool major_first) {
    const auto root = [&](int i) { return (*frame_)[i]; };
    Try([&] { AddWeak(2); });
    Try([&] { CheckInvariants(); });
    if (major_first) Try([&] { collector_->CollectMajor(); });
    Try([&] { collector_->CollectMinor(); });
    for (int i = 0; i < 100; ++i) {
      Try([&] { root(2) = mutator().New(node_, root(2), nullptr); });
      Try([&] { mutator().AllocateArray(array_, 40); });
    }
    Try([&] { AddWeak(40); });
    Try([&] { (void)collector_->Pin(root(0).get()); });
    Try([&] { (void)collector_->AddFinalizer(root(0).get(), 1); });
    Try([&] { collector_->TypeAt(node_.id()); });
    Try([&] { mutator().AllocateArray(array_, 6000); });
    Try([&] { collector_->CollectMajor(); });
    Try([&] { collector_->RunFinalizers([](Local, std::uint64_t) {}); });
    Try([&] { collector_->Walk([](Address, ObjectHeader) {}); });
    Try([&] { CheckInvariants(); });
  }
  void RequireGuards() const {
    for (std::uint64_t i = 0; i < kGuardBytes; ++i) {
      RC_ASSERT(heap_->lbu(before_ + i) == 90u);
      RC_ASSERT(heap_->lbu(after_ + i) == 91u);
    }
  }

 private:
  Mutator mutator() { return collector_->mutator(); }
  GcType Register(const TypeOptions& options) {
    return collector_->RegisterType(options).value();
  }

  // Old nodes and young ones, a large array that leads to them, pins with gaps
  // between, weak references of which some are unused, finalizers of which some
  // wait, a global root.
  void Populate() {
    const Frame<3>& frame = *frame_;
    RC_ASSERT(collector_->AddRoot(root_).ok());
    frame[1] = mutator().AllocateArray(array_, 6000);
    for (std::uint64_t i = 0; i < 40; ++i) {
      frame[0] = mutator().New(node_, frame[0], frame[1]);
      if (i % 3 == 0) frame[2] = mutator().AllocateArray(array_, 100);
      mutator().SetReference(frame[1].get(), i * 512, frame[0].get());
      if (i % 8 == 5) RC_ASSERT(collector_->Pin(frame[0].get()));
      RC_ASSERT(collector_->AddFinalizer(frame[i % 2 * 2].get(), i));
      weak_.push_back(*collector_->NewWeak(frame[0].get()));
      if (i % 10 == 9) collector_->CollectMinor();
      if (i == 29) collector_->CollectMajor();
    }
    heap_->Store<Address>(root_, frame[0].get());
    for (std::size_t i = 0; i < weak_.size(); i += 5) {
      collector_->DeleteWeak(weak_[i]);
    }
  }
  void AddWeak(int count) {
    for (int i = 0; i < count; ++i) collector_->NewWeak((*frame_)[0].get());
  }
  // It says what is broken, and is no fault itself.
  void CheckInvariants() {
    std::optional<MemoryFault> fault = FaultOf([&] {
      const absl::Status status = collector_->CheckInvariants();
      RC_ASSERT(status.ok() || status.code() == absl::StatusCode::kInternal);
    });
    RC_ASSERT(!fault.has_value());
  }
  // 111 where an overwritten root leads to no object.
  template <typename Action>
  static void Try(Action&& action) {
    const auto fault = FaultOf(action);
    RC_ASSERT(!fault.has_value() || fault->code == FaultCode::kHeapCorruption ||
              fault->code == FaultCode::kOutOfBounds);
  }

  Address PlaceOf(int area, std::uint32_t place) {
    const std::uint64_t space = state_.nursery_begin;
    switch (area) {
      case 0:
        return Address(space + place % (kSmallOptions.limit_bytes / 8) * 8);
      case 1:
        return Address(space + place % 2000 * 8);
      case 2:  // the first blocks of the old generation
        return Address(state_.nursery_end + place % 8192 * 8);
      case 3: {
        const std::uint64_t size = TablesEnd(state_) - state_.tables;
        return Address(state_.tables + place % (size / 8) * 8);
      }
      default: {
        const auto lists = ListsOf(state_);
        const WordList& list = *lists[area % lists.size()];
        if (list.count == 0) return PlaceOf(0, place);
        return Address(list.address + place % list.count * 8);
      }
    }
  }
  std::uint64_t ValueOf(int kind, std::uint64_t word, std::uint64_t near) {
    switch (kind) {
      case 0:  // an object, old or young
        return state_.nursery_begin + 8 + near * 16;
      case 1:
        return state_.nursery_end + 8 + near * 16;
      case 2:  // a header's position
        return state_.nursery_begin + near * 16;
      case 3:
        return state_.nursery_end + near * 16;
      case 4:  // a header
        return ObjectHeader::Of(word % 3, near * 8).word() + word % 128;
      case 5:
        return ObjectHeader::Filler(near * 16).word();
      case 6:  // a count, or a link
        return near;
      default:
        return word;
    }
  }

  std::unique_ptr<GlobalHeap> heap_;
  KMalloc malloc_;
  Address before_;
  std::unique_ptr<Collector> collector_;
  Address after_;
  Address root_;
  CollectorState& state_;
  GcType node_;
  GcType array_;
  std::optional<Frame<3>> frame_;
  std::vector<WeakReference> weak_;
};

std::vector<Stray> AnyStrays() {
  return *rc::gen::nonEmpty(
      rc::gen::container<std::vector<Stray>>(rc::gen::tuple(
          rc::gen::inRange(0, 11), rc::gen::arbitrary<std::uint32_t>(),
          rc::gen::inRange(0, 8), rc::gen::arbitrary<std::uint64_t>(),
          rc::gen::inRange<std::uint64_t>(0, 4096))));
}

RC_GTEST_PROP(CorruptionProperty, NothingOutsideOfTheCollectorChanges,
              (bool major_first)) {
  Victim victim;
  for (const Stray& stray : AnyStrays()) victim.Damage(stray);
  victim.GoOn(major_first);
  victim.RequireGuards();
}

// One stray store, which the collector gets further with.
RC_GTEST_PROP(CorruptionProperty, OneStrayStoreIsEnough, (bool major_first)) {
  Victim victim;
  victim.Damage(AnyStrays().front());
  victim.GoOn(major_first);
  victim.RequireGuards();
}

}  // namespace
}  // namespace kheap::gc
