// SPDX-License-Identifier: Apache-2.0
#include "runner/call_shape.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DerivedTypes.h"
#include "runner/signature.h"

namespace kheap {

namespace {

constexpr std::uint64_t kPartsBytesMax = 16;
constexpr int kTypeDepthMax = 32;

// ---- C's types -------------------------------------------------------------

// The type without its names and qualifiers; null is void.
const llvm::DIType* Plain(const llvm::DIType* type) {
  for (int depth = 0; depth < kTypeDepthMax; ++depth) {
    const auto* const derived =
        llvm::dyn_cast_or_null<llvm::DIDerivedType>(type);
    if (derived == nullptr) return type;
    switch (derived->getTag()) {
      case llvm::dwarf::DW_TAG_typedef:
      case llvm::dwarf::DW_TAG_const_type:
      case llvm::dwarf::DW_TAG_volatile_type:
      case llvm::dwarf::DW_TAG_restrict_type:
      case llvm::dwarf::DW_TAG_atomic_type:
        type = derived->getBaseType();
        break;
      default:
        return type;
    }
  }
  return type;
}

const llvm::DICompositeType* AsRecord(const llvm::DIType* type) {
  const auto* const record =
      llvm::dyn_cast_or_null<llvm::DICompositeType>(Plain(type));
  if (record == nullptr) return nullptr;
  const bool is_record =
      record->getTag() == llvm::dwarf::DW_TAG_structure_type ||
      record->getTag() == llvm::dwarf::DW_TAG_union_type;
  return is_record ? record : nullptr;
}

bool IsComplex(const llvm::DIType* type) {
  const auto* const basic =
      llvm::dyn_cast_or_null<llvm::DIBasicType>(Plain(type));
  return basic != nullptr &&
         basic->getEncoding() == llvm::dwarf::DW_ATE_complex_float;
}

// The offsets of the numbers and pointers in a type, up to the third; more
// than two are never passed one by one.
class LeafFinder {
 public:
  static std::vector<std::uint64_t> LeavesOf(const llvm::DIType* type) {
    LeafFinder finder;
    finder.Collect(type, 0, 0);
    return std::move(finder.leaves_);
  }

 private:
  // A struct of up to 16 bytes is found in far fewer. What takes more is none
  // of C's, and never ends.
  static constexpr int kStepsMax = 1024;

  void Collect(const llvm::DIType* type, std::uint64_t begin, int depth) {
    ++steps_;
    if (IsDone() || depth > kTypeDepthMax) return;
    const llvm::DIType* const plain = Plain(type);
    if (plain == nullptr) return;
    if (IsComplex(plain)) {
      leaves_.push_back(begin);
      leaves_.push_back(begin + plain->getSizeInBits() / 16);
      return;
    }
    const auto* const composite = llvm::dyn_cast<llvm::DICompositeType>(plain);
    if (composite == nullptr ||
        composite->getTag() == llvm::dwarf::DW_TAG_enumeration_type) {
      leaves_.push_back(begin);
    } else if (composite->getTag() == llvm::dwarf::DW_TAG_array_type) {
      CollectElements(*composite, begin, depth + 1);
    } else {
      CollectMembers(*composite, begin, depth + 1);
    }
  }

  void CollectElements(const llvm::DICompositeType& array, std::uint64_t begin,
                       int depth) {
    const llvm::DIType* const element = Plain(array.getBaseType());
    const std::uint64_t bytes = array.getSizeInBits() / 8;
    const std::uint64_t stride =
        element == nullptr ? 0 : element->getSizeInBits() / 8;
    if (stride == 0) return;
    for (std::uint64_t i = 0; i < bytes / stride && !IsDone(); ++i) {
      Collect(element, begin + i * stride, depth);
    }
  }

  void CollectMembers(const llvm::DICompositeType& record, std::uint64_t begin,
                      int depth) {
    for (const llvm::DINode* const node : record.getElements()) {
      const auto* const member =
          llvm::dyn_cast_or_null<llvm::DIDerivedType>(node);
      if (member == nullptr || member->getTag() != llvm::dwarf::DW_TAG_member) {
        continue;
      }
      if (IsDone()) return;
      Collect(member->getBaseType(), begin + member->getOffsetInBits() / 8,
              depth);
    }
  }

  bool IsDone() const { return leaves_.size() > 2 || steps_ > kStepsMax; }

  std::vector<std::uint64_t> leaves_;
  int steps_ = 0;
};

std::string NameOf(const llvm::DIType* type, int depth = 0) {
  if (type == nullptr) return "void";
  if (depth > kTypeDepthMax) return "…";
  if (const auto* derived = llvm::dyn_cast<llvm::DIDerivedType>(type)) {
    const auto of = [&](absl::string_view before, absl::string_view after) {
      return absl::StrCat(before, NameOf(derived->getBaseType(), depth + 1),
                          after);
    };
    switch (derived->getTag()) {
      case llvm::dwarf::DW_TAG_const_type:
        return of("const ", "");
      case llvm::dwarf::DW_TAG_volatile_type:
        return of("volatile ", "");
      case llvm::dwarf::DW_TAG_pointer_type:
        return of("", " *");
      case llvm::dwarf::DW_TAG_typedef:
        return type->getName().str();
      default:
        return of("", "");
    }
  }
  if (const auto* composite = llvm::dyn_cast<llvm::DICompositeType>(type)) {
    const std::string name = type->getName().str();
    switch (composite->getTag()) {
      case llvm::dwarf::DW_TAG_structure_type:
        return absl::StrCat("struct ", name);
      case llvm::dwarf::DW_TAG_union_type:
        return absl::StrCat("union ", name);
      case llvm::dwarf::DW_TAG_enumeration_type:
        return absl::StrCat("enum ", name);
      default:
        return "an array";
    }
  }
  if (llvm::isa<llvm::DISubroutineType>(type)) return "a function";
  return type->getName().str();
}

// ---- LLVM's types ----------------------------------------------------------

char LetterOf(const llvm::Type& type) {
  if (type.isVoidTy()) return 'v';
  if (type.isPointerTy()) return 'p';
  if (type.isIntegerTy(128)) return 'q';
  if (type.isIntegerTy(64)) return 'l';
  if (type.isIntegerTy(32)) return 'i';
  if (type.isIntegerTy(16)) return 's';
  if (type.isIntegerTy(8)) return 'c';
  if (type.isIntegerTy(1)) return 'b';
  if (type.isFloatTy()) return 'f';
  if (type.isDoubleTy()) return 'd';
  return 'x';
}

std::string StructSignature(std::uint64_t size_bytes) {
  return absl::StrCat("{", size_bytes, "}");
}

// Matches what the source says against LLVM's parameters, from the first on.
class Matcher {
 public:
  Matcher(const llvm::Function& function, const llvm::DISubroutineType& type)
      : function_(*function.getFunctionType()), types_(type.getTypeArray()) {}

  std::optional<CallShape> Match() {
    if (types_.size() == 0 || !MatchResult(types_[0])) return std::nullopt;
    std::vector<std::string> names;
    for (unsigned i = 1; i < types_.size(); ++i) {
      const bool is_ellipsis = i + 1 == types_.size() && types_[i] == nullptr;
      if (is_ellipsis) break;
      if (types_[i] == nullptr || !MatchParameter(types_[i])) {
        return std::nullopt;
      }
      names.push_back(NameOf(types_[i]));
    }
    if (next_ != function_.getNumParams()) return std::nullopt;
    if (function_.isVarArg()) {
      shape_.signature += '.';
      names.push_back("...");
    }
    if (names.empty()) names.push_back("void");
    shape_.prototype =
        absl::StrCat(NameOf(types_[0]), " (", absl::StrJoin(names, ", "), ")");
    return std::move(shape_);
  }

 private:
  static bool IsStruct(const llvm::DIType* type) {
    return AsRecord(type) != nullptr || IsComplex(type);
  }

  bool MatchResult(const llvm::DIType* type) {
    llvm::Type* const result = function_.getReturnType();
    if (!IsStruct(type)) {
      shape_.result.way = result->isVoidTy() ? PassedValue::Way::kNothing
                                             : PassedValue::Way::kDirect;
      shape_.signature += LetterOf(*result);
      return result->isVoidTy() == (Plain(type) == nullptr);
    }
    PassedValue value;
    value.size_bytes = Plain(type)->getSizeInBits() / 8;
    shape_.signature += StructSignature(value.size_bytes);
    if (value.size_bytes > kPartsBytesMax) {
      value.way = PassedValue::Way::kByAddress;
      shape_.result = value;
      return result->isVoidTy() && Take() == 'p';
    }
    value.way = PassedValue::Way::kInParts;
    std::vector<llvm::Type*> parts = {result};
    if (auto* record = llvm::dyn_cast<llvm::StructType>(result)) {
      parts.assign(record->element_begin(), record->element_end());
    }
    shape_.result = value;
    return PlaceParts(type, parts, shape_.result);
  }

  bool MatchParameter(const llvm::DIType* type) {
    PassedValue value;
    if (!IsStruct(type)) {
      if (next_ >= function_.getNumParams()) return false;
      shape_.signature += Take();
      shape_.parameters.push_back(value);
      return true;
    }
    value.size_bytes = Plain(type)->getSizeInBits() / 8;
    shape_.signature += StructSignature(value.size_bytes);
    if (value.size_bytes > kPartsBytesMax) {
      value.way = PassedValue::Way::kByAddress;
      shape_.parameters.push_back(value);
      return Take() == 'p';
    }
    value.way = PassedValue::Way::kInParts;
    std::vector<llvm::Type*> parts;
    if (value.size_bytes != 0) {
      if (next_ >= function_.getNumParams()) return false;
      parts.push_back(function_.getParamType(next_++));
      if (LeafFinder::LeavesOf(type).size() == 2 &&
          !IsWhole(parts[0], value.size_bytes)) {
        if (next_ >= function_.getNumParams()) return false;
        parts.push_back(function_.getParamType(next_++));
      }
    }
    const bool placed = PlaceParts(type, parts, value);
    shape_.parameters.push_back(value);
    return placed;
  }

  // Whether one value holds the whole struct, in whole registers.
  static bool IsWhole(llvm::Type* part, std::uint64_t size_bytes) {
    if (part->isArrayTy() || part->isIntegerTy(128)) return true;
    return part->isIntegerTy(64) && size_bytes <= 8;
  }

  bool PlaceParts(const llvm::DIType* type,
                  const std::vector<llvm::Type*>& parts, PassedValue& value) {
    if (parts.size() == 1) {
      value.part_begins = {0};
      if (IsWhole(parts[0], value.size_bytes)) return true;
    }
    value.part_begins = LeafFinder::LeavesOf(type);
    return value.part_begins.size() == parts.size();
  }

  // The letter of LLVM's next parameter.
  char Take() {
    if (next_ >= function_.getNumParams()) return 'x';
    return LetterOf(*function_.getParamType(next_++));
  }

  const llvm::FunctionType& function_;
  llvm::DITypeRefArray types_;
  unsigned next_ = 0;
  CallShape shape_;
};

CallShape PlainShapeOf(const llvm::FunctionType& type) {
  CallShape shape;
  shape.signature = LetterOf(*type.getReturnType());
  if (type.getReturnType()->isVoidTy()) {
    shape.result.way = PassedValue::Way::kNothing;
  }
  for (const llvm::Type* const parameter : type.params()) {
    shape.signature += LetterOf(*parameter);
    shape.parameters.emplace_back();
  }
  if (type.isVarArg()) shape.signature += '.';
  shape.prototype = PrototypeOf(shape.signature);
  return shape;
}

// The letters of a value of C's type, empty for one that has none.
std::string LettersOf(const llvm::DIType* type) {
  const llvm::DIType* const plain = Plain(type);
  if (plain == nullptr) return "";
  const std::uint64_t bits = plain->getSizeInBits();
  if (AsRecord(plain) != nullptr || IsComplex(plain)) {
    return StructSignature(bits / 8);
  }
  if (plain->getTag() == llvm::dwarf::DW_TAG_pointer_type) return "p";
  const auto* const basic = llvm::dyn_cast<llvm::DIBasicType>(plain);
  if (basic != nullptr) {
    if (basic->getEncoding() == llvm::dwarf::DW_ATE_boolean) return "b";
    if (basic->getEncoding() == llvm::dwarf::DW_ATE_float) {
      return bits == 32 ? "f" : bits == 64 ? "d" : "";
    }
  } else if (plain->getTag() != llvm::dwarf::DW_TAG_enumeration_type) {
    return "";
  }
  switch (bits) {
    case 8:
      return "c";
    case 16:
      return "s";
    case 32:
      return "i";
    case 64:
      return "l";
    case 128:
      return "q";
    default:
      return "";
  }
}

// What a variable's dimensions are of.
struct Element {
  const llvm::DIType* type;  // null where there are more than are looked at
  bool is_of_array;
};
Element ElementOf(const llvm::DIType* type) {
  for (int depth = 0; depth < kTypeDepthMax; ++depth) {
    const auto* const array =
        llvm::dyn_cast_or_null<llvm::DICompositeType>(Plain(type));
    if (array == nullptr || array->getTag() != llvm::dwarf::DW_TAG_array_type) {
      return {type, depth > 0};
    }
    type = array->getBaseType();
  }
  return {nullptr, true};
}

}  // namespace

VariableType TypeOf(const llvm::GlobalVariable& variable) {
  llvm::SmallVector<llvm::DIGlobalVariableExpression*, 1> notes;
  variable.getDebugInfo(notes);
  for (const llvm::DIGlobalVariableExpression* const note : notes) {
    const Element element = ElementOf(note->getVariable()->getType());
    const std::string letters = LettersOf(element.type);
    if (letters.empty()) continue;
    // C's words for an array end in its elements' type.
    if (!element.is_of_array) return {letters, NameOf(element.type)};
    return {"[" + letters, NameOf(element.type) + " array"};
  }
  return {};
}

CallShape ShapeOf(const llvm::Function& function) {
  if (const llvm::DISubprogram* const subprogram = function.getSubprogram()) {
    if (const llvm::DISubroutineType* const type = subprogram->getType()) {
      if (auto shape = Matcher(function, *type).Match()) {
        return *std::move(shape);
      }
    }
  }
  return PlainShapeOf(*function.getFunctionType());
}

std::string PrototypeOf(const llvm::FunctionType& type) {
  return PlainShapeOf(type).prototype;
}

}  // namespace kheap
