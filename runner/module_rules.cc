// SPDX-License-Identifier: Apache-2.0
#include "runner/module_rules.h"

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "absl/strings/str_cat.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/raw_ostream.h"
#include "runner/type_rules.h"

namespace kheap {

namespace {

// No arena is larger; sums of so many sizes stay far from wrapping.
constexpr std::uint64_t kGlobalBytesMax =
    std::uint64_t{1} * 1024 * 1024 * 1024 * 1024;

bool IsList(llvm::StringRef name) {
  return name == "llvm.global_ctors" || name == "llvm.global_dtors" ||
         name == "llvm.used" || name == "llvm.compiler.used";
}

class Checker {
 public:
  Checker(const llvm::Module& module, const std::string& path)
      : module_(module), path_(path), types_(module.getDataLayout()) {}

  absl::Status Check() {
    if (!module_.getModuleInlineAsm().empty()) {
      Refuse("assembly outside of functions");
    }
    for (const llvm::GlobalIFunc& function : module_.ifuncs()) {
      RefuseNamed(function, "is chosen when it is loaded (an ifunc)");
    }
    for (const llvm::GlobalAlias& alias : module_.aliases()) {
      CheckName(alias);
      CheckConstant(*alias.getAliasee());
      if (alias.getAliaseeObject() == nullptr) {
        RefuseNamed(alias, "is an alias of something that has no address");
      }
    }
    for (const llvm::GlobalVariable& global : module_.globals()) {
      CheckGlobal(global);
    }
    for (const llvm::Function& function : module_) CheckFunction(function);
    CheckConstants();
    return status_;
  }

 private:
  void CheckName(const llvm::GlobalValue& value) {
    if (value.getName().contains('\0'))
      RefuseNamed(value, "has a zero byte in its name");
    if (value.getAddressSpace() != 0) {
      RefuseNamed(value, "lies in another address space");
    }
  }

  void CheckGlobal(const llvm::GlobalVariable& global) {
    CheckName(global);
    if (global.getName().starts_with("llvm.")) return CheckList(global);
    if (global.isDeclaration()) return;
    if (const auto problem = types_.ProblemInMemory(global.getValueType())) {
      return RefuseNamed(global, absl::StrCat("has ", *problem));
    }
    if (types_.BytesOf(global.getValueType()) > kGlobalBytesMax) {
      return RefuseNamed(global, "is larger than any arena");
    }
    CheckConstant(*global.getInitializer());
  }

  // LLVM's verifier knows the type of these lists.
  void CheckList(const llvm::GlobalVariable& list) {
    if (!IsList(list.getName())) {
      return RefuseNamed(list, "has a name that is reserved");
    }
    const bool is_structors = list.getName().starts_with("llvm.global_");
    if (!is_structors || list.isDeclaration()) return;
    const llvm::Constant* const rows = list.getInitializer();
    if (rows->isNullValue()) return;
    for (unsigned i = 0; i < rows->getNumOperands(); ++i) {
      const auto* const row = llvm::cast<llvm::Constant>(rows->getOperand(i));
      const llvm::Constant* const priority = row->getAggregateElement(0u);
      const llvm::Constant* const code = row->getAggregateElement(1u);
      if (priority == nullptr || code == nullptr ||
          !llvm::isa<llvm::ConstantInt>(priority) ||
          !(code->isNullValue() ||
            llvm::isa<llvm::Function>(code->stripPointerCastsAndAliases()))) {
        return RefuseNamed(list, "has a row that names no function");
      }
      const auto* const function =
          llvm::dyn_cast<llvm::Function>(code->stripPointerCastsAndAliases());
      if (function != nullptr &&
          (function->arg_size() > 0 || function->isVarArg())) {
        RefuseNamed(*function,
                    "is a constructor or destructor that takes "
                    "arguments");
      }
    }
  }

  void CheckFunction(const llvm::Function& function) {
    if (function.isIntrinsic()) return;
    CheckName(function);
    if (function.hasPersonalityFn()) {
      RefuseNamed(function, "handles exceptions");
    }
    if (function.hasGC() || function.hasPrefixData() ||
        function.hasPrologueData() ||
        function.hasFnAttribute(llvm::Attribute::Naked) ||
        function.hasFnAttribute(llvm::Attribute::PresplitCoroutine)) {
      RefuseNamed(function, "is more than a function of C");
    }
    for (const llvm::Attribute::AttrKind kind :
         {llvm::Attribute::ByVal, llvm::Attribute::InAlloca,
          llvm::Attribute::Preallocated, llvm::Attribute::ByRef,
          llvm::Attribute::SwiftError, llvm::Attribute::SwiftAsync}) {
      if (function.getAttributes().hasAttrSomewhere(kind)) {
        RefuseNamed(function,
                    absl::StrCat(
                        "has a parameter that is `",
                        llvm::Attribute::getNameFromAttrKind(kind).str(), "`"));
      }
    }
    CheckFunctionType(*function.getFunctionType(), nullptr, &function);
    for (const llvm::Instruction& instruction : llvm::instructions(function)) {
      CheckInstruction(instruction);
      if (!status_.ok()) return;
    }
  }

  void CheckFunctionType(const llvm::FunctionType& type,
                         const llvm::Instruction* call,
                         const llvm::Function* function) {
    const auto check = [&](llvm::Type* part) {
      const auto problem = types_.ProblemAsValue(part);
      if (!problem.has_value()) return;
      if (call != nullptr) return Refuse(*call, *problem);
      RefuseNamed(*function, absl::StrCat("passes ", *problem));
    };
    if (!type.getReturnType()->isVoidTy()) check(type.getReturnType());
    for (llvm::Type* const parameter : type.params()) {
      if (!parameter->isMetadataTy()) check(parameter);
    }
  }

  void CheckInstruction(const llvm::Instruction& instruction) {
    if (!IsKnown(instruction)) {
      return Refuse(instruction,
                    absl::StrCat("`", instruction.getOpcodeName(), "`"));
    }
    CheckValueType(instruction, instruction.getType());
    for (const llvm::Use& operand : instruction.operands()) {
      CheckValueType(instruction, operand->getType());
      if (llvm::isa<llvm::ConstantInt>(operand)) continue;
      if (const auto* constant = llvm::dyn_cast<llvm::Constant>(operand)) {
        CheckConstant(*constant);
      }
    }
    if (const auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction)) {
      CheckFunctionType(*call->getFunctionType(), call, nullptr);
    } else if (const auto* alloca =
                   llvm::dyn_cast<llvm::AllocaInst>(&instruction)) {
      CheckAlloca(*alloca);
    } else if (const auto* gep =
                   llvm::dyn_cast<llvm::GetElementPtrInst>(&instruction)) {
      CheckMemoryType(instruction, gep->getSourceElementType());
      for (const llvm::Use& index : gep->indices()) {
        if (index->getType()->isVectorTy()) {
          Refuse(instruction, "a vector of pointers");
        }
      }
    } else if (llvm::isa<llvm::LoadInst>(instruction)) {
      CheckMoved(instruction, instruction.getType());
    } else if (const auto* store =
                   llvm::dyn_cast<llvm::StoreInst>(&instruction)) {
      CheckMoved(instruction, store->getValueOperand()->getType());
    }
  }

  static bool IsKnown(const llvm::Instruction& instruction) {
    using llvm::Instruction;
    if (instruction.isBinaryOp() || instruction.isUnaryOp()) return true;
    if (instruction.isCast()) {
      return instruction.getOpcode() != Instruction::AddrSpaceCast;
    }
    switch (instruction.getOpcode()) {
      case Instruction::Ret:
      case Instruction::Br:
      case Instruction::Switch:
      case Instruction::IndirectBr:
      case Instruction::Unreachable:
      case Instruction::Alloca:
      case Instruction::Load:
      case Instruction::Store:
      case Instruction::GetElementPtr:
      case Instruction::Fence:
      case Instruction::AtomicCmpXchg:
      case Instruction::AtomicRMW:
      case Instruction::ICmp:
      case Instruction::FCmp:
      case Instruction::PHI:
      case Instruction::Call:
      case Instruction::Select:
      case Instruction::ExtractElement:
      case Instruction::InsertElement:
      case Instruction::ShuffleVector:
      case Instruction::ExtractValue:
      case Instruction::InsertValue:
      case Instruction::Freeze:
        return true;
      default:
        return false;
    }
  }

  // What clang reads and writes a bit-field with.
  static bool IsBitFieldStep(const llvm::Instruction& instruction) {
    using llvm::Instruction;
    switch (instruction.getOpcode()) {
      case Instruction::Load:
      case Instruction::Store:
      case Instruction::And:
      case Instruction::Or:
      case Instruction::Shl:
      case Instruction::LShr:
      case Instruction::AShr:
      case Instruction::Trunc:
      case Instruction::ZExt:
      case Instruction::SExt:
        return true;
      default:
        return false;
    }
  }

  void CheckAlloca(const llvm::AllocaInst& alloca) {
    CheckMemoryType(alloca, alloca.getAllocatedType());
    if (alloca.isUsedWithInAlloca() || alloca.isSwiftError()) {
      return Refuse(alloca, "a local variable of another language");
    }
    const auto* const count =
        llvm::dyn_cast<llvm::ConstantInt>(alloca.getArraySize());
    if (count == nullptr || !status_.ok()) return;
    const std::uint64_t bytes = types_.BytesOf(alloca.getAllocatedType());
    if (count->getValue().getActiveBits() > 64 ||
        (bytes != 0 && count->getZExtValue() > TypeRules::kBytesMax / bytes)) {
      Refuse(alloca, "a local variable that is larger than any memory");
    }
  }

  void CheckValueType(const llvm::Instruction& instruction, llvm::Type* type) {
    if (type->isVoidTy() || type->isLabelTy() || type->isMetadataTy() ||
        type->isFunctionTy() ||
        (IsBitFieldStep(instruction) && TypeRules::IsBitFieldUnit(type))) {
      return;
    }
    if (const auto problem = types_.ProblemAsValue(type)) {
      Refuse(instruction, *problem);
    }
  }
  void CheckMemoryType(const llvm::Instruction& instruction, llvm::Type* type) {
    if (const auto problem = types_.ProblemInMemory(type)) {
      Refuse(instruction, *problem);
    }
  }
  void CheckMoved(const llvm::Instruction& instruction, llvm::Type* type) {
    if (!TypeRules::FillsBytes(type)) {
      Refuse(instruction, "an aggregate whose parts share bytes in memory");
    }
  }

  void CheckConstant(const llvm::Constant& constant) {
    if (seen_.insert(&constant).second) open_.push_back(&constant);
  }

  // What constants are made of, each once.
  void CheckConstants() {
    while (!open_.empty() && status_.ok()) {
      const llvm::Constant* const constant = open_.back();
      open_.pop_back();
      if (llvm::isa<llvm::GlobalValue, llvm::BlockAddress>(constant)) continue;
      if (const auto problem = types_.ProblemInMemory(constant->getType())) {
        return Refuse(absl::StrCat("a constant with ", *problem));
      }
      if (const auto* gep = llvm::dyn_cast<llvm::GEPOperator>(constant)) {
        if (const auto problem =
                types_.ProblemInMemory(gep->getSourceElementType())) {
          return Refuse(absl::StrCat("a constant address with ", *problem));
        }
      }
      for (const llvm::Use& operand : constant->operands()) {
        if (const auto* part = llvm::dyn_cast<llvm::Constant>(operand)) {
          CheckConstant(*part);
        }
      }
    }
  }

  void Refuse(const std::string& what) {
    if (status_.ok()) {
      status_ = absl::UnimplementedError(
          absl::StrCat(path_, ": ", what, " is not supported"));
    }
  }
  void Refuse(const llvm::Instruction& instruction, const std::string& what) {
    if (!status_.ok()) return;
    std::string place = absl::StrCat(
        path_, ": in `", instruction.getFunction()->getName().str(), "`");
    if (const llvm::DebugLoc& location = instruction.getDebugLoc()) {
      place = absl::StrCat(
          llvm::cast<llvm::DIScope>(location.getScope())->getFilename().str(),
          ":", location.getLine(), ":", location.getCol());
    }
    status_ = absl::UnimplementedError(
        absl::StrCat(place, ": ", what, " is not supported"));
  }
  void RefuseNamed(const llvm::GlobalValue& value, const std::string& what) {
    if (!status_.ok()) return;
    status_ = absl::UnimplementedError(
        absl::StrCat(path_, ": `", value.getName().str(), "` ", what,
                     ", which is not supported"));
  }

  const llvm::Module& module_;
  const std::string& path_;
  TypeRules types_;
  llvm::DenseSet<const llvm::Constant*> seen_;
  std::vector<const llvm::Constant*> open_;
  absl::Status status_;
};

}  // namespace

absl::Status CheckModule(const llvm::Module& module, const std::string& path) {
  return Checker(module, path).Check();
}

}  // namespace kheap
