// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_COLLECTOR_H_
#define KHEAP_GC_COLLECTOR_H_

// Collector is a garbage collector over the arena: objects that need no free.
// They are made in a nursery; what lives on is copied to an old generation,
// which is marked and swept (docs/design/gc.md).
//
//   const auto collector = Collector::Create(heap).value();
//   const Mutator mutator = collector->mutator();
//   // struct node { struct node *next; long value; };
//   const std::uint64_t next[] = {0};
//   const GcType node =
//       collector->RegisterType({.size_bytes = 16, .reference_offsets = next})
//           .value();
//   const Frame<1> frame(mutator);
//   for (long i = 0; i < 10; ++i) frame[0] = mutator.New(node, frame[0], i);
//
// Programs make and link objects through a Mutator; this class has everything
// else. An object is known by the address of its first byte. References are 8
// bytes in objects, at the offsets that their types name, in frames of the
// shadow stack and in global roots; what they lead to is alive, and so is what
// is pinned or waits for its finalizer. A word that holds no multiple of 16
// within the collector's space is no reference.
//
// All state lies in the arena, one collector an arena; only how long pauses
// took is the host's. The memory is a block of malloc's of the heap limit.

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gc/collector_state.h"
#include "gc/collector_stats.h"
#include "gc/mutator.h"
#include "gc/object_header.h"
#include "gc/type_table.h"
#include "heap/address.h"
#include "heap/global_heap.h"

namespace kheap::gc {

struct CollectorOptions {
  // Rounded up to whole blocks of 32 KiB.
  std::uint64_t nursery_bytes = std::uint64_t{4} * 1024 * 1024;
  // Of nursery and old generation together; tables come on top.
  std::uint64_t limit_bytes = std::uint64_t{32} * 1024 * 1024;
  std::uint64_t root_slots = 65536;
  // Below 1024 it is 1024.
  std::uint64_t mark_stack_slots = 65536;
  // Collects everything at every allocation.
  bool stress = false;
};

// A weak reference's number.
enum class WeakReference : std::uint64_t {};

class Collector {
 public:
  // InvalidArgument for sizes that cannot be, FailedPrecondition where the
  // arena has no malloc or has a collector, ResourceExhausted where malloc has
  // no memory.
  static absl::StatusOr<std::unique_ptr<Collector>> Create(
      GlobalHeap& heap, const CollectorOptions& options = {});
  // A view of the collector that Create laid out. FailedPrecondition without
  // one.
  static absl::StatusOr<std::unique_ptr<Collector>> Attach(GlobalHeap& heap);
  // Gives all memory back to malloc; every object is gone, and this and every
  // other view is of no more use.
  void Destroy();

  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  GlobalHeap& heap() const { return *heap_; }
  Mutator mutator() { return Mutator(*this, heap_->base()); }

  // InvalidArgument for a type that cannot be, ResourceExhausted without memory
  // or beyond 65536 types.
  absl::StatusOr<GcType> RegisterType(const TypeOptions& options);
  // The type of that number, also in an arena that came from an image: the
  // first that was registered has 0, the next 1. Nothing where there is none.
  // Fault 116 if the guest has overwritten it.
  std::optional<GcType> TypeAt(std::uint16_t id) const;

  // ---- roots ----------------------------------------------------------------

  // A word of the arena, such as a global variable, that holds a reference.
  // It has to stay a word of the arena until it is removed. InvalidArgument
  // where there is no such word outside of the collector's space and tables,
  // ResourceExhausted without memory. Added twice, it has to be removed twice.
  absl::Status AddRoot(Address slot);
  // Whether it was a root.
  bool RemoveRoot(Address slot);

  // ---- pins, weak references, finalizers ------------------------------------

  // For any object that no collection has taken yet; fault 111 where none
  // begins. In a nursery in fast mode, the word before the address decides
  // that: what looks like a header is one.

  // From here on the object is alive and does not move, until Unpin. Pinning
  // twice is the same as once. False without memory.
  [[nodiscard]] bool Pin(Address object);
  void Unpin(Address object);
  bool IsPinned(Address object) const;

  // A reference that keeps nothing alive and is null once its object is not
  // reachable, not even from one that waits for its finalizer. Nothing without
  // memory.
  std::optional<WeakReference> NewWeak(Address object);
  // Null for an object that is gone, and for what is no weak reference. The
  // number of one that was deleted is given again, and then leads to that.
  Address Get(WeakReference weak) const;
  void DeleteWeak(WeakReference weak);

  // Once the object is not reachable it is kept, and `token` handed to
  // RunFinalizers with it, once; a later collection may then take it. An object
  // with several finalizers is handed over for each. False without memory.
  [[nodiscard]] bool AddFinalizer(Address object, std::uint64_t token);
  std::uint64_t pending_finalizers() const;
  // Calls `finalize` for each object that waits, in the order in which
  // collections found them; what one finds together comes in no promised order.
  // The Local is valid during the call, which may allocate and collect. Returns
  // how many.
  std::uint64_t RunFinalizers(
      absl::FunctionRef<void(Local object, std::uint64_t token)> finalize);

  // ---- collecting -----------------------------------------------------------

  void CollectMinor();
  // A minor collection and then a major one.
  void CollectMajor();
  void SetStress(bool stress);

  // ---- looking inside -------------------------------------------------------

  CollectorStats Stats() const;
  const PauseTimes& minor_pauses() const { return minor_pauses_; }
  const PauseTimes& major_pauses() const { return major_pauses_; }

  // Whether the address lies in the collector's space.
  bool IsHeapAddress(Address address) const;
  // The object that the address lies in, its header included, if any.
  std::optional<Address> FindObject(Address address) const;
  // The header of the object that begins there, if any does.
  std::optional<ObjectHeader> HeaderOf(Address object) const;
  // The length of an array, in elements. Fault 111 as for pins.
  std::uint64_t LengthOf(Address array) const;
  // Calls `visit` for every object, alive or not collected yet, in address
  // order.
  void Walk(absl::FunctionRef<void(Address, ObjectHeader)> visit) const;

  // Walks everything. Internal, with the rule that is broken and its address,
  // if any is.
  absl::Status CheckInvariants() const;

 private:
  friend class Mutator;

  explicit Collector(GlobalHeap& heap)
      : heap_(&heap), state_(&StateAt(heap.base())) {}

  // Allocation past the fast path; zeroed, or null.
  Address Allocate(ObjectHeader header);
  std::uint64_t TakeSmall(std::uint64_t footprint_bytes);
  std::uint64_t TakeLarge(std::uint64_t footprint_bytes);
  Address StartObject(std::uint64_t at, ObjectHeader header);
  // Fault 116 after a collection that met damage and never ended.
  void RequireIntact() const;
  ObjectHeader RequireObject(Address object) const;
  // The first that waits has been handed over.
  void TakeReady();
  void RunMinor();
  void RunMajor();
  void SetReference(Address slot, Address reference);

  GlobalHeap* heap_;
  CollectorState* state_;
  PauseTimes minor_pauses_;
  PauseTimes major_pauses_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_COLLECTOR_H_
