// SPDX-License-Identifier: Apache-2.0
#include "runner/type_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/raw_ostream.h"

namespace kheap {

namespace {

constexpr unsigned kIntegerBitsMax = 128;
constexpr unsigned kBitFieldUnitBitsMax = 2048;
constexpr std::uint64_t kVectorBitsMax = 8192;
constexpr unsigned kVectorLanesMax = 1024;
// C passes a struct by value as two numbers at most.
constexpr unsigned kAggregateLeavesMax = 64;

std::string Print(llvm::Type* type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  type->print(out);
  return text.size() <= 80 ? text : text.substr(0, 80) + "…";
}

std::string Named(llvm::Type* type) {
  return absl::StrCat("the type `", Print(type), "`");
}

// Counts the scalars of an aggregate, up to one more than are allowed.
unsigned CountLeaves(llvm::Type* type) {
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(type)) {
    const std::uint64_t count = std::min<std::uint64_t>(
        array->getNumElements(), kAggregateLeavesMax + 1);
    if (count == 0) return 0;
    return std::min<unsigned>(
        kAggregateLeavesMax + 1,
        static_cast<unsigned>(count) * CountLeaves(array->getElementType()));
  }
  if (auto* record = llvm::dyn_cast<llvm::StructType>(type)) {
    unsigned leaves = 0;
    for (llvm::Type* const member : record->elements()) {
      leaves += CountLeaves(member);
      if (leaves > kAggregateLeavesMax) break;
    }
    return leaves;
  }
  return 1;
}

}  // namespace

std::optional<std::string> TypeRules::ProblemOfScalar(llvm::Type* type) const {
  if (type->isIntegerTy()) {
    if (type->getIntegerBitWidth() <= kIntegerBitsMax) return std::nullopt;
    return absl::StrCat("an integer of ", type->getIntegerBitWidth(), " bits");
  }
  if (type->isPointerTy()) {
    if (type->getPointerAddressSpace() == 0) return std::nullopt;
    return "a pointer into another address space";
  }
  if (type->isFloatTy() || type->isDoubleTy() || type->isHalfTy()) {
    return std::nullopt;
  }
  return Named(type);
}

bool TypeRules::IsBitFieldUnit(const llvm::Type* type) {
  return type->isIntegerTy() &&
         type->getIntegerBitWidth() <= kBitFieldUnitBitsMax;
}

std::optional<std::string> TypeRules::ProblemOfVector(llvm::Type* type) const {
  const auto* const vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  if (vector == nullptr) return Named(type);
  if (const auto problem = ProblemOfScalar(vector->getElementType())) {
    return problem;
  }
  if (vector->getNumElements() > kVectorLanesMax ||
      layout_.getTypeSizeInBits(type).getFixedValue() > kVectorBitsMax) {
    return absl::StrCat("a vector of more than ", kVectorBitsMax / 8, " bytes");
  }
  return std::nullopt;
}

std::optional<std::string> TypeRules::ProblemAsValue(llvm::Type* type) {
  if (const auto problem = ProblemInMemory(type)) return problem;
  if (type->isAggregateType() && CountLeaves(type) > kAggregateLeavesMax) {
    return absl::StrCat(Named(type), " as a value");
  }
  return std::nullopt;
}

std::optional<std::string> TypeRules::ProblemInMemory(llvm::Type* type) {
  const auto found = in_memory_.find(type);
  if (found != in_memory_.end()) return found->second;
  const std::optional<std::string> problem = FindProblemInMemory(type);
  in_memory_[type] = problem;
  return problem;
}

std::optional<std::string> TypeRules::FindProblemInMemory(llvm::Type* type) {
  if (type->isVectorTy()) return ProblemOfVector(type);
  if (!type->isAggregateType()) return ProblemOfScalar(type);
  if (!type->isSized()) return Named(type);
  for (llvm::Type* const part : type->subtypes()) {
    if (const auto problem = ProblemInMemory(part)) return problem;
  }
  if (CappedBytes(type) > kBytesMax) {
    return absl::StrCat(Named(type), ", which is larger than any memory,");
  }
  return std::nullopt;
}

std::uint64_t TypeRules::CappedBytes(llvm::Type* type) {
  constexpr std::uint64_t kTooMany = kBytesMax + 1;
  const auto found = bytes_.find(type);
  if (found != bytes_.end()) return found->second;
  std::uint64_t bytes = 0;
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(type)) {
    const std::uint64_t element = CappedBytes(array->getElementType());
    const std::uint64_t count = array->getNumElements();
    bytes = element != 0 && count > kBytesMax / element ? kTooMany
                                                        : element * count;
  } else if (auto* record = llvm::dyn_cast<llvm::StructType>(type)) {
    for (llvm::Type* const member : record->elements()) {
      bytes = std::min(kTooMany, bytes + 16 + CappedBytes(member));
    }
  } else {
    bytes = BytesOf(type);
  }
  bytes_[type] = bytes;
  return bytes;
}

bool TypeRules::FillsBytes(llvm::Type* type) {
  if (type->isIntegerTy()) return true;
  if (type->isVectorTy()) {
    llvm::Type* const element = type->getScalarType();
    return !element->isIntegerTy() || element->getIntegerBitWidth() % 8 == 0;
  }
  for (llvm::Type* const part : type->subtypes()) {
    if (part->isIntegerTy() && part->getIntegerBitWidth() % 8 != 0) {
      return false;
    }
    if (!FillsBytes(part)) return false;
  }
  return true;
}

}  // namespace kheap
