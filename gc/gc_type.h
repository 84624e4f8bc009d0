// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_GC_TYPE_H_
#define KHEAP_GC_GC_TYPE_H_

// Types as the program registers them, and as it allocates with them. A
// reference is 8 bytes: null or the address of an object.
//
//   struct node { node *left, *right; int i, j; };     size 24, references 0, 8
//   struct pair { long key; node *value; } pairs[];    element 16, reference 8
//   node *nodes[];                                     element 8, reference 0
//   char text[];                                       element 1, none

#include <cstdint>
#include <span>

#include "bitshift/bits.h"
#include "gc/object_header.h"

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

}  // namespace kheap::gc

#endif  // KHEAP_GC_GC_TYPE_H_
