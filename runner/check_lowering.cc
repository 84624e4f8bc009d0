// SPDX-License-Identifier: Apache-2.0
#include "runner/check_lowering.h"

#include <vector>

#include "bitshift/bits.h"
#include "heap/shadow.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/MDBuilder.h"

namespace kheap {

namespace {

// One bit of a shadow byte, repeated for an access of `size_bytes`.
llvm::APInt Unaddressable(std::uint64_t size_bytes) {
  return llvm::APInt::getSplat(
      static_cast<unsigned>(8 * size_bytes),
      llvm::APInt(8, static_cast<std::uint64_t>(ShadowByte::kNeverAllocated)));
}

class CheckLowering {
 public:
  CheckLowering(const Check& check, const CheckRules& rules)
      : check_(check), rules_(rules), builder_(check.call) {}

  void Lower() {
    if (check_.MayFault()) {
      RequireInBounds();
      llvm::Value* const found =
          rules_.checked && check_.kind != CheckKind::kWrite ? RequireState()
                                                             : nullptr;
      if (found != nullptr) check_.call->replaceAllUsesWith(found);
    } else {
      Mark();
    }
    check_.call->eraseFromParent();
  }

 private:
  void RequireInBounds();
  llvm::Value* RequireState();
  void Mark();
  void Require(llvm::Value* holds);
  void Initialise(llvm::Value* found, llvm::Value* place);
  llvm::BasicBlock* FaultBlock();
  llvm::Value* Number(std::uint64_t value) { return builder_.getInt64(value); }
  llvm::Value* Shadow() {
    return ShadowPointer(builder_, check_.base(), check_.address(),
                         rules_.scopes);
  }
  void StoreState(llvm::Value* state, llvm::Value* place) {
    InShadow(builder_.CreateAlignedStore(state, place, llvm::Align(1)),
             rules_.scopes);
  }

  const Check& check_;
  const CheckRules& rules_;
  llvm::IRBuilder<> builder_;
  llvm::BasicBlock* fault_ = nullptr;  // made when it is first needed
};

llvm::BasicBlock* CheckLowering::FaultBlock() {
  if (fault_ != nullptr) return fault_;
  llvm::Function* const function = check_.call->getFunction();
  fault_ = llvm::BasicBlock::Create(function->getContext(), "", function);
  llvm::IRBuilder<> builder(fault_);
  builder.SetCurrentDebugLocation(check_.call->getDebugLoc());
  CreateFault(builder, check_.base(), check_.stack_pointer(), check_.address(),
              check_.site());
  return fault_;
}

void CheckLowering::Require(llvm::Value* holds) {
  llvm::BasicBlock* const block = check_.call->getParent();
  llvm::BasicBlock* const next = block->splitBasicBlock(check_.call);
  block->getTerminator()->eraseFromParent();
  llvm::IRBuilder<> builder(block);
  builder.SetCurrentDebugLocation(check_.call->getDebugLoc());
  builder.CreateCondBr(
      holds, next, FaultBlock(),
      llvm::MDBuilder(block->getContext()).createBranchWeights(1048575, 1));
  builder_.SetInsertPoint(check_.call);
}

// Most stores find bytes that are initialised already: they only look at the
// shadow, and leave its cache lines clean.
void CheckLowering::Initialise(llvm::Value* found, llvm::Value* place) {
  llvm::BasicBlock* const block = check_.call->getParent();
  llvm::BasicBlock* const next = block->splitBasicBlock(check_.call);
  llvm::Function* const function = block->getParent();
  llvm::LLVMContext& context = block->getContext();
  auto* const fresh = llvm::BasicBlock::Create(context, "", function, next);
  auto* const mark = llvm::BasicBlock::Create(context, "", function, next);
  llvm::Constant* const zero = llvm::Constant::getNullValue(found->getType());
  block->getTerminator()->eraseFromParent();
  llvm::IRBuilder<> builder(block);
  builder.SetCurrentDebugLocation(check_.call->getDebugLoc());
  builder.CreateCondBr(builder.CreateICmpEQ(found, zero), next, fresh,
                       llvm::MDBuilder(context).createBranchWeights(15, 1));
  builder.SetInsertPoint(fresh);
  llvm::Value* const bad = builder.CreateAnd(
      found, llvm::ConstantInt::get(found->getType(),
                                    Unaddressable(check_.size_bytes)));
  builder.CreateCondBr(
      builder.CreateICmpEQ(bad, zero), mark, FaultBlock(),
      llvm::MDBuilder(context).createBranchWeights(1048575, 1));
  builder.SetInsertPoint(mark);
  InShadow(builder.CreateAlignedStore(zero, place, llvm::Align(1)),
           rules_.scopes);
  builder.CreateBr(next);
  builder_.SetInsertPoint(check_.call);
}

void CheckLowering::RequireInBounds() {
  const std::uint64_t size = check_.size_bytes;
  const bool loads = check_.IsLoad();
  llvm::Value* const offset = builder_.CreateSub(
      check_.address(),
      Number(loads ? rules_.bounds.load_begin : rules_.bounds.store_begin));
  const bool is_usual = bits::IsPowerOfTwo(size) && size <= kCheckedBytesMax;
  const std::size_t field =
      (loads ? offsetof(GuestContext, load_room)
             : offsetof(GuestContext, store_room)) +
      (is_usual ? sizeof(std::uint64_t) * bits::Log2Floor(size) : 0);
  llvm::Value* const room =
      ContextField(builder_, check_.base(), field, builder_.getInt64Ty(),
                   /*invariant=*/false, rules_.scopes);
  if (is_usual) return Require(builder_.CreateICmpULT(offset, room));
  Require(builder_.CreateAnd(
      builder_.CreateICmpUGE(room, Number(size)),
      builder_.CreateICmpULE(offset, builder_.CreateSub(room, Number(size)))));
}

// Returns what the shadow was.
llvm::Value* CheckLowering::RequireState() {
  auto* const type =
      builder_.getIntNTy(static_cast<unsigned>(8 * check_.size_bytes));
  llvm::Value* const place = Shadow();
  llvm::Instruction* const found = InShadow(
      builder_.CreateAlignedLoad(type, place, llvm::Align(1)), rules_.scopes);
  if (check_.kind == CheckKind::kStore) {
    Initialise(found, place);
    return nullptr;
  }
  llvm::Value* state = found;
  if (check_.kind != CheckKind::kLoad) {
    state = builder_.CreateAnd(
        state, llvm::ConstantInt::get(type, Unaddressable(check_.size_bytes)));
  }
  Require(builder_.CreateICmpEQ(state, llvm::ConstantInt::get(type, 0)));
  if (check_.kind == CheckKind::kPut) StoreState(check_.state(), place);
  return check_.kind == CheckKind::kCopy ? found : nullptr;
}

void CheckLowering::Mark() {
  if (check_.kind == CheckKind::kInit) {
    return StoreState(
        builder_.getIntN(static_cast<unsigned>(8 * check_.size_bytes), 0),
        Shadow());
  }
  const bool is_over =
      check_.kind == CheckKind::kEnd || check_.kind == CheckKind::kPop;
  const ShadowByte state = check_.kind == CheckKind::kFrame
                               ? ShadowByte::kStackRedZone
                           : is_over ? ShadowByte::kPoppedFrame
                                     : ShadowByte::kUninitialised;
  InShadow(builder_.CreateMemSet(
               Shadow(), builder_.getInt8(static_cast<std::uint8_t>(state)),
               check_.call->getArgOperand(2), llvm::MaybeAlign(1)),
           rules_.scopes);
}

}  // namespace

void LowerChecks(llvm::Module& module, const CheckRules& rules) {
  for (llvm::Function& function : module) {
    std::vector<Check> checks;
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      if (const auto check = AsCheck(instruction)) checks.push_back(*check);
    }
    for (const Check& check : checks) CheckLowering(check, rules).Lower();
  }
  // Nobody defines the functions that checks called.
  for (llvm::Function& function : llvm::make_early_inc_range(module)) {
    if (function.isDeclaration() && function.use_empty() &&
        function.getName().starts_with("kheap.")) {
      function.eraseFromParent();
    }
  }
}

}  // namespace kheap
