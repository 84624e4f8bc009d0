// SPDX-License-Identifier: Apache-2.0
#include "runner/function_translator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/MDBuilder.h"
#include "runner/call_shape.h"

namespace kheap {

FunctionTranslator::FunctionTranslator(Translation& translation,
                                       llvm::Function& guest)
    : translation_(translation),
      guest_(guest),
      host_(*translation.HostFunction(&guest)),
      builder_(translation.context()) {}

void FunctionTranslator::Translate() {
  host_.setSubprogram(guest_.getSubprogram());
  for (const llvm::Attribute::AttrKind kind :
       {llvm::Attribute::NoInline, llvm::Attribute::AlwaysInline,
        llvm::Attribute::InlineHint}) {
    if (guest_.hasFnAttribute(kind)) host_.addFnAttr(kind);
  }
  base_ = host_.getArg(0);
  for (unsigned i = 0; i < guest_.arg_size(); ++i) {
    values_[guest_.getArg(i)] = host_.getArg(i + 2);
  }
  // A frame larger than a page touches each page of the host's stack in turn,
  // so that it cannot step over the guard at its end.
  host_.addFnAttr("probe-stack", "inline-asm");
  LayOutFrame();
  FindComputed();
  llvm::ReversePostOrderTraversal<llvm::Function*> order(&guest_);
  auto* const prologue =
      llvm::BasicBlock::Create(translation_.context(), "", &host_);
  for (llvm::BasicBlock* const block : order) {
    blocks_[block] = llvm::BasicBlock::Create(translation_.context(),
                                              block->getName(), &host_);
  }
  builder_.SetInsertPoint(prologue);
  if (guest_.getSubprogram() != nullptr) {
    location_ = llvm::DILocation::get(translation_.context(),
                                      guest_.getSubprogram()->getLine(), 0,
                                      guest_.getSubprogram());
    builder_.SetCurrentDebugLocation(location_);
  }
  EmitPrologue();
  builder_.CreateBr(blocks_[&guest_.getEntryBlock()]);
  for (llvm::BasicBlock* const block : order) TranslateBlock(*block);
  FillPhis();
}

// ---- blocks ----------------------------------------------------------------

void FunctionTranslator::TranslateBlock(llvm::BasicBlock& block) {
  builder_.SetInsertPoint(blocks_[&block]);
  const llvm::Instruction* const first = block.getFirstNonPHI();
  for (llvm::Instruction& instruction : block) {
    if (&instruction == first && translation_.options().counts_steps()) {
      CountStep();
    }
    if (instruction.isTerminator()) ends_[&block] = builder_.GetInsertBlock();
    if (const llvm::DebugLoc& location = instruction.getDebugLoc()) {
      location_ = location;
      builder_.SetCurrentDebugLocation(location_);
    }
    TranslateInstruction(instruction);
  }
}

void FunctionTranslator::TranslateInstruction(llvm::Instruction& i) {
  using llvm::dyn_cast;
  llvm::Value* value = nullptr;
  if (auto* alloca = dyn_cast<llvm::AllocaInst>(&i)) {
    if (values_.count(alloca) != 0) return;
    value = TranslateDynamicAlloca(*alloca);
  } else if (auto* load = dyn_cast<llvm::LoadInst>(&i)) {
    value = TranslateLoad(*load);
  } else if (auto* store = dyn_cast<llvm::StoreInst>(&i)) {
    return TranslateStore(*store);
  } else if (auto* gep = dyn_cast<llvm::GetElementPtrInst>(&i)) {
    value = TranslateGep(*gep);
  } else if (auto* operation = dyn_cast<llvm::BinaryOperator>(&i)) {
    value = TranslateBinary(*operation);
  } else if (auto* cast = dyn_cast<llvm::CastInst>(&i)) {
    value = TranslateCast(*cast);
  } else if (auto* call = dyn_cast<llvm::CallInst>(&i)) {
    value = TranslateCall(*call);
  } else if (auto* update = dyn_cast<llvm::AtomicRMWInst>(&i)) {
    value = TranslateReadModifyWrite(*update);
  } else if (auto* exchange = dyn_cast<llvm::AtomicCmpXchgInst>(&i)) {
    value = TranslateCompareExchange(*exchange);
  } else if (auto* ret = dyn_cast<llvm::ReturnInst>(&i)) {
    return TranslateReturn(*ret);
  } else if (auto* branch = dyn_cast<llvm::IndirectBrInst>(&i)) {
    return TranslateIndirectBranch(*branch);
  } else if (llvm::isa<llvm::UnreachableInst>(&i)) {
    return EmitFault(SiteKind::kUnreachable, Number(0), 0);
  } else if (auto* phi = dyn_cast<llvm::PHINode>(&i)) {
    value = builder_.CreatePHI(translation_.Map(phi->getType()),
                               phi->getNumIncomingValues());
    phis_.push_back(phi);
  } else if (llvm::isa<llvm::FenceInst>(&i)) {
    return;
  } else if (llvm::isa<llvm::ExtractElementInst, llvm::InsertElementInst>(&i)) {
    value = TranslateVectorElement(i);
  } else if (auto* shuffle = dyn_cast<llvm::ShuffleVectorInst>(&i)) {
    value = TranslateShuffle(*shuffle);
  } else if (llvm::isa<llvm::InvokeInst, llvm::CallBrInst, llvm::VAArgInst,
                       llvm::LandingPadInst>(&i)) {
    translation_.Refuse(
        i, absl::StrCat("`", i.getOpcodeName(), "` is not supported"));
    value = llvm::Constant::getNullValue(translation_.Map(i.getType()));
  } else {
    value = Clone(i);
  }
  values_[&i] = value;
}

llvm::Value* FunctionTranslator::Clone(llvm::Instruction& instruction) {
  const bool settles = llvm::isa<llvm::InsertValueInst>(instruction) ||
                       instruction.getOpcode() == llvm::Instruction::FNeg;
  llvm::Instruction* const copy = instruction.clone();
  auto* const call = llvm::dyn_cast<llvm::CallInst>(copy);
  const llvm::Use* const callee =
      call == nullptr ? nullptr : &call->getCalledOperandUse();
  for (llvm::Use& operand : copy->operands()) {
    if (auto* block = llvm::dyn_cast<llvm::BasicBlock>(operand)) {
      operand = blocks_[block];
    } else if (callee != &operand) {
      operand = settles ? Settled(operand) : Map(operand);
    }
  }
  copy->mutateType(translation_.Map(instruction.getType()));
  // What a call promises of its result is the guest's word.
  if (call != nullptr) call->setAttributes({});
  copy->dropPoisonGeneratingFlags();
  copy->dropUnknownNonDebugMetadata();
  copy->setDebugLoc(location_);
  return builder_.Insert(copy);
}

// What an index beyond the vector picks is defined, too.
llvm::Value* FunctionTranslator::TranslateVectorElement(
    llvm::Instruction& access) {
  const bool extracts = llvm::isa<llvm::ExtractElementInst>(access);
  llvm::Value* const vector = Map(access.getOperand(0));
  const unsigned count =
      llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
  llvm::Value* index = Map(access.getOperand(extracts ? 1 : 2));
  index = builder_.CreateURem(index,
                              llvm::ConstantInt::get(index->getType(), count));
  if (extracts) return builder_.CreateExtractElement(vector, index);
  return builder_.CreateInsertElement(vector, Map(access.getOperand(1)), index);
}

llvm::Value* FunctionTranslator::TranslateShuffle(
    llvm::ShuffleVectorInst& shuffle) {
  std::vector<int> mask(shuffle.getShuffleMask().begin(),
                        shuffle.getShuffleMask().end());
  for (int& lane : mask) lane = std::max(lane, 0);
  return builder_.CreateShuffleVector(Map(shuffle.getOperand(0)),
                                      Map(shuffle.getOperand(1)), mask);
}

void FunctionTranslator::FillPhis() {
  for (llvm::PHINode* const phi : phis_) {
    auto* const host = llvm::cast<llvm::PHINode>(values_[phi]);
    for (unsigned i = 0; i < phi->getNumIncomingValues(); ++i) {
      llvm::BasicBlock* const from = phi->getIncomingBlock(i);
      if (blocks_.count(from) == 0) continue;  // never reached
      // A computed goto names a block as often as it has labels; once here.
      if (llvm::isa<llvm::IndirectBrInst>(from->getTerminator()) &&
          host->getBasicBlockIndex(ends_[from]) >= 0) {
        continue;
      }
      host->addIncoming(Map(phi->getIncomingValue(i)), ends_[from]);
    }
  }
}

llvm::Value* FunctionTranslator::Map(llvm::Value* value) {
  if (auto* constant = llvm::dyn_cast<llvm::Constant>(value)) {
    return translation_.MapConstant(constant);
  }
  if (llvm::isa<llvm::MetadataAsValue, llvm::InlineAsm>(value)) return value;
  const auto found = values_.find(value);
  if (found != values_.end()) return found->second;
  // Used before it is defined: only in code that is never reached.
  return llvm::Constant::getNullValue(translation_.Map(value->getType()));
}

void FunctionTranslator::TranslateReturn(llvm::ReturnInst& ret) {
  llvm::Value* value = ret.getReturnValue();
  if (value != nullptr) value = AfterReturn(value, Settled(value));
  LeaveFrame();
  if (value == nullptr) {
    builder_.CreateRetVoid();
  } else {
    builder_.CreateRet(value);
  }
}

void FunctionTranslator::TranslateIndirectBranch(llvm::IndirectBrInst& branch) {
  llvm::Value* const target = Map(branch.getAddress());
  auto* const other =
      llvm::BasicBlock::Create(translation_.context(), "", &host_);
  auto* const chosen = builder_.CreateSwitch(target, other);
  llvm::DenseMap<llvm::BasicBlock*, bool> seen;
  for (unsigned i = 0; i < branch.getNumDestinations(); ++i) {
    llvm::BasicBlock* const block = branch.getDestination(i);
    if (!seen.try_emplace(block, true).second) continue;
    chosen->addCase(llvm::ConstantInt::get(translation_.i64(),
                                           translation_.LabelNumber(block)),
                    blocks_[block]);
  }
  builder_.SetInsertPoint(other);
  EmitFault(SiteKind::kCall, target, 0);
}

// ---- checks ----------------------------------------------------------------

llvm::Value* FunctionTranslator::Number(std::uint64_t value) {
  return llvm::ConstantInt::get(translation_.i64(), value);
}

void FunctionTranslator::Require(llvm::Value* holds, SiteKind kind,
                                 llvm::Value* address,
                                 std::uint32_t size_bytes) {
  auto& context = translation_.context();
  auto* const next = llvm::BasicBlock::Create(
      context, "", &host_, builder_.GetInsertBlock()->getNextNode());
  auto* const fault = llvm::BasicBlock::Create(context, "", &host_);
  builder_.CreateCondBr(
      holds, next, fault,
      llvm::MDBuilder(context).createBranchWeights(1048575, 1));
  builder_.SetInsertPoint(fault);
  EmitFault(kind, address, size_bytes);
  builder_.SetInsertPoint(next);
}

void FunctionTranslator::RequireTarget(llvm::Value* holds,
                                       llvm::CallInst& call) {
  Require(holds, SiteKind::kCall, Map(call.getCalledOperand()),
          translation_.CallTypeNumber(PrototypeOf(*call.getFunctionType())));
}

void FunctionTranslator::EmitFault(SiteKind kind, llvm::Value* address,
                                   std::uint32_t size_bytes) {
  const std::uint32_t site =
      translation_.AddSite(kind, size_bytes, location_, guest_);
  CreateFault(builder_, base_, StackPointer(), address,
              builder_.getInt32(site));
}

void FunctionTranslator::CountStep() {
  llvm::Value* const left = ContextField(
      builder_, base_, offsetof(GuestContext, steps_left), translation_.i64(),
      /*invariant=*/false, translation_.scopes());
  if (translation_.options().limits_steps) {
    Require(builder_.CreateICmpNE(left, Number(0)), SiteKind::kSteps, Number(0),
            0);
  }
  StoreContextField(builder_, base_, offsetof(GuestContext, steps_left),
                    builder_.CreateSub(left, Number(1)), translation_.scopes());
}

}  // namespace kheap
