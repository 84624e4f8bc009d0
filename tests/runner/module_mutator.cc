// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/module_mutator.h"

#include <memory>
#include <vector>

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "tests/runner/random.h"

namespace kheap {

namespace {

constexpr std::uint64_t kNumbers[] = {0,
                                      1,
                                      2,
                                      7,
                                      8,
                                      31,
                                      32,
                                      63,
                                      64,
                                      127,
                                      255,
                                      4095,
                                      4096,
                                      65535,
                                      2147483647,
                                      2147483648,
                                      4294967295,
                                      4294967296,
                                      4398046511104u,
                                      9223372036854775807u,
                                      9223372036854775808u,
                                      18446744073709551608u,
                                      18446744073709551615u};

class ModuleMutator {
 public:
  ModuleMutator(llvm::Module& module, std::uint64_t seed)
      : module_(module), random_(seed) {}

  void Mutate() {
    for (std::uint64_t changes = 1 + random_.Below(6); changes > 0; --changes) {
      Change();
    }
  }

 private:
  void Change() {
    std::vector<llvm::Instruction*> all;
    for (llvm::Function& function : module_) {
      for (llvm::Instruction& i : llvm::instructions(function)) {
        all.push_back(&i);
      }
    }
    if (all.empty()) return;
    llvm::Instruction& i = *random_.Of(all);
    switch (random_.Below(10)) {
      case 0:
      case 1:
      case 2:
        return ChangeOperand(i);
      case 3:
        return ChangeOpcode(i);
      case 4:
        return AddFlags(i);
      case 5:
        return AddMetadata(i);
      case 6:
        return AddAttribute(i);
      case 7:
        return InsertAccess(i);
      case 8:
        return ChangeCallee(i);
      default:
        return ChangeGlobal();
    }
  }

  // A value of the type that may or may not be there yet.
  llvm::Value* ValueFor(llvm::Type* type, llvm::Instruction& at) {
    if (random_.Below(2) == 0) {
      if (type->isIntegerTy() && type->getIntegerBitWidth() <= 64) {
        return llvm::ConstantInt::get(
            type, kNumbers[random_.Below(std::size(kNumbers))]);
      }
      if (type->isFloatingPointTy()) {
        return llvm::ConstantFP::get(type,
                                     random_.Below(2) == 0 ? 1e300 : -0.0);
      }
      if (type->isPointerTy() && random_.Below(2) == 0) {
        return llvm::ConstantExpr::getIntToPtr(
            llvm::ConstantInt::get(
                llvm::Type::getInt64Ty(module_.getContext()),
                kNumbers[random_.Below(std::size(kNumbers))]),
            type);
      }
    }
    std::vector<llvm::Value*> values;
    for (llvm::Argument& argument : at.getFunction()->args()) {
      if (argument.getType() == type) values.push_back(&argument);
    }
    for (llvm::BasicBlock& block : *at.getFunction()) {
      for (llvm::Instruction& other : block) {
        if (other.getType() == type &&
            (&block == at.getParent()
                 ? other.comesBefore(&at)
                 : &block == &at.getFunction()->getEntryBlock())) {
          values.push_back(&other);
        }
      }
    }
    if (type->isPointerTy()) {
      for (llvm::GlobalValue& global : module_.globals()) {
        values.push_back(&global);
      }
      for (llvm::Function& function : module_) {
        if (!function.isIntrinsic()) values.push_back(&function);
      }
    }
    if (values.empty() || random_.Below(8) == 0) {
      return random_.Below(2) == 0
                 ? static_cast<llvm::Value*>(llvm::PoisonValue::get(type))
                 : llvm::UndefValue::get(type);
    }
    return random_.Of(values);
  }

  void ChangeOperand(llvm::Instruction& i) {
    if (i.getNumOperands() == 0) return;
    llvm::Use& operand = i.getOperandUse(
        static_cast<unsigned>(random_.Below(i.getNumOperands())));
    llvm::Type* const type = operand->getType();
    if (!type->isSingleValueType()) return;
    if (auto* call = llvm::dyn_cast<llvm::CallInst>(&i)) {
      if (call->getIntrinsicID() != llvm::Intrinsic::not_intrinsic) return;
    }
    operand.set(ValueFor(type, i));
  }

  void ChangeOpcode(llvm::Instruction& i) {
    if (auto* compare = llvm::dyn_cast<llvm::ICmpInst>(&i)) {
      compare->setPredicate(static_cast<llvm::CmpInst::Predicate>(
          llvm::CmpInst::FIRST_ICMP_PREDICATE + random_.Below(10)));
      return;
    }
    auto* const operation = llvm::dyn_cast<llvm::BinaryOperator>(&i);
    if (operation == nullptr || !i.getType()->isIntOrIntVectorTy()) return;
    static constexpr llvm::Instruction::BinaryOps kOperations[] = {
        llvm::Instruction::Add,  llvm::Instruction::Sub,
        llvm::Instruction::Mul,  llvm::Instruction::UDiv,
        llvm::Instruction::SDiv, llvm::Instruction::URem,
        llvm::Instruction::SRem, llvm::Instruction::Shl,
        llvm::Instruction::LShr, llvm::Instruction::AShr,
        llvm::Instruction::And,  llvm::Instruction::Or,
        llvm::Instruction::Xor};
    llvm::IRBuilder<> builder(operation);
    llvm::Value* const other = builder.Insert(llvm::BinaryOperator::Create(
        kOperations[random_.Below(std::size(kOperations))],
        operation->getOperand(0), operation->getOperand(1)));
    operation->replaceAllUsesWith(other);
  }

  void AddFlags(llvm::Instruction& i) {
    if (llvm::isa<llvm::OverflowingBinaryOperator>(i)) {
      i.setHasNoSignedWrap();
      i.setHasNoUnsignedWrap();
    } else if (llvm::isa<llvm::PossiblyExactOperator>(i)) {
      i.setIsExact();
    } else if (auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(&i)) {
      gep->setIsInBounds();
    } else if (llvm::isa<llvm::FPMathOperator>(i)) {
      i.setFast(true);
    } else if (llvm::isa<llvm::PossiblyNonNegInst>(i)) {
      i.setNonNeg();
    } else if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&i)) {
      load->setAlignment(llvm::Align(llvm::Align::Constant<4096>()));
    } else if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&i)) {
      store->setAlignment(llvm::Align(llvm::Align::Constant<4096>()));
    }
  }

  void AddMetadata(llvm::Instruction& i) {
    auto& context = module_.getContext();
    llvm::MDBuilder builder(context);
    auto* const nothing = llvm::MDNode::get(context, {});
    if (llvm::isa<llvm::LoadInst>(i) && i.getType()->isIntegerTy()) {
      const unsigned bits = i.getType()->getIntegerBitWidth();
      i.setMetadata(
          llvm::LLVMContext::MD_range,
          builder.createRange(llvm::APInt(bits, 0), llvm::APInt(bits, 1)));
      i.setMetadata(llvm::LLVMContext::MD_noundef, nothing);
    } else if (llvm::isa<llvm::LoadInst>(i) && i.getType()->isPointerTy()) {
      i.setMetadata(llvm::LLVMContext::MD_nonnull, nothing);
      i.setMetadata(llvm::LLVMContext::MD_noundef, nothing);
      i.setMetadata(
          llvm::LLVMContext::MD_dereferenceable,
          llvm::MDNode::get(
              context, {llvm::ConstantAsMetadata::get(llvm::ConstantInt::get(
                           llvm::Type::getInt64Ty(context), 4294967296u))}));
    }
    if (llvm::isa<llvm::LoadInst, llvm::StoreInst>(i)) {
      auto* const domain = builder.createAnonymousAliasScopeDomain();
      auto* const scope = llvm::MDNode::get(
          context, {builder.createAnonymousAliasScope(domain)});
      i.setMetadata(llvm::LLVMContext::MD_noalias, scope);
      i.setMetadata(llvm::LLVMContext::MD_alias_scope, scope);
      if (llvm::isa<llvm::LoadInst>(i)) {
        i.setMetadata(llvm::LLVMContext::MD_invariant_load, nothing);
      }
    }
  }

  void AddAttribute(llvm::Instruction& i) {
    using llvm::Attribute;
    static constexpr Attribute::AttrKind kOfFunctions[] = {
        Attribute::NoReturn,     Attribute::WillReturn,
        Attribute::NoUnwind,     Attribute::AlwaysInline,
        Attribute::Speculatable, Attribute::MustProgress,
        Attribute::NoRecurse,    Attribute::Cold};
    static constexpr Attribute::AttrKind kOfPointers[] = {
        Attribute::NonNull,  Attribute::NoAlias,   Attribute::ReadNone,
        Attribute::ReadOnly, Attribute::NoCapture, Attribute::NoUndef,
        Attribute::Returned};
    llvm::Function& function = *i.getFunction();
    switch (random_.Below(3)) {
      case 0:
        function.addFnAttr(
            kOfFunctions[random_.Below(std::size(kOfFunctions))]);
        if (random_.Below(2) == 0) {
          function.setMemoryEffects(llvm::MemoryEffects::none());
        }
        return;
      case 1:
        for (llvm::Argument& argument : function.args()) {
          if (!argument.getType()->isPointerTy()) continue;
          argument.addAttr(kOfPointers[random_.Below(std::size(kOfPointers))]);
          argument.addAttr(llvm::Attribute::getWithDereferenceableBytes(
              module_.getContext(), 4294967296u));
        }
        return;
      default:
        if (auto* call = llvm::dyn_cast<llvm::CallInst>(&i)) {
          call->setDoesNotReturn();
          call->addFnAttr(Attribute::WillReturn);
        }
    }
  }

  void InsertAccess(llvm::Instruction& i) {
    if (llvm::isa<llvm::PHINode>(i)) return;
    auto& context = module_.getContext();
    llvm::Type* const types[] = {
        llvm::Type::getInt8Ty(context),
        llvm::Type::getInt1Ty(context),
        llvm::Type::getInt64Ty(context),
        llvm::Type::getInt128Ty(context),
        llvm::Type::getIntNTy(context, 56),
        llvm::Type::getDoubleTy(context),
        llvm::PointerType::getUnqual(context),
        llvm::FixedVectorType::get(llvm::Type::getInt32Ty(context), 8)};
    llvm::Type* const type = types[random_.Below(std::size(types))];
    llvm::IRBuilder<> builder(&i);
    llvm::Value* place = ValueFor(llvm::PointerType::getUnqual(context), i);
    if (random_.Below(2) == 0) {
      place = builder.CreateGEP(
          type, place, {ValueFor(llvm::Type::getInt64Ty(context), i)}, "",
          random_.Below(2) == 0 ? llvm::GEPNoWrapFlags::inBounds()
                                : llvm::GEPNoWrapFlags::none());
    }
    switch (random_.Below(4)) {
      case 0:
        builder.CreateAlignedLoad(type, place, llvm::MaybeAlign(64),
                                  random_.Below(2) == 0);
        return;
      case 1:
        builder.CreateAlignedStore(ValueFor(type, i), place,
                                   llvm::MaybeAlign(1));
        return;
      case 2:
        builder.CreateMemMove(
            place, llvm::MaybeAlign(1),
            ValueFor(llvm::PointerType::getUnqual(context), i),
            llvm::MaybeAlign(1), ValueFor(llvm::Type::getInt64Ty(context), i));
        return;
      default:
        builder.CreateCall(
            llvm::FunctionType::get(llvm::Type::getInt64Ty(context),
                                    {llvm::Type::getInt64Ty(context)}, false),
            place, {ValueFor(llvm::Type::getInt64Ty(context), i)});
    }
  }

  void ChangeCallee(llvm::Instruction& i) {
    auto* const call = llvm::dyn_cast<llvm::CallInst>(&i);
    if (call == nullptr ||
        call->getIntrinsicID() != llvm::Intrinsic::not_intrinsic) {
      return;
    }
    static constexpr const char* kNames[] = {
        "malloc", "free",    "memcpy",          "strlen",
        "setjmp", "longjmp", "kheap_check",     "kheap_setjmp_buffer",
        "alloca", "system",  "__kheap_syscall", "_setjmp"};
    if (random_.Below(2) == 0) {
      call->setCalledOperand(
          ValueFor(llvm::PointerType::getUnqual(module_.getContext()), i));
      return;
    }
    call->setCalledOperand(
        module_
            .getOrInsertFunction(kNames[random_.Below(std::size(kNames))],
                                 call->getFunctionType())
            .getCallee());
  }

  void ChangeGlobal() {
    std::vector<llvm::GlobalVariable*> globals;
    for (llvm::GlobalVariable& global : module_.globals()) {
      globals.push_back(&global);
    }
    if (globals.empty()) return;
    llvm::GlobalVariable& global = *random_.Of(globals);
    switch (random_.Below(4)) {
      case 0:
        global.setConstant(!global.isConstant());
        return;
      case 1:
        global.setAlignment(
            llvm::MaybeAlign(llvm::Align::Constant<4294967296u>()));
        return;
      case 2:
        global.setThreadLocal(true);
        return;
      default:
        global.setName("kheap.functions");
    }
  }

  llvm::Module& module_;
  Random random_;
};

std::string Print(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

std::unique_ptr<llvm::Module> Parse(const std::string& bitcode,
                                    llvm::LLVMContext& context) {
  auto module =
      llvm::parseBitcodeFile(llvm::MemoryBufferRef(bitcode, "base"), context);
  if (module) return std::move(*module);
  llvm::consumeError(module.takeError());
  return nullptr;
}

}  // namespace

std::string Disassemble(const std::string& bitcode) {
  llvm::LLVMContext context;
  const auto module = Parse(bitcode, context);
  return module == nullptr ? "" : Print(*module);
}

std::string MutateModule(const std::string& bitcode, std::uint64_t seed) {
  llvm::LLVMContext context;
  const auto module = Parse(bitcode, context);
  if (module == nullptr) return "";
  ModuleMutator(*module, seed).Mutate();
  return Print(*module);
}

}  // namespace kheap
