// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_GC_GRAPH_MODEL_H_
#define KHEAP_TESTS_GC_GRAPH_MODEL_H_

// What the objects of a program are, as plain host structures, beside the same
// program on the collector. Every object has a number, which stands in it, so
// a walk along references tells whether the right object is there and intact.

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "gc/collector.h"
#include "tests/gc/world.h"

namespace kheap::gc {

// One thing that a program does; `a` … `c` choose among what there is.
struct GraphStep {
  int kind;
  std::uint32_t a, b, c;
};
inline constexpr int kGraphStepKinds = 19;

class GraphModel {
 public:
  GraphModel(const CollectorOptions& options, bool checked);

  void Apply(const GraphStep& step);
  // Fails the test unless every reachable object is there and intact.
  void Check();
  // After a minor collection with room left: only what is pinned did not move.
  void CheckAfterMinor();
  // After a major collection: nothing else is there, weak references to
  // anything else are null, and every unreachable finalizable object waits.
  void CheckAfterMajor();
  Collector& collector() { return world_.collector(); }
  World& world() { return world_; }

 private:
  // Arrays consist of entries, as a node is one: references, then the number.
  struct Object {
    std::vector<std::uint64_t> references;  // 0 is null
    std::uint64_t entry_references;         // of these, in each entry; or 0
    std::uint64_t byte_count;               // of an array of bytes
    bool finalizable = false;
  };
  static constexpr int kRootCount = 6;

  std::uint64_t ReachableAt(std::uint32_t choice) const;
  std::set<std::uint64_t> Closure(bool with_finalizable) const;
  void Insert(std::uint32_t root, Address address, Object object);
  void NewNode(const GraphStep& step);
  void NewEntries(const GraphStep& step, std::uint64_t length);
  void NewBytes(const GraphStep& step, std::uint64_t size_bytes);
  void Link(const GraphStep& step);
  void DeleteWeak(const GraphStep& step);
  void MoveGlobalRoot();
  void CollectWithinAFrame(std::uint64_t number);
  void RunFinalizers();
  Local Root(std::uint64_t index) const { return (*frame_)[int(index)]; }
  // Where the object of that number is: found along references.
  std::map<std::uint64_t, Address> Locate();
  void CheckContent(std::uint64_t number, Address address);
  Address SlotOf(const Object& object, Address address,
                 std::uint64_t index) const;

  World world_;
  GcType entries_;
  std::unique_ptr<Frame<kRootCount>> frame_;
  Address global_;  // a word from malloc, the last root
  std::map<std::uint64_t, Object> objects_;  // never shrinks
  std::vector<std::uint64_t> roots_;         // numbers; the last is global_'s
  std::map<std::uint64_t, Address> pins_;
  std::vector<std::pair<WeakReference, std::uint64_t>> weak_;
  std::uint64_t next_number_ = 1;
};

}  // namespace kheap::gc

#endif  // KHEAP_TESTS_GC_GRAPH_MODEL_H_
