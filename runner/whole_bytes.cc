// SPDX-License-Identifier: Apache-2.0
#include "runner/whole_bytes.h"

#include <vector>

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

namespace kheap {

namespace {

// The integer that fills the bytes of a type, or null if it does so itself.
llvm::IntegerType* Wider(llvm::Type* type) {
  if (!type->isIntegerTy() || type->getIntegerBitWidth() % 8 == 0) {
    return nullptr;
  }
  return llvm::IntegerType::get(type->getContext(),
                                (type->getIntegerBitWidth() + 7) / 8 * 8);
}

void Widen(llvm::LoadInst& load) {
  llvm::IntegerType* const wide = Wider(load.getType());
  if (wide == nullptr) return;
  llvm::IRBuilder<> builder(&load);
  llvm::LoadInst* const whole = builder.CreateAlignedLoad(
      wide, load.getPointerOperand(), load.getAlign(), load.isVolatile());
  load.replaceAllUsesWith(builder.CreateTrunc(whole, load.getType()));
  load.eraseFromParent();
}

void Widen(llvm::StoreInst& store) {
  llvm::Value* const value = store.getValueOperand();
  llvm::IntegerType* const wide = Wider(value->getType());
  if (wide == nullptr) return;
  llvm::IRBuilder<> builder(&store);
  builder.CreateAlignedStore(builder.CreateZExt(value, wide),
                             store.getPointerOperand(), store.getAlign(),
                             store.isVolatile());
  store.eraseFromParent();
}

}  // namespace

void MoveWholeBytes(llvm::Module& module) {
  std::vector<llvm::Instruction*> accesses;
  for (llvm::Function& function : module) {
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      if (llvm::isa<llvm::LoadInst, llvm::StoreInst>(instruction)) {
        accesses.push_back(&instruction);
      }
    }
  }
  for (llvm::Instruction* const access : accesses) {
    if (auto* load = llvm::dyn_cast<llvm::LoadInst>(access)) {
      Widen(*load);
    } else {
      Widen(*llvm::cast<llvm::StoreInst>(access));
    }
  }
}

}  // namespace kheap
