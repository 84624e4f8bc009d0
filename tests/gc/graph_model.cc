// SPDX-License-Identifier: Apache-2.0
#include "tests/gc/graph_model.h"

#include <algorithm>
#include <utility>

#include "rapidcheck.h"

namespace kheap::gc {

namespace {

constexpr std::uint64_t kEntryBytes = 16;
constexpr std::uint64_t kEntryReferences[] = {0};

std::uint8_t PatternByte(std::uint64_t number, std::uint64_t index) {
  return static_cast<std::uint8_t>(number * 31 + index * 7);
}

}  // namespace

GraphModel::GraphModel(const CollectorOptions& options, bool checked)
    : world_(options, checked),
      entries_(world_.Register({.shape = TypeShape::kArray,
                                .size_bytes = kEntryBytes,
                                .reference_offsets = kEntryReferences})),
      frame_(std::make_unique<Frame<kRootCount>>(world_.mutator())),
      global_(KMalloc(world_.heap()).Calloc(1, 8)),
      roots_(kRootCount + 1) {
  RC_ASSERT(world_.collector().AddRoot(global_).ok());
}

// ---- what is reachable -----------------------------------------------------

std::set<std::uint64_t> GraphModel::Closure(bool with_finalizable) const {
  std::vector<std::uint64_t> pending = roots_;
  for (const auto& [number, address] : pins_) pending.push_back(number);
  if (with_finalizable) {
    for (const auto& [number, object] : objects_) {
      if (object.finalizable) pending.push_back(number);
    }
  }
  std::set<std::uint64_t> reached;
  while (!pending.empty()) {
    const std::uint64_t number = pending.back();
    pending.pop_back();
    if (number == 0 || !reached.insert(number).second) continue;
    const Object& object = objects_.at(number);
    pending.insert(pending.end(), object.references.begin(),
                   object.references.end());
  }
  return reached;
}

std::uint64_t GraphModel::ReachableAt(std::uint32_t choice) const {
  const std::set<std::uint64_t> reached = Closure(false);
  if (reached.empty()) return 0;
  return *std::next(reached.begin(), choice % reached.size());
}

Address GraphModel::SlotOf(const Object& object, Address address,
                           std::uint64_t index) const {
  return object.entry_references == 1 ? address + index * kEntryBytes
                                      : address + index * 8;
}

std::map<std::uint64_t, Address> GraphModel::Locate() {
  std::map<std::uint64_t, Address> found = pins_;
  std::vector<std::uint64_t> pending;
  for (const auto& [number, address] : pins_) pending.push_back(number);
  const auto meet = [&](std::uint64_t number, Address address) {
    RC_ASSERT((number == 0) == address.is_null());
    if (number == 0) return;
    const auto [entry, is_new] = found.emplace(number, address);
    RC_ASSERT(entry->second == address);
    if (is_new) pending.push_back(number);
  };
  for (std::uint64_t i = 0; i < kRootCount; ++i) {
    meet(roots_[i], Root(i).get());
  }
  meet(roots_.back(), world_.heap().Load<Address>(global_));
  while (!pending.empty()) {
    const std::uint64_t number = pending.back();
    pending.pop_back();
    const Object& object = objects_.at(number);
    for (std::uint64_t i = 0; i < object.references.size(); ++i) {
      meet(object.references[i],
           world_.heap().Load<Address>(SlotOf(object, found.at(number), i)));
    }
  }
  return found;
}

void GraphModel::CheckContent(std::uint64_t number, Address address) {
  const Object& object = objects_.at(number);
  const GlobalHeap& heap = world_.heap();
  if (object.entry_references == 0) {
    RC_ASSERT(collector().LengthOf(address) == object.byte_count);
    for (std::uint64_t i = 0; i < object.byte_count; ++i) {
      RC_ASSERT(heap.lbu(address + i) == PatternByte(number, i));
    }
  } else if (object.entry_references == 2) {
    RC_ASSERT(world_.Number(address) == number);
  } else {
    RC_ASSERT(collector().LengthOf(address) == object.references.size());
    for (std::uint64_t i = 0; i < object.references.size(); ++i) {
      RC_ASSERT(heap.Load<std::uint64_t>(address + i * kEntryBytes + 8) ==
                number);
    }
  }
  RC_ASSERT(collector().IsPinned(address) == (pins_.count(number) != 0));
}

void GraphModel::Check() {
  RC_ASSERT(collector().CheckInvariants() == absl::OkStatus());
  const auto found = Locate();
  std::set<Address> addresses;
  for (const auto& [number, address] : found) {
    CheckContent(number, address);
    RC_ASSERT(addresses.insert(address).second);
  }
  for (const auto& [weak, number] : weak_) {
    const auto entry = found.find(number);
    if (entry != found.end()) {
      RC_ASSERT(collector().Get(weak) == entry->second);
    }
  }
  RC_ASSERT(collector().Stats().pinned_objects == pins_.size());
}

void GraphModel::CheckAfterMajor() {
  const std::set<std::uint64_t> reached = Closure(false);
  const std::set<std::uint64_t> kept = Closure(true);
  for (const auto& [weak, number] : weak_) {
    // What only waiting objects lead to may have been reached through them.
    const bool gone = collector().Get(weak).is_null();
    RC_ASSERT(!gone || reached.count(number) == 0);
    RC_ASSERT(gone || kept.count(number) != 0);
  }
  std::uint64_t waiting = 0;
  for (const auto& [number, object] : objects_) {
    if (object.finalizable && reached.count(number) == 0) waiting += 1;
  }
  // Those that others lead to may have to wait for these.
  RC_ASSERT(collector().pending_finalizers() <= waiting);
  RC_ASSERT((collector().pending_finalizers() == 0) == (waiting == 0));
  std::uint64_t alive = 0;
  collector().Walk([&](Address, ObjectHeader) { alive += 1; });
  RC_ASSERT(alive == kept.size());
}

// ---- steps -----------------------------------------------------------------

void GraphModel::Insert(std::uint32_t root, Address address, Object object) {
  const std::uint64_t number = next_number_++;
  objects_.emplace(number, std::move(object));
  const std::uint64_t index = root % roots_.size();
  roots_[index] = number;
  if (index < kRootCount) {
    Root(index) = address;
  } else {
    world_.heap().Store<Address>(global_, address);
  }
}

void GraphModel::NewNode(const GraphStep& step) {
  const std::uint64_t left = step.b % kRootCount;
  const std::uint64_t right = step.c % kRootCount;
  const Address node = world_.mutator().New(world_.node(), Root(left),
                                            Root(right), next_number_);
  if (node.is_null()) return;
  Insert(step.a, node, {{roots_[left], roots_[right]}, 2, 0});
}

void GraphModel::NewEntries(const GraphStep& step, std::uint64_t length) {
  const Address array = world_.mutator().AllocateArray(entries_, length);
  if (array.is_null()) return;
  for (std::uint64_t i = 0; i < length; ++i) {
    world_.heap().Store<std::uint64_t>(array + i * kEntryBytes + 8,
                                       next_number_);
  }
  Insert(step.a, array, {std::vector<std::uint64_t>(length), 1, 0});
}

void GraphModel::NewBytes(const GraphStep& step, std::uint64_t size_bytes) {
  const Address array =
      world_.mutator().AllocateArray(world_.bytes(), size_bytes);
  if (array.is_null()) return;
  for (std::uint64_t i = 0; i < size_bytes; ++i) {
    world_.heap().sb(array + i, PatternByte(next_number_, i));
  }
  Insert(step.a, array, {{}, 0, size_bytes});
}

void GraphModel::Link(const GraphStep& step) {
  const std::uint64_t from = ReachableAt(step.a);
  const std::uint64_t to = ReachableAt(step.b);
  if (from == 0 || objects_[from].references.empty()) return;
  const auto found = Locate();
  Object& object = objects_[from];
  const std::uint64_t index = step.c % object.references.size();
  object.references[index] = to;
  world_.mutator().SetReference(SlotOf(object, found.at(from), index), 0,
                                found.at(to));
}

void GraphModel::DeleteWeak(const GraphStep& step) {
  if (weak_.empty()) return;
  const auto weak = std::next(weak_.begin(), step.a % weak_.size());
  collector().DeleteWeak(weak->first);
  RC_ASSERT(collector().Get(weak->first).is_null());
  weak_.erase(weak);
}

void GraphModel::MoveGlobalRoot() {
  KMalloc malloc(world_.heap());
  const Address moved = malloc.Calloc(1, 8);
  world_.heap().Store<Address>(moved, world_.heap().Load<Address>(global_));
  RC_ASSERT(collector().AddRoot(moved).ok());
  RC_ASSERT(collector().RemoveRoot(global_));
  malloc.Free(global_);
  global_ = moved;
}

void GraphModel::CollectWithinAFrame(std::uint64_t number) {
  const Address frame = world_.mutator().PushFrame(2);
  if (number != 0) {
    world_.heap().Store<Address>(frame + 8, Locate().at(number));
  }
  collector().CollectMinor();
  if (number != 0) {
    RC_ASSERT(world_.heap().Load<Address>(frame + 8) == Locate().at(number));
  }
  world_.mutator().PopFrame(frame);
}

void GraphModel::CheckAfterMinor() {
  const CollectorStats stats = collector().Stats();
  if (stats.old_free_blocks_bytes == 0) return;
  std::uint64_t young = 0;
  for (const auto& [number, address] : pins_) {
    if (collector().HeaderOf(address)->in_nursery()) young += 1;
  }
  RC_ASSERT(stats.nursery_objects == young);
}

void GraphModel::RunFinalizers() {
  const std::set<std::uint64_t> reached = Closure(false);
  collector().RunFinalizers([&](Local object, std::uint64_t token) {
    RC_ASSERT(reached.count(token) == 0);
    RC_ASSERT(objects_.at(token).finalizable);
    objects_.at(token).finalizable = false;
    CheckContent(token, object.get());
  });
}

void GraphModel::Apply(const GraphStep& step) {
  const std::uint64_t number = ReachableAt(step.a);
  switch (step.kind) {
    case 0:
    case 1:
    case 2:
      return NewNode(step);
    case 3:
      return NewEntries(step, step.b % 40);
    case 4:
      // Around the limit of small objects, and above the nursery.
      return NewEntries(step, step.b % 2 == 0 ? 1000 + step.c % 40 : 5000);
    case 5:
      return NewBytes(step, step.b % 16400);
    case 6:
    case 7:
    case 8:
      return Link(step);
    case 9: {
      const std::uint64_t index = step.a % roots_.size();
      roots_[index] = 0;
      if (index < kRootCount) {
        Root(index) = kNullAddress;
      } else {
        world_.heap().Store<Address>(global_, kNullAddress);
      }
      return;
    }
    case 10:
      if (number == 0) return;
      pins_.emplace(number, Locate().at(number));
      RC_ASSERT(collector().Pin(pins_.at(number)));
      return;
    case 11:
      if (pins_.empty()) return;
      {
        const auto pin = std::next(pins_.begin(), step.a % pins_.size());
        collector().Unpin(pin->second);
        pins_.erase(pin);
      }
      return;
    case 12:
      if (number == 0) return;
      weak_.emplace_back(*collector().NewWeak(Locate().at(number)), number);
      return;
    case 13:
      if (number == 0 || objects_[number].finalizable) return;
      RC_ASSERT(collector().AddFinalizer(Locate().at(number), number));
      objects_[number].finalizable = true;
      return;
    case 14:
      collector().CollectMinor();
      CheckAfterMinor();
      return Check();
    case 15:
      return DeleteWeak(step);
    case 16:
      return MoveGlobalRoot();
    case 17:
      return CollectWithinAFrame(number);
    default:
      collector().CollectMajor();
      Check();
      CheckAfterMajor();
      return RunFinalizers();
  }
}

}  // namespace kheap::gc
