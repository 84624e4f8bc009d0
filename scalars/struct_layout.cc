// SPDX-License-Identifier: Apache-2.0
#include "scalars/struct_layout.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"

namespace kheap {

CType CType::Struct(const StructLayout& layout) {
  CType type(layout.name(), Kind::kStruct, layout.size_bytes(),
             layout.alignment());
  type.layout_ = std::make_shared<StructLayout>(layout);
  return type;
}

// ---- looking up -------------------------------------------------------------

std::optional<StructLayout::Field> StructLayout::FindMember(
    std::string_view name) const {
  if (name.empty()) return std::nullopt;
  for (const Field& field : fields_) {
    if (field.name == name) return field;
    if (!field.name.empty()) continue;
    if (auto inner = field.type.layout()->FindMember(name)) {
      inner->offset_bytes += field.offset_bytes;
      return inner;
    }
  }
  return std::nullopt;
}

namespace {

// A designator's name, and what follows it: "" or what begins with . or [.
std::pair<std::string_view, std::string_view> SplitName(
    std::string_view designator) {
  const std::size_t size =
      std::min(designator.find_first_of(".["), designator.size());
  return {designator.substr(0, size), designator.substr(size)};
}

}  // namespace

std::optional<StructLayout::Field> StructLayout::Descend(
    const Field& outer, std::string_view rest) {
  if (rest.empty()) return outer;
  std::optional<Field> inner;
  if (rest[0] == '.' && outer.type.layout() != nullptr) {
    const auto [name, tail] = SplitName(rest.substr(1));
    inner = outer.type.layout()->FindMember(name);
    rest = tail;
  } else if (rest[0] == '[' && outer.type.element() != nullptr) {
    const std::size_t size = std::min(rest.find(']'), rest.size());
    std::uint64_t index = 0;
    if (size == rest.size() ||
        !absl::SimpleAtoi(std::string(rest.substr(1, size - 1)), &index)) {
      return std::nullopt;
    }
    const CType& element = *outer.type.element();
    inner = Field{std::string(rest.substr(0, size + 1)), element,
                  index * element.size_bytes(), 0, 0};
    rest = rest.substr(size + 1);
  }
  if (!inner.has_value()) return std::nullopt;
  inner->offset_bytes += outer.offset_bytes;
  return Descend(*inner, rest);
}

absl::StatusOr<StructLayout::Field> StructLayout::Find(
    std::string_view designator) const {
  const auto [name, rest] = SplitName(designator);
  std::optional<Field> field = FindMember(name);
  if (field.has_value()) field = Descend(*field, rest);
  if (!field.has_value()) {
    return absl::NotFoundError(absl::StrCat(name_, " has no member \"",
                                            std::string(designator), "\""));
  }
  return *std::move(field);
}

absl::StatusOr<std::uint64_t> StructLayout::OffsetOf(
    std::string_view designator) const {
  const absl::StatusOr<Field> field = Find(designator);
  if (!field.ok()) return field.status();
  if (field->IsBitField()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", std::string(designator), "\" is a bit-field without an offset"));
  }
  return field->offset_bytes;
}

std::vector<StructLayout::Padding> StructLayout::FindPadding() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;  // begin, end
  for (const Field& field : fields_) {
    taken.emplace_back(field.offset_bits(),
                       field.offset_bits() + field.size_bits());
  }
  std::sort(taken.begin(), taken.end());
  taken.emplace_back(size_bytes_ * 8, size_bytes_ * 8);
  std::vector<Padding> padding;
  std::uint64_t covered = 0;
  for (const auto& [begin, end] : taken) {
    if (begin > covered) padding.push_back({covered, begin - covered});
    covered = std::max(covered, end);
  }
  return padding;
}

// ---- building ---------------------------------------------------------------

namespace {

bool IsAlignment(std::uint64_t alignment) {
  return bits::IsPowerOfTwo(alignment) &&
         alignment <= StructLayout::Builder::kAlignmentMax;
}

}  // namespace

StructLayout::Builder::Builder(std::string_view name) { layout_.name_ = name; }

StructLayout::Builder& StructLayout::Builder::Union() {
  layout_.is_union_ = true;
  return *this;
}

StructLayout::Builder& StructLayout::Builder::Packed() {
  packed_ = true;
  return *this;
}

StructLayout::Builder& StructLayout::Builder::Aligned(std::uint64_t alignment) {
  if (!IsAlignment(alignment)) {
    Fail(layout_.name_, "has an impossible alignment");
  } else {
    layout_.alignment_ = std::max(layout_.alignment_, alignment);
  }
  return *this;
}

StructLayout::Builder& StructLayout::Builder::Member(std::string_view name,
                                                     const CType& type,
                                                     std::uint64_t alignment) {
  if (!CheckOpen(name) || !CheckNames(name, type)) return *this;
  if (name.empty() && type.layout() == nullptr) {
    Fail(name, "is a member without a name");
    return *this;
  }
  if (!IsAlignment(alignment)) {
    Fail(name, "has an impossible alignment");
    return *this;
  }
  alignment = std::max(alignment, packed_ ? 1 : type.alignment());
  layout_.alignment_ = std::max(layout_.alignment_, alignment);
  AddField(name, type, Place(type.size_bytes() * 8, alignment * 8), 0);
  return *this;
}

StructLayout::Builder& StructLayout::Builder::Member(std::string_view name,
                                                     std::string_view type_name,
                                                     std::uint64_t alignment) {
  const absl::StatusOr<CType> type = CType::Parse(type_name);
  if (type.ok()) return Member(name, *type, alignment);
  Fail(name, std::string(type.status().message()));
  return *this;
}

StructLayout::Builder& StructLayout::Builder::Member(std::string_view name,
                                                     const StructLayout& layout,
                                                     std::uint64_t alignment) {
  return Member(name, CType::Struct(layout), alignment);
}

StructLayout::Builder& StructLayout::Builder::FlexibleArray(
    std::string_view name, std::string_view element_type) {
  const absl::StatusOr<CType> element = CType::Parse(element_type);
  if (!element.ok()) {
    Fail(name, std::string(element.status().message()));
  } else if (layout_.is_union_ || layout_.fields_.empty()) {
    Fail(name, "is a flexible array and not the last of several members");
  } else {
    Member(name, *CType::Array(*element, 0));
    has_flexible_array_ = true;
  }
  return *this;
}

StructLayout::Builder& StructLayout::Builder::BitField(
    std::string_view name, std::string_view type_name, int width) {
  const absl::StatusOr<CType> type = CType::Parse(type_name);
  if (!type.ok()) {
    Fail(name, std::string(type.status().message()));
    return *this;
  }
  const int width_max = type->kind() == CType::Kind::kBool
                            ? 1
                            : static_cast<int>(type->size_bytes()) * 8;
  if (!type->IsInteger() || width_max > 64 || width > width_max ||
      width < (name.empty() ? 0 : 1)) {
    Fail(name, "is a bit-field of a width that its type does not have");
    return *this;
  }
  if (!CheckOpen(name) || !CheckNames(name, *type)) return *this;
  const std::uint64_t unit_bits = type->size_bytes() * 8;
  const bool crosses_unit = next_bit_ % unit_bits + width > unit_bits;
  const bool begins_unit = width == 0 || (crosses_unit && !packed_);
  const std::uint64_t offset_bits = Place(width, begins_unit ? unit_bits : 1);
  if (name.empty()) return *this;
  if (!packed_) {
    layout_.alignment_ = std::max(layout_.alignment_, type->alignment());
  }
  AddField(name, *type, offset_bits, width);
  return *this;
}

absl::StatusOr<StructLayout> StructLayout::Builder::Build() const {
  if (!status_.ok()) return status_;
  if (layout_.fields_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(layout_.name_, " has no named member"));
  }
  StructLayout layout = layout_;
  layout.size_bytes_ = bits::AlignUp(end_bit_, layout.alignment_ * 8) / 8;
  return layout;
}

void StructLayout::Builder::Fail(std::string_view name, std::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(
      layout_.name_, ": \"", std::string(name), "\" ", std::string(what)));
}

bool StructLayout::Builder::CheckOpen(std::string_view name) {
  if (has_flexible_array_) Fail(name, "follows a flexible array");
  return status_.ok();
}

bool StructLayout::Builder::CheckNames(std::string_view name,
                                       const CType& type) {
  if (!name.empty()) {
    if (layout_.FindMember(name)) Fail(name, "is there already");
  } else if (type.layout() != nullptr) {
    for (const Field& field : type.layout()->fields()) {
      CheckNames(field.name, field.type);
    }
  }
  return status_.ok();
}

std::uint64_t StructLayout::Builder::Place(std::uint64_t size_bits,
                                           std::uint64_t alignment_bits) {
  // No sum overflows: each term is below 2^62.
  const std::uint64_t begin = bits::AlignUp(next_bit_, alignment_bits);
  const std::uint64_t end = begin + size_bits;
  if (end > CType::kSizeBytesMax * 8) {
    Fail(layout_.name_, "is too large");
    return 0;
  }
  if (!layout_.is_union_) next_bit_ = end;
  end_bit_ = std::max(end_bit_, end);
  return begin;
}

void StructLayout::Builder::AddField(std::string_view name, const CType& type,
                                     std::uint64_t offset_bits, int bit_count) {
  layout_.fields_.push_back({std::string(name), type, offset_bits / 8,
                             static_cast<int>(offset_bits % 8), bit_count});
}

}  // namespace kheap
