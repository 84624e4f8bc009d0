// SPDX-License-Identifier: Apache-2.0
#include "runner/promotion.h"

#include <vector>

#include "llvm/ADT/DenseSet.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"
#include "runner/translation.h"

namespace kheap {

namespace {

bool CallsSetjmp(const llvm::Function& function) {
  for (const llvm::BasicBlock& block : function) {
    for (const llvm::Instruction& instruction : block) {
      const auto* const call = llvm::dyn_cast<llvm::CallInst>(&instruction);
      if (call == nullptr) continue;
      const llvm::Function* const callee = CalledFunction(*call);
      if (callee != nullptr && callee->getName().contains("setjmp")) {
        return true;
      }
    }
  }
  return false;
}

enum class Touch { kNothing, kRead, kWrite, kScopeBegin };

Touch TouchOf(const llvm::Instruction& instruction,
              const llvm::AllocaInst& variable) {
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&instruction)) {
    return load->getPointerOperand() == &variable ? Touch::kRead
                                                  : Touch::kNothing;
  }
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&instruction)) {
    return store->getPointerOperand() == &variable ? Touch::kWrite
                                                   : Touch::kNothing;
  }
  if (const auto* call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction)) {
    if (call->getIntrinsicID() == llvm::Intrinsic::lifetime_start &&
        call->getArgOperand(1) == &variable) {
      return Touch::kScopeBegin;
    }
  }
  return Touch::kNothing;
}

// The first touch from an instruction to the end of its block.
Touch FirstTouch(llvm::BasicBlock::const_iterator from,
                 const llvm::BasicBlock& block,
                 const llvm::AllocaInst& variable) {
  for (; from != block.end(); ++from) {
    const Touch touch = TouchOf(*from, variable);
    if (touch != Touch::kNothing) return touch;
  }
  return Touch::kNothing;
}

// Whether no path from where the variable comes to be reads it before it is
// written. It comes to be at its scope's begin where that is marked, else at
// the function's.
bool IsAssignedBeforeRead(const llvm::AllocaInst& variable) {
  std::vector<llvm::BasicBlock::const_iterator> starts;
  for (const llvm::User* const user : variable.users()) {
    const auto* const instruction = llvm::cast<llvm::Instruction>(user);
    if (TouchOf(*instruction, variable) == Touch::kScopeBegin) {
      starts.push_back(std::next(instruction->getIterator()));
    }
  }
  if (starts.empty()) {
    starts.push_back(std::next(variable.getIterator()));
  }
  llvm::DenseSet<const llvm::BasicBlock*> seen;
  std::vector<const llvm::BasicBlock*> open;
  const auto follow = [&](llvm::BasicBlock::const_iterator from,
                          const llvm::BasicBlock& block) {
    const Touch touch = FirstTouch(from, block, variable);
    if (touch == Touch::kNothing) {
      for (const llvm::BasicBlock* const next : llvm::successors(&block)) {
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    return touch != Touch::kRead;
  };
  for (const auto& start : starts) {
    if (!follow(start, *start->getParent())) return false;
  }
  while (!open.empty()) {
    const llvm::BasicBlock* const block = open.back();
    open.pop_back();
    if (!follow(block->begin(), *block)) return false;
  }
  return true;
}

// Whether this may be what clang keeps the result in where a function returns
// in several places. With debug information that is a temporary; without it,
// every variable is taken for it that is only read to be returned.
bool IsReturnSlot(const llvm::AllocaInst& variable) {
  if (variable.getFunction()->getSubprogram() != nullptr) return false;
  for (const llvm::User* const user : variable.users()) {
    const auto* const load = llvm::dyn_cast<llvm::LoadInst>(user);
    if (load == nullptr) continue;
    for (const llvm::User* const next : load->users()) {
      if (!llvm::isa<llvm::ReturnInst>(next)) return false;
    }
  }
  return true;
}

// Gives a variable the value 0 before any other. Promoted without one, it would
// be undefined where nothing was assigned, and LLVM takes for an undefined
// value whichever one it likes.
void StartAtZero(llvm::AllocaInst& variable) {
  llvm::IRBuilder<> builder(variable.getNextNode());
  builder.CreateStore(llvm::Constant::getNullValue(variable.getAllocatedType()),
                      &variable);
}

// Whether LLVM's SROA takes the variable apart as a whole: no use of its
// address but by accesses at places that are known.
bool IsTakenApart(const llvm::Value& address) {
  for (const llvm::User* const user : address.users()) {
    if (const auto* const gep = llvm::dyn_cast<llvm::GetElementPtrInst>(user)) {
      if (!gep->hasAllConstantIndices() || !IsTakenApart(*gep)) return false;
      continue;
    }
    if (const auto* const store = llvm::dyn_cast<llvm::StoreInst>(user)) {
      if (store->getValueOperand() == &address || store->isVolatile()) {
        return false;
      }
      continue;
    }
    if (const auto* const load = llvm::dyn_cast<llvm::LoadInst>(user)) {
      if (load->isVolatile()) return false;
      continue;
    }
    const auto* const call = llvm::dyn_cast<llvm::IntrinsicInst>(user);
    if (call == nullptr || !call->isLifetimeStartOrEnd()) return false;
  }
  return true;
}

// Larger variables keep what LLVM makes of their unset parts: SROA would write
// one store for each element.
constexpr std::uint64_t kZeroedBytesMax = 256;

void StartAllAtZero(llvm::Function& function) {
  const llvm::DataLayout& layout = function.getParent()->getDataLayout();
  std::vector<llvm::AllocaInst*> variables;
  for (llvm::Instruction& instruction : function.getEntryBlock()) {
    auto* const variable = llvm::dyn_cast<llvm::AllocaInst>(&instruction);
    if (variable != nullptr && variable->isStaticAlloca() &&
        layout.getTypeAllocSize(variable->getAllocatedType()) <=
            kZeroedBytesMax &&
        IsTakenApart(*variable)) {
      variables.push_back(variable);
    }
  }
  for (llvm::AllocaInst* const variable : variables) StartAtZero(*variable);
}

void PromoteAssigned(llvm::Function& function) {
  std::vector<llvm::AllocaInst*> variables;
  for (llvm::Instruction& instruction : function.getEntryBlock()) {
    auto* const variable = llvm::dyn_cast<llvm::AllocaInst>(&instruction);
    if (variable != nullptr && llvm::isAllocaPromotable(variable) &&
        (IsTemporary(*variable) || IsReturnSlot(*variable) ||
         IsAssignedBeforeRead(*variable))) {
      variables.push_back(variable);
    }
  }
  if (variables.empty()) return;
  for (llvm::AllocaInst* const variable : variables) StartAtZero(*variable);
  llvm::DominatorTree tree(function);
  llvm::PromoteMemToReg(variables, tree);
}

// Answers __builtin_constant_p where no later pass can know better, so that
// what it asks about, which must not be evaluated, is gone.
void DecideConstants(llvm::Function& function) {
  std::vector<llvm::IntrinsicInst*> questions;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    auto* const call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
    if (call == nullptr ||
        call->getIntrinsicID() != llvm::Intrinsic::is_constant) {
      continue;
    }
    const llvm::Value* const asked = call->getArgOperand(0);
    const bool is_loaded =
        llvm::isa<llvm::LoadInst>(asked) ||
        (llvm::isa<llvm::CastInst>(asked) &&
         llvm::isa<llvm::LoadInst>(
             llvm::cast<llvm::CastInst>(asked)->getOperand(0)));
    if (is_loaded || asked->getType()->isPointerTy()) questions.push_back(call);
  }
  for (llvm::IntrinsicInst* const question : questions) {
    llvm::Value* const asked = question->getArgOperand(0);
    question->replaceAllUsesWith(
        llvm::ConstantInt::getFalse(question->getType()));
    question->eraseFromParent();
    llvm::RecursivelyDeleteTriviallyDeadInstructions(asked);
  }
  if (questions.empty()) return;
  for (llvm::BasicBlock& block : function) llvm::ConstantFoldTerminator(&block);
}

}  // namespace

bool IsTemporary(const llvm::AllocaInst& variable) {
  return variable.getFunction()->getSubprogram() != nullptr &&
         llvm::findDVRDeclares(const_cast<llvm::AllocaInst*>(&variable))
             .empty() &&
         llvm::findDbgDeclares(const_cast<llvm::AllocaInst*>(&variable))
             .empty();
}

void PromoteLocals(llvm::Module& module, bool checked) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    llvm::removeUnreachableBlocks(function);
    // A variable that longjmp must find as it was stays in memory.
    if (CallsSetjmp(function)) continue;
    if (checked) {
      PromoteAssigned(function);
    } else {
      StartAllAtZero(function);
      llvm::SROAPass(llvm::SROAOptions::PreserveCFG).run(function, functions);
    }
    DecideConstants(function);
    llvm::removeUnreachableBlocks(function);
  }
}

}  // namespace kheap
