// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_TYPE_TABLE_H_
#define KHEAP_GC_TYPE_TABLE_H_

// Which words of an object are references: the table of types, as collections
// read it.
//
// Neighbouring references are one run, so that a struct that begins with two
// pointers is looked at as one run of two.

#include <cstdint>

#include "absl/status/statusor.h"
#include "bitshift/bits.h"
#include "gc/collector_state.h"
#include "gc/gc_type.h"
#include "gc/object_header.h"
#include "heap/global_heap.h"

namespace kheap::gc {

// Raises fault 116: what the guest may have overwritten makes no sense.
[[noreturn]] void RaiseCorruption(std::uint64_t position);

class TypeTable {
 public:
  TypeTable(GlobalHeap& heap, CollectorState& state);

  std::uint64_t count() const { return type_count_; }
  const TypeRecord& record(std::uint64_t id) const { return types_[id]; }

  // Whether the header is one that objects of its type have.
  bool Fits(ObjectHeader header) const {
    if (header.type() >= type_count_) return false;
    const TypeRecord& type = types_[header.type()];
    return type.element_bytes != 0 ||
           header.payload_bytes() == ObjectHeader(type.header).payload_bytes();
  }
  // Whether a type's references lie within what has them.
  bool IsSound(std::uint64_t id) const;
  bool HasReferences(ObjectHeader header) const {
    return types_[header.type()].run_count != 0;
  }

  // Calls visit(position of the reference) for every reference of an object.
  // Fault 116 if header and type do not agree.
  template <typename Visit>
  [[gnu::always_inline]] void ForEachReference(std::uint64_t object,
                                               ObjectHeader header,
                                               Visit&& visit) const {
    const TypeRecord& type = Require(object, header);
    if (type.run_count == 0) return;
    const std::uint64_t payload_bytes = header.payload_bytes();
    const auto each = [&](std::uint64_t slot, std::uint64_t end) {
      for (; slot < end; slot += kReferenceBytes) visit(slot);
    };
    if (type.element_bytes == 0) [[likely]] {
      VisitElement(object, payload_bytes, type, each);
    } else {
      VisitArray(object, payload_bytes, type, 0, payload_bytes, each);
    }
  }

  // The same for the references that begin in [begin, end), positions of which
  // at least the end is not before the object. Of a run, the others cost
  // nothing.
  template <typename Visit>
  void ForEachReferenceIn(std::uint64_t object, ObjectHeader header,
                          std::uint64_t begin, std::uint64_t end,
                          Visit&& visit) const {
    const TypeRecord& type = Require(object, header);
    const auto within = [&](std::uint64_t slot, std::uint64_t run_end) {
      if (slot < begin) slot += bits::AlignUp(begin - slot, kReferenceBytes);
      const std::uint64_t last = run_end < end ? run_end : end;
      for (; slot < last; slot += kReferenceBytes) visit(slot);
    };
    if (type.element_bytes == 0) {
      VisitElement(object, header.payload_bytes(), type, within);
    } else {
      VisitArray(object, header.payload_bytes(), type,
                 begin < object ? 0 : begin - object, end - object, within);
    }
  }

 private:
  const TypeRecord& Require(std::uint64_t object, ObjectHeader header) const {
    if (header.type() >= type_count_) [[unlikely]]
      RaiseCorruption(object);
    return types_[header.type()];
  }

  // By sign: a header that was overwritten may leave less than no payload.
  static bool EndsWithin(std::uint64_t size_bytes, std::uint64_t end) {
    return static_cast<std::int64_t>(end) <=
           static_cast<std::int64_t>(size_bytes);
  }

  static bool RunEndsWithin(std::uint64_t size_bytes, const ReferenceRun& run) {
    return EndsWithin(size_bytes, run.offset_bytes + std::uint64_t{run.count} *
                                                         kReferenceBytes);
  }

  // Calls visit(begin, end) for each run of references, positions.
  template <typename Visit>
  [[gnu::always_inline]] void VisitElement(std::uint64_t element,
                                           std::uint64_t size_bytes,
                                           const TypeRecord& type,
                                           Visit&& visit) const {
    VisitRun(element, size_bytes, type.first_run, visit);
    if (type.run_count <= 1) [[likely]]
      return;
    const std::uint64_t end = type.other_runs + type.run_count - 1;
    if (end > run_count_) [[unlikely]]
      RaiseCorruption(element);
    for (std::uint64_t r = type.other_runs; r < end; ++r) {
      VisitRun(element, size_bytes, runs_[r], visit);
    }
  }

  template <typename Visit>
  [[gnu::always_inline]] static void VisitRun(std::uint64_t element,
                                              std::uint64_t size_bytes,
                                              const ReferenceRun& run,
                                              Visit&& visit) {
    if (!RunEndsWithin(size_bytes, run)) [[unlikely]]
      RaiseCorruption(element);
    const std::uint64_t begin = element + run.offset_bytes;
    visit(begin, begin + std::uint64_t{run.count} * kReferenceBytes);
  }

  // Of the elements that begin before `end` and end after `begin`, offsets.
  template <typename Visit>
  void VisitArray(std::uint64_t object, std::uint64_t payload_bytes,
                  const TypeRecord& type, std::uint64_t begin,
                  std::uint64_t end, Visit&& visit) const {
    const std::uint64_t stride = type.element_bytes;
    for (std::uint64_t at = begin - begin % stride;
         at < end && EndsWithin(payload_bytes, at + stride); at += stride) {
      VisitElement(object + at, stride, type, visit);
    }
  }

  const TypeRecord* types_;
  std::uint64_t type_count_;
  const ReferenceRun* runs_;
  std::uint64_t run_count_;
};

// Adds a type. InvalidArgument for one that cannot be, ResourceExhausted where
// there is no memory or the numbers of 65536 types are taken.
absl::StatusOr<GcType> RegisterType(GlobalHeap& heap, CollectorState& state,
                                    const TypeOptions& options);

}  // namespace kheap::gc

#endif  // KHEAP_GC_TYPE_TABLE_H_
