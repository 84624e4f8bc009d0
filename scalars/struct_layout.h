// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_STRUCT_LAYOUT_H_
#define KHEAP_SCALARS_STRUCT_LAYOUT_H_

// StructLayout computes where the members of a struct or union of the guest
// lie, as gcc and clang do for little-endian LP64 (System V ABI for x86-64,
// 3.1.2; RISC-V psABI for RV64):
//
//   struct s { char c; int n; unsigned low : 3, high : 7; short tail[]; };
//
//   absl::StatusOr<StructLayout> s = StructLayout::Builder("struct s")
//       .Member("c", "char")                  // byte 0, then 3 of padding
//       .Member("n", "int")                   // byte 4
//       .BitField("low", "unsigned", 3)       // byte 8, bits 0 to 2
//       .BitField("high", "unsigned", 7)      // bit 3 of byte 8 to 1 of byte 9
//       .FlexibleArray("tail", "short")       // byte 10
//       .Build();                             // 12 bytes, aligned to 4
//
// Bit-fields are filled from the lowest bit. One that would cross a boundary
// of its type's size begins at the boundary instead; one of width 0 ends the
// unit; in a packed struct they follow each other without gaps. Unnamed ones
// are padding and do not count for the struct's alignment.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "scalars/c_type.h"

namespace kheap {

class StructLayout {
 public:
  class Builder;

  struct Field {
    std::string name;  // empty for an anonymous struct or union
    CType type;
    std::uint64_t offset_bytes;  // of the byte that holds its lowest bit
    int first_bit;               // in that byte; 0 but for bit-fields
    int bit_count;               // 0 but for bit-fields

    bool IsBitField() const { return bit_count != 0; }
    std::uint64_t offset_bits() const { return offset_bytes * 8 + first_bit; }
    std::uint64_t size_bits() const {
      return IsBitField() ? bit_count : type.size_bytes() * 8;
    }
  };

  // Bits that belong to no field.
  struct Padding {
    std::uint64_t offset_bits;
    std::uint64_t size_bits;

    friend bool operator==(const Padding&, const Padding&) = default;
  };

  const std::string& name() const { return name_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  std::uint64_t alignment() const { return alignment_; }
  bool is_union() const { return is_union_; }
  // In order of declaration, without unnamed bit-fields.
  const std::vector<Field>& fields() const { return fields_; }

  // The field that a member-designator such as "a", "inner.a" or "rows[2].x"
  // leads to, with its offset from this struct's begin. Members of anonymous
  // structs are found as if they were this struct's own. NotFound if there is
  // none; an index is not checked against the array's size, as in offsetof.
  absl::StatusOr<Field> Find(std::string_view designator) const;
  // C's offsetof. InvalidArgument for a bit-field.
  absl::StatusOr<std::uint64_t> OffsetOf(std::string_view designator) const;

  // From the lowest to the highest. A union has padding only where none of its
  // members has a bit.
  std::vector<Padding> FindPadding() const;

 private:
  StructLayout() = default;

  // The member of that name, here or in an anonymous struct.
  std::optional<Field> FindMember(std::string_view name) const;
  // What "", ".name…" or "[index]…" leads to from `outer`.
  static std::optional<Field> Descend(const Field& outer,
                                      std::string_view rest);

  std::string name_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t alignment_ = 1;
  bool is_union_ = false;
  std::vector<Field> fields_;
};

// Takes the members in order of declaration. A mistake is kept until Build,
// which is InvalidArgument and names the first: an unknown type, a name that is
// there already, a bit-field of a width that its type does not have, a flexible
// array that is not the last member, an alignment that is no power of two up to
// kAlignmentMax, a struct without a named member or above kSizeBytesMax.
class StructLayout::Builder {
 public:
  static constexpr std::uint64_t kAlignmentMax = 4096;

  explicit Builder(std::string_view name = "struct");

  // Before the first member: union; __attribute__((packed)).
  Builder& Union();
  Builder& Packed();
  // __attribute__((aligned(alignment))) of the struct.
  Builder& Aligned(std::uint64_t alignment);

  // An empty name is an anonymous struct's or union's. `alignment` is that of
  // _Alignas: it only raises the member's own, which is 1 in a packed struct.
  Builder& Member(std::string_view name, const CType& type,
                  std::uint64_t alignment = 1);
  Builder& Member(std::string_view name, std::string_view type_name,
                  std::uint64_t alignment = 1);
  Builder& Member(std::string_view name, const StructLayout& layout,
                  std::uint64_t alignment = 1);
  Builder& FlexibleArray(std::string_view name, std::string_view element_type);
  // An empty name makes an unnamed bit-field; only those may have width 0.
  Builder& BitField(std::string_view name, std::string_view type_name,
                    int width);

  absl::StatusOr<StructLayout> Build() const;

 private:
  // Keeps the first mistake.
  void Fail(std::string_view name, std::string_view what);
  // Whether another member may follow those that are there.
  bool CheckOpen(std::string_view name);
  // Whether no member has the name, nor, for an anonymous struct, one of its
  // members' names.
  bool CheckNames(std::string_view name, const CType& type);
  // Takes bits at the next multiple of `alignment_bits` and returns where.
  std::uint64_t Place(std::uint64_t size_bits, std::uint64_t alignment_bits);
  void AddField(std::string_view name, const CType& type,
                std::uint64_t offset_bits, int bit_count);

  StructLayout layout_;
  absl::Status status_;
  bool packed_ = false;
  bool has_flexible_array_ = false;
  std::uint64_t next_bit_ = 0;  // where a struct goes on
  std::uint64_t end_bit_ = 0;   // the highest bit of any member, plus 1
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_STRUCT_LAYOUT_H_
