// SPDX-License-Identifier: Apache-2.0
#include "runner/entry_emitter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "llvm/IR/IRBuilder.h"
#include "runner/guest_abi.h"

namespace kheap {

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

// ---- entries ---------------------------------------------------------------

namespace {

constexpr std::uint64_t kPartsBytesMax = 16;

// Bytes on the host's side as a value of `type`: a struct's whole registers may
// be larger than the struct.
llvm::Value* ReadWhole(llvm::IRBuilder<>& builder, llvm::Value* bytes,
                       llvm::Type* type, std::uint64_t size_bytes) {
  auto* const room = llvm::ArrayType::get(builder.getInt8Ty(), kPartsBytesMax);
  llvm::Value* const copy = builder.CreateAlloca(room);
  builder.CreateStore(llvm::Constant::getNullValue(room), copy);
  builder.CreateMemCpy(copy, llvm::MaybeAlign(1), bytes, llvm::MaybeAlign(1),
                       size_bytes);
  return builder.CreateAlignedLoad(type, copy, llvm::Align(1));
}

void WriteWhole(llvm::IRBuilder<>& builder, llvm::Value* value,
                llvm::Value* bytes, std::uint64_t size_bytes) {
  llvm::Value* const copy = builder.CreateAlloca(
      llvm::ArrayType::get(builder.getInt8Ty(), kPartsBytesMax));
  builder.CreateAlignedStore(value, copy, llvm::Align(1));
  builder.CreateMemCpy(bytes, llvm::MaybeAlign(1), copy, llvm::MaybeAlign(1),
                       size_bytes);
}

llvm::Value* PartPointer(llvm::IRBuilder<>& builder, llvm::Value* bytes,
                         std::uint64_t begin) {
  return builder.CreateConstGEP1_64(builder.getInt8Ty(), bytes, begin);
}

}  // namespace

// The parameters of an entry: base, sp, where a result in parts goes, and for
// each parameter of C's a number, or where a struct's bytes are.
llvm::FunctionType* EntryEmitter::EntryType(const llvm::Function& host,
                                            const CallShape& shape) const {
  auto* const pointer = llvm::PointerType::getUnqual(module_.getContext());
  llvm::FunctionType& type = *host.getFunctionType();
  std::vector<llvm::Type*> parameters = {pointer, translation_.i64()};
  unsigned next = 2;
  const bool returns_parts = shape.result.way == PassedValue::Way::kInParts;
  if (returns_parts) parameters.push_back(pointer);
  if (shape.result.way == PassedValue::Way::kByAddress) {
    parameters.push_back(type.getParamType(next++));
  }
  for (const PassedValue& value : shape.parameters) {
    if (value.way == PassedValue::Way::kInParts) {
      parameters.push_back(pointer);
      next += static_cast<unsigned>(value.part_begins.size());
    } else {
      parameters.push_back(type.getParamType(next++));
    }
  }
  return llvm::FunctionType::get(
      returns_parts ? llvm::Type::getVoidTy(module_.getContext())
                    : type.getReturnType(),
      parameters, false);
}

// What the host calls, in C's convention.
void EntryEmitter::EmitEntry(llvm::Function& host, const std::string& name,
                             const CallShape& shape) {
  llvm::Function* const entry = llvm::Function::Create(
      EntryType(host, shape), llvm::GlobalValue::ExternalLinkage,
      kEntryPrefix + name, module_);
  entry->setUWTableKind(llvm::UWTableKind::Async);
  // C++ takes a bool for a byte that is 0 or 1.
  if (entry->getReturnType()->isIntegerTy(1)) {
    entry->addRetAttr(llvm::Attribute::ZExt);
  }
  llvm::IRBuilder<> builder(
      llvm::BasicBlock::Create(module_.getContext(), "", entry));
  std::vector<llvm::Value*> arguments = {entry->getArg(0), entry->getArg(1)};
  unsigned next = 2;
  llvm::Value* const result = shape.result.way == PassedValue::Way::kInParts
                                  ? entry->getArg(next++)
                                  : nullptr;
  if (shape.result.way == PassedValue::Way::kByAddress) {
    arguments.push_back(entry->getArg(next++));
  }
  for (const PassedValue& value : shape.parameters) {
    llvm::Value* const argument = entry->getArg(next++);
    if (value.way != PassedValue::Way::kInParts) {
      arguments.push_back(argument);
      continue;
    }
    for (const std::uint64_t begin : value.part_begins) {
      llvm::Type* const type = host.getFunctionType()->getParamType(
          static_cast<unsigned>(arguments.size()));
      arguments.push_back(
          value.part_begins.size() == 1
              ? ReadWhole(builder, argument, type, value.size_bytes)
              : builder.CreateAlignedLoad(type,
                                          PartPointer(builder, argument, begin),
                                          llvm::Align(1)));
    }
  }
  llvm::CallInst* const call = builder.CreateCall(&host, arguments);
  call->addParamAttr(0, llvm::Attribute::SwiftSelf);
  // The entry has no place in the source; inlined, the function had none left.
  call->setIsNoInline();
  if (result != nullptr && shape.result.part_begins.size() == 1) {
    WriteWhole(builder, call, result, shape.result.size_bytes);
  } else if (result != nullptr) {
    for (unsigned i = 0; i < shape.result.part_begins.size(); ++i) {
      builder.CreateAlignedStore(
          builder.CreateExtractValue(call, i),
          PartPointer(builder, result, shape.result.part_begins[i]),
          llvm::Align(1));
    }
  }
  if (entry->getReturnType()->isVoidTy()) {
    builder.CreateRetVoid();
  } else {
    builder.CreateRet(call);
  }
}

void EntryEmitter::EmitEntries() {
  for (llvm::Function* const function : functions_) {
    const std::string name = function->getName().str();
    const bool is_ours = name.starts_with("__kheap_");
    if (!is_ours && (function->hasLocalLinkage() ||
                     !translation_.IsDefinedByProgram(name))) {
      continue;
    }
    const CallShape shape = ShapeOf(*function);
    // The host has no way to pass further arguments.
    if (!function->isVarArg()) {
      EmitEntry(*translation_.HostFunction(function), name, shape);
    }
    image_.functions.push_back({name, shape.signature, shape.prototype,
                                translation_.IsTaken(function)
                                    ? translation_.FunctionPointer(function)
                                    : 0});
  }
}

// handler(signal), or handler(signal, information, null), if the code is of a
// function that can be one: bool (base, sp, code, type, signal, information).
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
                              {pointer, i64, pointer, i64, i32, i64}, false),
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
    if (type == informed) {
      arguments.push_back(entry->getArg(5));
      arguments.push_back(builder.getInt64(0));
    }
    builder
        .CreateCall(translation_.MapFunctionType(type), entry->getArg(2),
                    arguments)
        ->addParamAttr(0, llvm::Attribute::SwiftSelf);
    builder.CreateRet(builder.getTrue());
  }
  image_.functions.push_back({"kheap.handler", "handler", "", 0});
}

}  // namespace kheap
