// SPDX-License-Identifier: Apache-2.0
#include "runner/entry_emitter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "llvm/IR/IRBuilder.h"
#include "runner/guest_abi.h"

namespace kheap {

namespace {

char LetterOf(const llvm::Type& type) {
  if (type.isVoidTy()) return 'v';
  if (type.isPointerTy() || type.isIntegerTy(64)) return 'l';
  if (type.isIntegerTy(32)) return 'i';
  if (type.isIntegerTy(16)) return 's';
  if (type.isIntegerTy(8)) return 'c';
  if (type.isIntegerTy(1)) return 'b';
  if (type.isFloatTy()) return 'f';
  if (type.isDoubleTy()) return 'd';
  return 'x';
}

std::string SignatureOf(const llvm::FunctionType& type) {
  std::string letters(1, LetterOf(*type.getReturnType()));
  for (const llvm::Type* const parameter : type.params()) {
    letters += LetterOf(*parameter);
  }
  if (type.isVarArg()) letters += '.';
  return letters;
}

}  // namespace

// A function of the host whose address the guest takes gets a body that calls
// it.
void EntryEmitter::TranslateTakenBuiltins() {
  for (std::size_t i = 0; i < translation_.taken_functions().size(); ++i) {
    llvm::Function* const function = translation_.taken_functions()[i];
    llvm::Function* const host = translation_.HostFunction(function);
    if (!host->isDeclaration()) continue;
    if (!translation_.IsBuiltin(*function)) {
      translation_.Refuse(absl::StrCat("undefined reference to `",
                                       function->getName().str(), "`"));
      continue;
    }
    llvm::IRBuilder<> builder(
        llvm::BasicBlock::Create(module_.getContext(), "", host));
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : host->args())
      arguments.push_back(&argument);
    llvm::CallInst* const call = builder.CreateCall(
        translation_.Builtin(function->getName().str()), arguments);
    if (call->getType()->isVoidTy()) {
      builder.CreateRetVoid();
    } else {
      builder.CreateRet(call);
    }
  }
}

// What the host calls: the same parameters in C's convention.
void EntryEmitter::EmitEntries() {
  for (llvm::Function* const function : functions_) {
    const std::string name = function->getName().str();
    const bool is_ours = name.starts_with("__kheap_");
    if (!is_ours && (function->hasLocalLinkage() ||
                     !translation_.IsDefinedByProgram(name))) {
      continue;
    }
    llvm::Function* const host = translation_.HostFunction(function);
    llvm::Function* const entry = llvm::Function::Create(
        host->getFunctionType(), llvm::GlobalValue::ExternalLinkage,
        kEntryPrefix + name, module_);
    entry->setUWTableKind(llvm::UWTableKind::Async);
    llvm::IRBuilder<> builder(
        llvm::BasicBlock::Create(module_.getContext(), "", entry));
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : entry->args()) {
      arguments.push_back(&argument);
    }
    llvm::CallInst* const call = builder.CreateCall(host, arguments);
    call->addParamAttr(0, llvm::Attribute::SwiftSelf);
    if (call->getType()->isVoidTy()) {
      builder.CreateRetVoid();
    } else {
      builder.CreateRet(call);
    }
    image_.functions.push_back({name, SignatureOf(*function->getFunctionType()),
                                translation_.IsTaken(function)
                                    ? translation_.FunctionPointer(function)
                                    : 0});
  }
}

// handler(signal), if the code is of a function that can be one:
// bool (base, sp, code, type, signal).
void EntryEmitter::EmitHandlerEntry() {
  auto& context = module_.getContext();
  auto* const pointer = llvm::PointerType::getUnqual(context);
  auto* const i32 = llvm::Type::getInt32Ty(context);
  auto* const i64 = translation_.i64();
  auto* const guest_pointer = pointer;
  auto* const nothing = llvm::Type::getVoidTy(context);
  auto* const plain = llvm::FunctionType::get(nothing, {i32}, false);
  auto* const informed = llvm::FunctionType::get(
      nothing, {i32, guest_pointer, guest_pointer}, false);
  llvm::Function* const entry = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getInt1Ty(context),
                              {pointer, i64, pointer, i64, i32}, false),
      llvm::GlobalValue::ExternalLinkage,
      std::string(kEntryPrefix) + "kheap.handler", module_);
  entry->setUWTableKind(llvm::UWTableKind::Async);
  auto* const first = llvm::BasicBlock::Create(context, "", entry);
  auto* const other = llvm::BasicBlock::Create(context, "", entry);
  llvm::IRBuilder<> builder(first);
  auto* const choice = builder.CreateSwitch(entry->getArg(3), other);
  builder.SetInsertPoint(other);
  builder.CreateRet(builder.getFalse());
  for (llvm::FunctionType* const type : {plain, informed}) {
    auto* const block = llvm::BasicBlock::Create(context, "", entry);
    choice->addCase(builder.getInt64(translation_.TypeNumber(type)), block);
    builder.SetInsertPoint(block);
    std::vector<llvm::Value*> arguments = {entry->getArg(0), entry->getArg(1),
                                           entry->getArg(4)};
    while (arguments.size() < type->getNumParams() + 2) {
      arguments.push_back(builder.getInt64(0));
    }
    builder
        .CreateCall(translation_.MapFunctionType(type), entry->getArg(2),
                    arguments)
        ->addParamAttr(0, llvm::Attribute::SwiftSelf);
    builder.CreateRet(builder.getTrue());
  }
  image_.functions.push_back({"kheap.handler", "handler", 0});
}

}  // namespace kheap
