// SPDX-License-Identifier: Apache-2.0
#include "runner/checked_loops.h"

#include <vector>

#include "bitshift/bits.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"
#include "runner/builtin_names.h"
#include "runner/loop_plan.h"

namespace kheap {

namespace {

// A function grows by no more than this by copies of its loops.
constexpr std::size_t kCopiedInstructionsMax = 20000;
// Bytes of shadow that may be looked at for each access that it saves: a look
// at many bytes at a time costs a 64th of one access.
constexpr std::uint64_t kBytesPerAccess = 64;
// Fewer accesses than this are checked where they happen.
constexpr std::uint64_t kAccessesMin = 16;

// What LLVM knows of a function, until it changes.
struct Analyses {
  explicit Analyses(llvm::Function& function)
      : tree(function),
        loops(tree),
        assumptions(function),
        library(function.getParent()->getTargetTriple().empty()
                    ? llvm::Triple()
                    : llvm::Triple(function.getParent()->getTargetTriple())),
        library_info((library.disableAllFunctions(), library)),
        evolution(function, library_info, assumptions, tree, loops) {}

  llvm::DominatorTree tree;
  llvm::LoopInfo loops;
  llvm::AssumptionCache assumptions;
  llvm::TargetLibraryInfoImpl library;
  llvm::TargetLibraryInfo library_info;
  llvm::ScalarEvolution evolution;
};

std::size_t SizeOf(const llvm::Loop& loop) {
  std::size_t size = 0;
  for (const llvm::BasicBlock* const block : loop.blocks()) {
    size += block->size();
  }
  return size;
}

// ---- the question before a loop --------------------------------------------

// Emits a chain of blocks, each of which leaves for `otherwise` where a part of
// the question has the answer no.
class Question {
 public:
  Question(llvm::BasicBlock& block, llvm::BasicBlock& otherwise,
           llvm::ScalarEvolution& evolution, const CheckRules& rules)
      : block_(&block),
        otherwise_(otherwise),
        rules_(rules),
        base_(block.getParent()->getArg(0)),
        builder_(block.getTerminator()),
        expander_(evolution, block.getDataLayout(), "range") {}

  void Ask(const LoopPlan& plan) {
    // All numbers first: what LLVM makes of them has to reach every block.
    std::vector<llvm::Value*> numbers;
    for (const RangeCondition& condition : plan.conditions) {
      numbers.push_back(Expand(condition.number));
    }
    struct Bounds {
      llvm::Value* low;
      llvm::Value* high;
      llvm::Value* accesses;
    };
    std::vector<Bounds> bounds;
    for (const CheckedRange& range : plan.ranges) {
      bounds.push_back(
          {Expand(range.low), Expand(range.high), Accesses(range.rounds)});
    }
    llvm::Value* holds = builder_.getTrue();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      holds = builder_.CreateAnd(
          holds, builder_.CreateICmpULE(
                     numbers[i], builder_.getInt64(plan.conditions[i].most)));
    }
    Require(holds);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      AskRange(bounds[i].low, bounds[i].high, bounds[i].accesses,
               plan.ranges[i].stores, plan.scopes);
    }
  }

 private:
  llvm::Value* Expand(const llvm::SCEV* expression) {
    return expander_.expandCodeFor(expression, builder_.getInt64Ty(),
                                   builder_.GetInsertPoint());
  }

  // At most so many, of which the innermost loops count.
  llvm::Value* Accesses(const std::vector<const llvm::SCEV*>& rounds) {
    constexpr std::size_t kLoopsMax = 3;
    constexpr std::uint64_t kFactorMax = 65536;
    llvm::Value* product = builder_.getInt64(1);
    for (std::size_t i = 0; i < rounds.size() && i < kLoopsMax; ++i) {
      product = builder_.CreateMul(
          product,
          builder_.CreateBinaryIntrinsic(
              llvm::Intrinsic::umin,
              builder_.CreateAdd(Expand(rounds[i]), builder_.getInt64(1)),
              builder_.getInt64(kFactorMax)));
    }
    return product;
  }

  void AskRange(llvm::Value* low, llvm::Value* high, llvm::Value* accesses,
                bool stores, const std::vector<Check>& scopes) {
    llvm::Value* const size = builder_.CreateSub(high, low);
    llvm::Value* const offset = builder_.CreateSub(
        low, builder_.getInt64(stores ? rules_.bounds.store_begin
                                      : rules_.bounds.load_begin));
    llvm::Value* const room =
        ContextField(builder_, base_,
                     stores ? offsetof(GuestContext, store_room)
                            : offsetof(GuestContext, load_room),
                     builder_.getInt64Ty(), /*invariant=*/false, rules_.scopes);
    llvm::Value* const end = builder_.CreateAdd(offset, size);
    llvm::Value* holds = builder_.CreateAnd(
        builder_.CreateICmpULT(low, high),
        builder_.CreateAnd(builder_.CreateICmpULT(offset, room),
                           builder_.CreateICmpULE(end, room)));
    holds = builder_.CreateAnd(holds, builder_.CreateICmpULE(offset, end));
    if (rules_.checked) {
      holds = builder_.CreateAnd(
          holds,
          builder_.CreateICmpUGE(accesses, builder_.getInt64(kAccessesMin)));
      holds = builder_.CreateAnd(
          holds, builder_.CreateICmpULE(
                     size, builder_.CreateMul(
                               accesses, builder_.getInt64(kBytesPerAccess))));
      for (const Check& scope : scopes) {
        llvm::Value* const begin = scope.address();
        holds = builder_.CreateAnd(
            holds,
            builder_.CreateOr(
                builder_.CreateICmpULE(high, begin),
                builder_.CreateICmpUGE(
                    low, builder_.CreateAdd(
                             begin, builder_.getInt64(scope.size_bytes)))));
      }
    }
    Require(holds);
    if (rules_.checked) AskShadow(low, size);
  }

  void AskShadow(llvm::Value* low, llvm::Value* size) {
    llvm::Module& module = *block_->getModule();
    const llvm::FunctionCallee question = module.getOrInsertFunction(
        BuiltinSymbol("kheap_is_initialised"),
        llvm::FunctionType::get(builder_.getInt32Ty(),
                                {base_->getType(), builder_.getInt64Ty(),
                                 builder_.getInt64Ty(), builder_.getInt64Ty()},
                                false));
    llvm::CallInst* const answer =
        builder_.CreateCall(question, {base_, builder_.getInt64(0), low, size});
    answer->setTailCallKind(llvm::CallInst::TCK_NoTail);
    Require(builder_.CreateICmpNE(answer, builder_.getInt32(0)));
  }

  void Require(llvm::Value* holds) {
    llvm::BasicBlock* const next =
        llvm::SplitBlock(block_, block_->getTerminator());
    block_->getTerminator()->eraseFromParent();
    llvm::IRBuilder<>(block_).CreateCondBr(holds, next, &otherwise_);
    block_ = next;
    builder_.SetInsertPoint(block_->getTerminator());
  }

  llvm::BasicBlock* block_;
  llvm::BasicBlock& otherwise_;
  const CheckRules& rules_;
  llvm::Value* base_;
  llvm::IRBuilder<> builder_;
  llvm::SCEVExpander expander_;
};

// ---- two loops from one ----------------------------------------------------

// What leaves the loop may now come from its copy.
void JoinExits(const llvm::Loop& loop, llvm::ValueToValueMapTy& copies) {
  llvm::SmallVector<llvm::BasicBlock*, 4> exits;
  loop.getUniqueExitBlocks(exits);
  for (llvm::BasicBlock* const exit : exits) {
    for (llvm::PHINode& phi : exit->phis()) {
      const unsigned count = phi.getNumIncomingValues();
      for (unsigned i = 0; i < count; ++i) {
        llvm::BasicBlock* const from = phi.getIncomingBlock(i);
        if (!loop.contains(from)) continue;
        llvm::Value* const value = phi.getIncomingValue(i);
        llvm::Value* const copy = copies.lookup(value);
        phi.addIncoming(copy != nullptr ? copy : value,
                        llvm::cast<llvm::BasicBlock>(copies[from]));
      }
    }
  }
}

void DropCovered(const std::vector<Check>& covered) {
  for (const Check& check : covered) {
    if (check.kind != CheckKind::kCopy) check.call->eraseFromParent();
  }
  for (const Check& check : covered) {
    if (check.kind != CheckKind::kCopy) continue;
    check.call->replaceAllUsesWith(
        llvm::Constant::getNullValue(check.call->getType()));
    check.call->eraseFromParent();
  }
}

// Returns the loop that checks each access.
llvm::Loop* Split(llvm::Loop& loop, const LoopPlan& plan, Analyses& analyses,
                  const CheckRules& rules) {
  llvm::BasicBlock* const asking = loop.getLoopPreheader();
  llvm::BasicBlock* const preheader = llvm::SplitBlock(
      asking, asking->getTerminator(), &analyses.tree, &analyses.loops);
  llvm::ValueToValueMapTy copies;
  llvm::SmallVector<llvm::BasicBlock*, 16> blocks;
  llvm::Loop* const copy =
      llvm::cloneLoopWithPreheader(preheader, asking, &loop, copies, ".checked",
                                   &analyses.loops, &analyses.tree, blocks);
  llvm::remapInstructionsInBlocks(blocks, copies);
  JoinExits(loop, copies);
  Question(*asking, *copy->getLoopPreheader(), analyses.evolution, rules)
      .Ask(plan);
  DropCovered(plan.covered);
  return copy;
}

class LoopChecker {
 public:
  LoopChecker(llvm::Function& function, const CallEffects& effects,
              const CheckRules& rules)
      : function_(function), effects_(effects), rules_(rules) {}

  void Run() {
    while (SplitNext()) {
    }
  }

 private:
  // Whether there was one more loop to split.
  bool SplitNext() {
    Analyses analyses(function_);
    if (analyses.loops.empty()) return false;
    for (llvm::Loop* const loop : analyses.loops) {
      llvm::simplifyLoop(loop, &analyses.tree, &analyses.loops,
                         &analyses.evolution, &analyses.assumptions, nullptr,
                         /*PreserveLCSSA=*/false);
      llvm::formLCSSARecursively(*loop, analyses.tree, &analyses.loops,
                                 &analyses.evolution);
    }
    for (llvm::Loop* const loop : analyses.loops.getLoopsInPreorder()) {
      if (!seen_.insert(loop->getHeader()).second) continue;
      if (!loop->isLoopSimplifyForm() || !loop->isSafeToClone()) continue;
      const std::size_t size = SizeOf(*loop);
      if (copied_ + size > kCopiedInstructionsMax) continue;
      const auto plan = PlanLoop(*loop, analyses.evolution, effects_);
      if (!plan.has_value()) continue;
      copied_ += size;
      for (const llvm::Loop* const inner : loop->getLoopsInPreorder()) {
        if (plan->covered.size() == CountChecks(*loop)) {
          seen_.insert(inner->getHeader());
        }
      }
      seen_.insert(Split(*loop, *plan, analyses, rules_)->getHeader());
      return true;
    }
    return false;
  }

  static std::size_t CountChecks(const llvm::Loop& loop) {
    std::size_t count = 0;
    for (llvm::BasicBlock* const block : loop.blocks()) {
      for (llvm::Instruction& instruction : *block) {
        const auto check = AsCheck(instruction);
        count += check.has_value() && check->MayFault() ? 1 : 0;
      }
    }
    return count;
  }

  llvm::Function& function_;
  const CallEffects& effects_;
  const CheckRules& rules_;
  std::size_t copied_ = 0;
  // Headers of loops that have been looked at.
  llvm::SmallPtrSet<const llvm::BasicBlock*, 32> seen_;
};

bool ReturnsTwice(llvm::Function& function) {
  for (const llvm::Instruction& instruction : llvm::instructions(function)) {
    const auto* const call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call != nullptr && call->hasFnAttr(llvm::Attribute::ReturnsTwice)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void CheckLoopsByRanges(llvm::Function& function, const CallEffects& effects,
                        const CheckRules& rules) {
  if (function.arg_size() < 2 || ReturnsTwice(function)) return;
  LoopChecker(function, effects, rules).Run();
}

}  // namespace kheap
