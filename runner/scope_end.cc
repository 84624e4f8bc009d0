// SPDX-License-Identifier: Apache-2.0
#include "runner/scope_end.h"

#include <optional>
#include <vector>

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Instructions.h"

namespace kheap {

namespace {

using Uses = llvm::SmallPtrSet<const llvm::Instruction*, 16>;

// Whether a use of a pointer to the variable does no more than access it.
bool IsAccess(const llvm::Instruction& use, const llvm::Value& pointer) {
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&use)) {
    return store->getValueOperand() != &pointer;
  }
  return llvm::isa<llvm::LoadInst, llvm::ICmpInst, llvm::MemIntrinsic,
                   llvm::LifetimeIntrinsic, llvm::DbgInfoIntrinsic>(use);
}

// All that pointers to the variable are used for; nothing if one may be kept.
std::optional<Uses> FindUses(const llvm::AllocaInst& variable) {
  Uses uses;
  std::vector<const llvm::Value*> pointers = {&variable};
  while (!pointers.empty()) {
    const llvm::Value* const pointer = pointers.back();
    pointers.pop_back();
    for (const llvm::User* const user : pointer->users()) {
      const auto* const use = llvm::cast<llvm::Instruction>(user);
      if (llvm::isa<llvm::GetElementPtrInst, llvm::CastInst>(use) &&
          use->getType()->isPointerTy()) {
        pointers.push_back(use);
      } else if (!IsAccess(*use, *pointer)) {
        return std::nullopt;
      } else if (!llvm::isa<llvm::LifetimeIntrinsic>(use)) {
        uses.insert(use);
      }
    }
  }
  return uses;
}

// What comes after an instruction, on every path, up to where `stops`. Whether
// `is_wanted` of any of it.
template <typename Stops, typename IsWanted>
bool Comes(const llvm::Instruction& after, Stops stops, IsWanted is_wanted) {
  llvm::SmallPtrSet<const llvm::BasicBlock*, 16> seen;
  std::vector<llvm::BasicBlock::const_iterator> open = {
      std::next(after.getIterator())};
  while (!open.empty()) {
    llvm::BasicBlock::const_iterator at = open.back();
    open.pop_back();
    const llvm::BasicBlock* const block = at->getParent();
    while (at != block->end() && !stops(*at)) {
      if (is_wanted(*at)) return true;
      ++at;
    }
    if (at != block->end()) continue;
    for (const llvm::BasicBlock* const next : llvm::successors(block)) {
      if (seen.insert(next).second) open.push_back(next->begin());
    }
  }
  return false;
}

// Whether it may lead to the variable by a pointer that was kept: not if it
// reaches no memory, or another variable by its name.
bool MayReach(const llvm::Instruction& instruction,
              const llvm::AllocaInst& variable) {
  const llvm::Value* const pointer =
      llvm::getLoadStorePointerOperand(&instruction);
  if (pointer != nullptr && llvm::isa<llvm::AllocaInst>(pointer)) {
    return pointer == &variable;
  }
  return instruction.mayReadOrWriteMemory() &&
         !llvm::isa<llvm::LifetimeIntrinsic, llvm::DbgInfoIntrinsic>(
             instruction);
}

}  // namespace

bool OutlivesScope(const llvm::AllocaInst& variable,
                   const llvm::IntrinsicInst& end) {
  const auto begins = [&variable](const llvm::Instruction& instruction) {
    const auto* const begin =
        llvm::dyn_cast<llvm::LifetimeIntrinsic>(&instruction);
    return begin != nullptr &&
           begin->getIntrinsicID() == llvm::Intrinsic::lifetime_start &&
           begin->getArgOperand(1) == &variable;
  };
  const auto uses = FindUses(variable);
  return Comes(end, begins, [&](const llvm::Instruction& instruction) {
    return uses.has_value() ? uses->contains(&instruction)
                            : MayReach(instruction, variable);
  });
}

}  // namespace kheap
