// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_GLOBALS_H_
#define KHEAP_SCALARS_C_GLOBALS_H_

// CGlobals makes and finds global variables by name and type.
//
//   CGlobals globals(global_data);
//   CIntVar count = *globals.Define<std::int32_t>("count", 5);   // DATA
//   auto table = *globals.Define<CArray<double, 8>>("table");    // BSS
//   CIntVar same = *globals.Find<std::int32_t>("count");
//
// Errors are those of GlobalData's definitions, and for Find: NotFound for a
// name that is not defined, InvalidArgument for a type of another size.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "globaldata/global_data.h"
#include "heap/address.h"
#include "machine/byte_order.h"
#include "scalars/c_number.h"
#include "scalars/c_operand.h"
#include "scalars/c_var.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"
#include "scalars/ptr_var.h"

namespace kheap {

class CGlobals {
 public:
  explicit CGlobals(GlobalData data) : data_(data) {}

  // In BSS: zeros.
  template <typename T>
  absl::StatusOr<PlaceOf<T>> Define(std::string_view name) {
    return PlaceAt<T>(data_.DefineBss(name, SizeOf<T>(), AlignOf<T>()));
  }
  // In DATA: a number, converted as C converts.
  template <CNumber T, HostNumber Value>
  absl::StatusOr<CVar<T>> Define(std::string_view name, Value value) {
    std::array<std::byte, sizeof(T)> bytes;
    machine::StoreLittleEndian<c::Stored<T>>(bytes.data(),
                                             c::Convert<T>(c::ValueOf(value)));
    return PlaceAt<T>(data_.DefineData(name, bytes, AlignOf<T>()));
  }
  // In DATA: a pointer to something in the same arena.
  template <typename P>
  absl::StatusOr<CPtrVar<P>> DefinePointer(std::string_view name,
                                           Ptr<P> value) {
    std::array<std::byte, SizeOf<Ptr<P>>()> bytes;
    machine::StoreLittleEndian(bytes.data(), value.address().offset());
    return PlaceAt<Ptr<P>>(data_.DefineData(name, bytes, AlignOf<Ptr<P>>()));
  }
  // In DATA: char name[] = "text"; what the array decays to.
  absl::StatusOr<Ptr<CChar>> DefineString(std::string_view name,
                                          std::string_view text) {
    return StringAt(data_.DefineData(name, BytesOf(text), AlignOf<CChar>()));
  }
  // A string literal: the same in read-only data.
  absl::StatusOr<Ptr<CChar>> DefineLiteral(std::string_view name,
                                           std::string_view text) {
    return StringAt(
        data_.DefineReadOnly(name, BytesOf(text), AlignOf<CChar>()));
  }

  template <typename T>
  absl::StatusOr<PlaceOf<T>> Find(std::string_view name) const {
    const std::optional<Symbol> symbol = data_.Find(name);
    if (!symbol.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("no global \"", std::string(name), "\" is defined"));
    }
    if (symbol->size_bytes != SizeOf<T>()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", symbol->name, "\" has ", symbol->size_bytes,
                       " bytes, not ", SizeOf<T>()));
    }
    return PlaceOf<T>(data_.heap(), symbol->address);
  }

 private:
  template <typename T>
  absl::StatusOr<PlaceOf<T>> PlaceAt(absl::StatusOr<Address> address) const {
    if (!address.ok()) return address.status();
    return PlaceOf<T>(data_.heap(), *address);
  }
  absl::StatusOr<Ptr<CChar>> StringAt(absl::StatusOr<Address> address) const {
    if (!address.ok()) return address.status();
    return Ptr<CChar>(data_.heap(), *address);
  }
  // With the terminating zero.
  static std::vector<std::byte> BytesOf(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    std::vector<std::byte> result(bytes, bytes + text.size());
    result.push_back(std::byte{0});
    return result;
  }

  GlobalData data_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_GLOBALS_H_
