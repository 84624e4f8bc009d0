// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_INVARIANTS_H_
#define KHEAP_GC_INVARIANTS_H_

// The walk behind Collector::CheckInvariants. Its host memory holds where
// objects begin, so that every reference can be held against it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gc/space.h"
#include "gc/type_table.h"

namespace kheap::gc {

class Audit {
 public:
  explicit Audit(const Space& space)
      : space_(space),
        state_(space.state()),
        types_(space.heap(), space.state()) {}

  absl::Status Run();

 private:
  // Each notes the first broken rule; later ones are not looked for.
  bool Require(bool holds, std::string_view rule, std::uint64_t position);
  void CheckTypes();
  void CheckNursery();
  void CheckBlocks();
  void CheckSmallBlock(std::uint64_t index);
  void CheckLarge(std::uint64_t index);
  // What lies at a position and ends by `end`; its footprint, or 0 if broken.
  std::uint64_t CheckTile(std::uint64_t at, std::uint64_t end);
  void CheckRuns();
  void CheckGaps();
  void CheckReferences();
  void CheckReference(std::uint64_t slot, std::uint64_t object);
  void CheckRoots();
  void CheckPins();
  void CheckWeak();
  void CheckFinalizers();
  void CheckCounters();
  void CheckLedger();
  void CheckShadow(std::uint64_t at, ObjectHeader header);

  bool IsObject(std::uint64_t object) const;

  const Space& space_;
  const CollectorState& state_;
  TypeTable types_;
  absl::Status status_;
  std::vector<std::uint64_t> objects_;  // ascending
  std::vector<std::uint64_t> runs_;     // fillers that are worth a run
  std::uint64_t young_objects_ = 0;
  std::uint64_t young_bytes_ = 0;
  std::uint64_t old_bytes_ = 0;
  std::uint64_t pinned_ = 0;
  std::uint64_t free_blocks_ = 0;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_INVARIANTS_H_
