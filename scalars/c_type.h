// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_TYPE_H_
#define KHEAP_SCALARS_C_TYPE_H_

// CType describes a type of the guest at run time: its name in C, its size and
// alignment in bytes, and what it is made of. The sizes are those of LP64 as
// the System V ABI for x86-64 and the RISC-V psABI for RV64 agree on them:
//
//   bool char                        1     __int128              16
//   short                            2     long double           16
//   int float wchar_t enum           4     float _Complex         8 aligned 4
//   long, long long, double, T*      8     double _Complex       16 aligned 8
//   size_t time_t …                  8     long double _Complex  32 aligned 16
//
// and alignment equals size but for _Complex, which has its part's.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace kheap {

class StructLayout;

class CType {
 public:
  enum class Kind {
    kBool,
    kSigned,
    kUnsigned,
    kFloating,  // and complex
    kPointer,
    kArray,
    kStruct,  // or union
  };

  // The type of that name, as in sizeof(name): "unsigned long", "long unsigned
  // int", "const char *", "int *[4]", "uint32_t", "enum color", "struct s *",
  // "int (*)[3]", "void (*)(const char *, ...)". Parameters have no names.
  // InvalidArgument if it is none, or one without a size: void, a struct (whose
  // layout is not in its name), a function, "int[]".
  static absl::StatusOr<CType> Parse(std::string_view name);

  // `count` times `element`; a count of 0 is a flexible array's.
  // InvalidArgument above kSizeBytesMax.
  static absl::StatusOr<CType> Array(const CType& element, std::uint64_t count);
  static CType Struct(const StructLayout& layout);

  // No larger type exists, so that sums of sizes in bits fit 64 bits.
  static constexpr std::uint64_t kSizeBytesMax =
      std::numeric_limits<std::uint64_t>::max() / 32;

  const std::string& name() const { return name_; }
  Kind kind() const { return kind_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  std::uint64_t alignment() const { return alignment_; }
  // Whether a bit-field can have the type.
  bool IsInteger() const {
    return kind_ == Kind::kBool || kind_ == Kind::kSigned ||
           kind_ == Kind::kUnsigned;
  }
  // What an array consists of; null for other types.
  const CType* element() const { return element_.get(); }
  // The layout of a struct or union; null for other types.
  const StructLayout* layout() const { return layout_.get(); }

 private:
  CType(std::string name, Kind kind, std::uint64_t size_bytes,
        std::uint64_t alignment)
      : name_(std::move(name)),
        kind_(kind),
        size_bytes_(size_bytes),
        alignment_(alignment) {}

  std::string name_;
  Kind kind_;
  std::uint64_t size_bytes_;
  std::uint64_t alignment_;
  std::shared_ptr<const CType> element_;
  std::shared_ptr<const StructLayout> layout_;
};

// sizeof and alignof by name, in bytes; errors as of CType::Parse.
absl::StatusOr<std::uint64_t> SizeOf(std::string_view name);
absl::StatusOr<std::uint64_t> AlignOf(std::string_view name);

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_TYPE_H_
