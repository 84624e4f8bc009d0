// SPDX-License-Identifier: Apache-2.0
#include "scalars/raw_memory.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"
#include "scalars/c_type.h"

namespace kheap {

namespace {

absl::Status NoValue(const CType& type) {
  return absl::InvalidArgumentError(
      absl::StrCat("no number or pointer of at most 8 bytes: ", type.name()));
}

// Calls `use` with a T{} of the guest's type, or Address{} for a pointer.
template <typename Use>
absl::Status WithSigned(const CType& type, Use use) {
  switch (type.size_bytes()) {
    case 1:
      return use(std::int8_t{});
    case 2:
      return use(std::int16_t{});
    case 4:
      return use(std::int32_t{});
    case 8:
      return use(std::int64_t{});
    default:
      return NoValue(type);
  }
}
template <typename Use>
absl::Status WithUnsigned(const CType& type, Use use) {
  return WithSigned(
      type, [&]<typename T>(T) { return use(std::make_unsigned_t<T>{}); });
}
template <typename Use>
absl::Status WithFloating(const CType& type, Use use) {
  // A complex number is larger than it is aligned.
  if (type.size_bytes() == type.alignment()) {
    if (type.size_bytes() == 4) return use(float{});
    if (type.size_bytes() == 8) return use(double{});
  }
  return NoValue(type);
}

template <typename Use>
absl::Status WithTypeOf(const CType& type, Use use) {
  switch (type.kind()) {
    case CType::Kind::kBool:
      return use(bool{});
    case CType::Kind::kSigned:
      return WithSigned(type, use);
    case CType::Kind::kUnsigned:
      return WithUnsigned(type, use);
    case CType::Kind::kFloating:
      return WithFloating(type, use);
    case CType::Kind::kPointer:
      return use(Address{});
    default:
      return NoValue(type);
  }
}

template <typename T>
CValue ToValue(T number) {
  if constexpr (std::same_as<T, Address> || CFloating<T>) {
    return number;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::int64_t>(number);
  } else {
    return static_cast<std::uint64_t>(number);
  }
}

template <typename T>
T Load(const GlobalHeap& heap, Address p) {
  if constexpr (std::same_as<T, Address>) {
    return heap.Load<Address>(p);
  } else {
    return c::Convert<T>(heap.Load<c::Stored<T>>(p));
  }
}

// The value as a T, or nothing for a floating-point number as a pointer or a
// pointer as one.
template <typename T>
std::optional<T> FromValue(const CValue& value) {
  return std::visit(
      [](auto held) -> std::optional<T> {
        using Held = decltype(held);
        constexpr bool kFromAddress = std::same_as<Held, Address>;
        if constexpr (std::same_as<T, Address>) {
          if constexpr (kFromAddress) return held;
          if constexpr (CInteger<Held>) {
            return Address(static_cast<std::uint64_t>(held));
          }
        } else if constexpr (!kFromAddress) {
          return c::Convert<T>(held);
        } else if constexpr (CInteger<T>) {
          return c::Convert<T>(held.offset());
        }
        return std::nullopt;
      },
      value);
}

}  // namespace

absl::StatusOr<CValue> PtrRead(const GlobalHeap& heap, std::string_view type,
                               Address p) {
  const absl::StatusOr<CType> parsed = CType::Parse(type);
  if (!parsed.ok()) return parsed.status();
  CValue value;
  const absl::Status status = WithTypeOf(*parsed, [&]<typename T>(T) {
    value = ToValue(Load<T>(heap, p));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return value;
}

absl::Status PtrWrite(GlobalHeap& heap, std::string_view type, Address p,
                      const CValue& value) {
  const absl::StatusOr<CType> parsed = CType::Parse(type);
  if (!parsed.ok()) return parsed.status();
  return WithTypeOf(*parsed, [&]<typename T>(T) {
    const std::optional<T> converted = FromValue<T>(value);
    if (!converted.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no conversion between a floating-point number and a pointer: ",
          parsed->name()));
    }
    if constexpr (std::same_as<T, Address>) {
      heap.Store<Address>(p, *converted);
    } else {
      heap.Store<c::Stored<T>>(p, *converted);
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<Address> PtrOffset(std::string_view type, Address p,
                                  std::int64_t count) {
  const absl::StatusOr<CType> parsed = CType::Parse(type);
  if (!parsed.ok()) return parsed.status();
  return p + static_cast<std::uint64_t>(count) * parsed->size_bytes();
}

}  // namespace kheap
