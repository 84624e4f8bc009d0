// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers and addresses: what C leaves undefined has a result
// here, or a fault.
#include <vector>

#include "bitshift/bits.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "runner/function_translator.h"

namespace kheap {

llvm::Value* FunctionTranslator::TranslateGep(llvm::GetElementPtrInst& gep) {
  if (gep.getType()->isVectorTy()) {
    translation_.Refuse(gep, "a vector of pointers is not supported");
    return llvm::Constant::getNullValue(translation_.Map(gep.getType()));
  }
  llvm::Value* address = Map(gep.getPointerOperand());
  std::uint64_t constant = 0;
  for (auto step = llvm::gep_type_begin(gep); step != llvm::gep_type_end(gep);
       ++step) {
    llvm::Value* const index = step.getOperand();
    if (llvm::StructType* const record = step.getStructTypeOrNull()) {
      const auto member = static_cast<unsigned>(
          llvm::cast<llvm::ConstantInt>(index)->getZExtValue());
      constant += translation_.layout()
                      .getStructLayout(record)
                      ->getElementOffset(member)
                      .getFixedValue();
      continue;
    }
    const std::uint64_t stride =
        step.getSequentialElementStride(translation_.layout()).getFixedValue();
    if (auto* number = llvm::dyn_cast<llvm::ConstantInt>(index)) {
      constant += stride * static_cast<std::uint64_t>(number->getSExtValue());
      continue;
    }
    llvm::Value* const wide =
        builder_.CreateSExtOrTrunc(Map(index), translation_.i64());
    address =
        builder_.CreateAdd(address, builder_.CreateMul(wide, Number(stride)));
  }
  return constant == 0 ? address
                       : builder_.CreateAdd(address, Number(constant));
}

llvm::Value* FunctionTranslator::TranslateBinary(
    llvm::BinaryOperator& operation) {
  using llvm::Instruction;
  llvm::Value* const left = Map(operation.getOperand(0));
  llvm::Value* right = Map(operation.getOperand(1));
  llvm::Type* const type = left->getType();
  const unsigned width = type->getScalarSizeInBits();
  const auto constant = [&](const llvm::APInt& value) {
    return llvm::ConstantInt::get(type, value);
  };
  switch (operation.getOpcode()) {
    case Instruction::Shl:
    case Instruction::LShr:
    case Instruction::AShr:
      // Counts at or above the width wrap, as most processors have it.
      right =
          bits::IsPowerOfTwo(width)
              ? builder_.CreateAnd(right,
                                   constant(llvm::APInt(width, width - 1)))
              : builder_.CreateURem(right, constant(llvm::APInt(width, width)));
      break;
    case Instruction::UDiv:
    case Instruction::SDiv:
    case Instruction::URem:
    case Instruction::SRem: {
      llvm::Value* holds =
          builder_.CreateICmpNE(right, constant(llvm::APInt(width, 0)));
      if (operation.getOpcode() == Instruction::SDiv ||
          operation.getOpcode() == Instruction::SRem) {
        llvm::Value* const fits = builder_.CreateOr(
            builder_.CreateICmpNE(right,
                                  constant(llvm::APInt::getAllOnes(width))),
            builder_.CreateICmpNE(
                left, constant(llvm::APInt::getSignedMinValue(width))));
        holds = builder_.CreateAnd(holds, fits);
      }
      if (type->isVectorTy()) holds = builder_.CreateAndReduce(holds);
      const auto* known = llvm::dyn_cast<llvm::ConstantInt>(holds);
      if (known == nullptr || !known->isOne()) {
        Require(holds, SiteKind::kDivision, Number(0), width / 8);
      }
      break;
    }
    default:
      break;
  }
  return builder_.CreateBinOp(operation.getOpcode(), left, right);
}

llvm::Value* FunctionTranslator::TranslateCast(llvm::CastInst& cast) {
  using llvm::Instruction;
  llvm::Value* const value = cast.getOpcode() == Instruction::BitCast
                                 ? Settled(cast.getOperand(0))
                                 : Map(cast.getOperand(0));
  llvm::Type* const type = translation_.Map(cast.getType());
  switch (cast.getOpcode()) {
    case Instruction::PtrToInt:
    case Instruction::IntToPtr:
      return builder_.CreateZExtOrTrunc(value, type);
    case Instruction::AddrSpaceCast:
      return value;
    case Instruction::FPToSI:
      return builder_.CreateIntrinsic(llvm::Intrinsic::fptosi_sat,
                                      {type, value->getType()}, {value});
    case Instruction::FPToUI:
      return builder_.CreateIntrinsic(llvm::Intrinsic::fptoui_sat,
                                      {type, value->getType()}, {value});
    default:
      return builder_.CreateCast(cast.getOpcode(), value, type);
  }
}

// ---- computed NaNs ---------------------------------------------------------

namespace {

bool IsNumberOfReals(const llvm::Type& type) { return type.isFPOrFPVectorTy(); }

// Whether an operation computes a NaN's bits, rather than passing them on.
bool ComputesNan(const llvm::Instruction& instruction) {
  using llvm::Instruction;
  switch (instruction.getOpcode()) {
    case Instruction::FAdd:
    case Instruction::FSub:
    case Instruction::FMul:
    case Instruction::FDiv:
    case Instruction::FRem:
    case Instruction::FPTrunc:
    case Instruction::FPExt:
      return true;
    case Instruction::Call: {
      const auto& call = llvm::cast<llvm::CallInst>(instruction);
      if (call.getIntrinsicID() == llvm::Intrinsic::fabs ||
          call.getIntrinsicID() == llvm::Intrinsic::copysign) {
        return false;
      }
      // A function of the guest settles what it returns; intrinsics do not,
      // nor does what is declared only: it may be an exact function.
      const llvm::Function* const callee = CalledFunction(call);
      return callee != nullptr && (callee->isIntrinsic() ||
                                   IsExactFunction(callee->getName().str()));
    }
    default:
      return false;
  }
}

bool PassesNanOn(const llvm::Instruction& instruction) {
  return llvm::isa<llvm::PHINode, llvm::SelectInst, llvm::FreezeInst,
                   llvm::ExtractElementInst, llvm::InsertElementInst,
                   llvm::ShuffleVectorInst>(instruction);
}

}  // namespace

void FunctionTranslator::FindComputed() {
  std::vector<const llvm::Value*> open;
  for (const llvm::BasicBlock& block : guest_) {
    for (const llvm::Instruction& instruction : block) {
      if (IsNumberOfReals(*instruction.getType()) && ComputesNan(instruction) &&
          computed_.insert(&instruction).second) {
        open.push_back(&instruction);
      }
    }
  }
  while (!open.empty()) {
    const llvm::Value* const value = open.back();
    open.pop_back();
    for (const llvm::User* const user : value->users()) {
      const auto* const next = llvm::cast<llvm::Instruction>(user);
      if (IsNumberOfReals(*next->getType()) && PassesNanOn(*next) &&
          computed_.insert(next).second) {
        open.push_back(next);
      }
    }
  }
}

llvm::Value* FunctionTranslator::Settled(llvm::Value* value) {
  llvm::Value* const number = Map(value);
  return computed_.contains(value) ? SettleNan(number) : number;
}

llvm::Value* FunctionTranslator::SettleNan(llvm::Value* number) {
  return builder_.CreateSelect(builder_.CreateFCmpUNO(number, number),
                               llvm::ConstantFP::getNaN(number->getType()),
                               number);
}

}  // namespace kheap
