// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_TYPE_TABLE_H_
#define KHEAP_GC_TYPE_TABLE_H_

// Which words of an object are references: types as the program registers
// them, and the table that collections read. A reference is 8 bytes: null or
// the address of an object.
//
//   struct node { node *left, *right; int i, j; };     size 24, references 0, 8
//   struct pair { long key; node *value; } pairs[];    element 16, reference 8
//   node *nodes[];                                     element 8, reference 0
//   char text[];                                       element 1, none
//
// In the table neighbouring references are one run, so that the first struct
// above is looked at as one run of two.

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "bitshift/bits.h"
#include "gc/collector_state.h"
#include "gc/object_header.h"
#include "heap/global_heap.h"

namespace kheap::gc {

// Objects of one size, or arrays of elements of one size.
enum class TypeShape : std::uint8_t { kObject, kArray };

struct TypeOptions {
  TypeShape shape = TypeShape::kObject;
  std::uint64_t size_bytes = 0;  // of an object, or of an element
  std::span<const std::uint64_t> reference_offsets = {};
};

// A registered type, as allocation wants it: the header of its objects, and
// the room they take, which is no room at all that the nursery has if they are
// large. Of an array, the header is that of an empty one.
class GcType {
 public:
  GcType() = default;
  explicit GcType(ObjectHeader header, std::uint32_t element_bytes = 0)
      : header_(header),
        step_bytes_(element_bytes != 0 ||
                            header.size_class() == SizeClass::kLarge
                        ? kNeverFits
                        : header.footprint_bytes()),
        element_bytes_(element_bytes),
        brimful_bytes_(step_bytes_ == kHeaderBytes + payload_bytes()
                           ? static_cast<std::uint32_t>(payload_bytes())
                           : kNeverBrimful) {}

  ObjectHeader header() const { return header_; }
  std::uint64_t step_bytes() const { return step_bytes_; }
  std::uint64_t payload_bytes() const { return header_.payload_bytes(); }
  // As many bytes of fields as leave nothing of the room; no number of them
  // where the room is larger than the payload.
  std::uint32_t brimful_bytes() const { return brimful_bytes_; }
  std::uint16_t id() const { return header_.type(); }
  // 0 where it is no array.
  std::uint32_t element_bytes() const { return element_bytes_; }

 private:
  static constexpr std::uint64_t kNeverFits = bits::Bit(62);
  static constexpr std::uint32_t kNeverBrimful = 4294967295;

  ObjectHeader header_;
  std::uint64_t step_bytes_ = kNeverFits;
  std::uint32_t element_bytes_ = 0;
  std::uint32_t brimful_bytes_ = kNeverBrimful;
};

// Raises fault 116: what the guest may have overwritten makes no sense.
[[noreturn]] void RaiseCorruption(std::uint64_t position);

class TypeTable {
 public:
  TypeTable(GlobalHeap& heap, CollectorState& state);

  const TypeRecord& record(std::uint64_t id) const { return types_[id]; }

  // Whether the header is one that objects of its type have.
  bool Fits(ObjectHeader header) const {
    if (header.type() >= type_count_) return false;
    const TypeRecord& type = types_[header.type()];
    return type.element_bytes != 0 ||
           header.payload_bytes() == ObjectHeader(type.header).payload_bytes();
  }
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
    if (type.element_bytes == 0) [[likely]] {
      VisitElement(object, payload_bytes, type, visit);
    } else {
      VisitArray(object, payload_bytes, type, 0, payload_bytes, visit);
    }
  }

  // The same for the references in [begin, end), positions of which at least
  // the end is not before the object.
  template <typename Visit>
  void ForEachReferenceIn(std::uint64_t object, ObjectHeader header,
                          std::uint64_t begin, std::uint64_t end,
                          Visit&& visit) const {
    const TypeRecord& type = Require(object, header);
    const auto within = [&](std::uint64_t slot) {
      if (slot - begin < end - begin) visit(slot);
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
    const std::uint64_t offset = run.offset_bytes;
    const std::uint64_t bytes = std::uint64_t{run.count} * kReferenceBytes;
    if (!EndsWithin(size_bytes, offset + bytes)) [[unlikely]]
      RaiseCorruption(element);
    const std::uint64_t end = element + offset + bytes;
    for (std::uint64_t slot = element + offset; slot < end;
         slot += kReferenceBytes) {
      visit(slot);
    }
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
