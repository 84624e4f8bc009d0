// SPDX-License-Identifier: Apache-2.0
#include "runner/passed_struct.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IntrinsicInst.h"
#include "runner/promotion.h"

namespace kheap {

namespace {

// Names of a name that are looked behind, and steps from a load to its call:
// clang needs fewer, and a hostile module may have circles and long chains.
constexpr int kNamesMax = 64;
constexpr int kStepsMax = 4;

bool IsStructOrUnion(const llvm::DIType* type) {
  for (int i = 0; i < kNamesMax && type != nullptr; ++i) {
    switch (type->getTag()) {
      case llvm::dwarf::DW_TAG_structure_type:
      case llvm::dwarf::DW_TAG_union_type:
        return true;
      case llvm::dwarf::DW_TAG_typedef:
      case llvm::dwarf::DW_TAG_const_type:
      case llvm::dwarf::DW_TAG_volatile_type:
      case llvm::dwarf::DW_TAG_atomic_type:
        break;
      default:
        return false;
    }
    const auto* const name = llvm::dyn_cast<llvm::DIDerivedType>(type);
    type = name == nullptr ? nullptr : name->getBaseType();
  }
  return false;
}

// Where there is no debug information, any result may be of a struct.
bool MayReturnStruct(const llvm::Function& function) {
  const llvm::DISubprogram* const program = function.getSubprogram();
  if (program == nullptr || program->getType() == nullptr) return true;
  const llvm::DITypeRefArray types = program->getType()->getTypeArray();
  return types.size() != 0 && IsStructOrUnion(types[0]);
}

bool PassesStruct(const llvm::CallInst& call, const llvm::Value& value) {
  if (llvm::isa<llvm::IntrinsicInst>(call) || call.isInlineAsm()) return false;
  for (const llvm::Use& argument : call.args()) {
    if (argument.get() == &value &&
        call.paramHasAttr(call.getArgOperandNo(&argument),
                          llvm::Attribute::NoUndef)) {
      return false;
    }
  }
  return call.getCalledOperand() != &value;
}

// Whether the value goes nowhere but into calls and returns, as a part of a
// struct. One of less than 64 bits is widened before.
bool GoesWithStruct(const llvm::Value& value, int steps_left) {
  if (steps_left == 0) return false;
  for (const llvm::User* const user : value.users()) {
    bool goes = false;
    if (const auto* const call = llvm::dyn_cast<llvm::CallInst>(user)) {
      goes = PassesStruct(*call, value);
    } else if (const auto* const end = llvm::dyn_cast<llvm::ReturnInst>(user)) {
      goes = MayReturnStruct(*end->getFunction());
    } else if (llvm::isa<llvm::ZExtInst, llvm::InsertValueInst>(user)) {
      goes = GoesWithStruct(*user, steps_left - 1);
    }
    if (!goes) return false;
  }
  return !value.use_empty();
}

}  // namespace

bool IsOfPassedStruct(const llvm::LoadInst& load) {
  const llvm::Value* const pointer =
      load.getPointerOperand()->stripInBoundsConstantOffsets();
  if (const auto* const variable = llvm::dyn_cast<llvm::AllocaInst>(pointer)) {
    if (IsTemporary(*variable)) return true;
    if (!variable->getAllocatedType()->isAggregateType()) return false;
  }
  return GoesWithStruct(load, kStepsMax);
}

}  // namespace kheap
