// SPDX-License-Identifier: Apache-2.0
#include "runner/checks.h"

#include <array>
#include <string>
#include <utility>

namespace kheap {

namespace {

constexpr llvm::StringLiteral kPrefix = "kheap.";
constexpr std::array<std::pair<CheckKind, llvm::StringLiteral>, 11> kNames = {{
    {CheckKind::kLoad, "load"},
    {CheckKind::kCopy, "copy"},
    {CheckKind::kStore, "store"},
    {CheckKind::kPut, "put"},
    {CheckKind::kWrite, "write"},
    {CheckKind::kInit, "init"},
    {CheckKind::kFrame, "frame"},
    {CheckKind::kLocal, "local"},
    {CheckKind::kScope, "scope"},
    {CheckKind::kEnd, "end"},
    {CheckKind::kPop, "pop"},
}};

llvm::StringRef NameOf(CheckKind kind) {
  return kNames[static_cast<std::size_t>(kind)].second;
}

bool HasSizeInName(CheckKind kind) { return kind <= CheckKind::kInit; }

llvm::Module& ModuleOf(llvm::IRBuilder<>& builder) {
  return *builder.GetInsertBlock()->getModule();
}

llvm::CallInst* CreateCheckCall(llvm::IRBuilder<>& builder, CheckKind kind,
                                std::uint64_t size_bytes, llvm::Type* result,
                                llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::SmallVector<llvm::Type*, 5> types;
  for (const llvm::Value* const argument : arguments) {
    types.push_back(argument->getType());
  }
  std::string name = (kPrefix + NameOf(kind)).str();
  if (HasSizeInName(kind)) name += "." + std::to_string(size_bytes);
  llvm::FunctionCallee callee = ModuleOf(builder).getOrInsertFunction(
      name, llvm::FunctionType::get(result, types, false));
  auto* const function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setMemoryEffects(llvm::MemoryEffects::inaccessibleMemOnly());
  llvm::CallInst* const call = builder.CreateCall(callee, arguments);
  // Two checks that became one would have one place in the program.
  call->addFnAttr(llvm::Attribute::NoMerge);
  call->setTailCallKind(llvm::CallInst::TCK_NoTail);
  return call;
}

}  // namespace

std::optional<Check> AsCheck(llvm::Instruction& instruction) {
  auto* const call = llvm::dyn_cast<llvm::CallInst>(&instruction);
  if (call == nullptr || call->getCalledFunction() == nullptr) {
    return std::nullopt;
  }
  llvm::StringRef name = call->getCalledFunction()->getName();
  if (!name.consume_front(kPrefix)) return std::nullopt;
  const auto [word, size] = name.split('.');
  for (const auto& [kind, known] : kNames) {
    if (word != known) continue;
    std::uint64_t size_bytes = 0;
    if (HasSizeInName(kind)) {
      if (size.getAsInteger(10, size_bytes)) return std::nullopt;
    } else if (const auto* const number =
                   llvm::dyn_cast<llvm::ConstantInt>(call->getArgOperand(2))) {
      size_bytes = number->getZExtValue();
    } else {
      size_bytes = UINT64_MAX;
    }
    return Check{call, kind, size_bytes};
  }
  return std::nullopt;
}

llvm::CallInst* CreateCheck(llvm::IRBuilder<>& builder, CheckKind kind,
                            std::uint64_t size_bytes, llvm::Value* base,
                            llvm::Value* stack_pointer, llvm::Value* address,
                            std::uint32_t site, llvm::Value* state) {
  llvm::SmallVector<llvm::Value*, 5> arguments = {base, stack_pointer, address,
                                                  builder.getInt32(site)};
  if (kind == CheckKind::kPut) arguments.push_back(state);
  return CreateCheckCall(
      builder, kind, size_bytes,
      kind == CheckKind::kCopy
          ? builder.getIntNTy(static_cast<unsigned>(8 * size_bytes))
          : builder.getVoidTy(),
      arguments);
}

void CreateMark(llvm::IRBuilder<>& builder, CheckKind kind, llvm::Value* base,
                llvm::Value* address, llvm::Value* size_bytes) {
  CreateCheckCall(builder, kind, 0, builder.getVoidTy(),
                  {base, address, size_bytes});
}

void CreateInit(llvm::IRBuilder<>& builder, const Check& store) {
  CreateCheckCall(builder, CheckKind::kInit, store.size_bytes,
                  builder.getVoidTy(), {store.base(), store.address()});
}

void CreateWrite(llvm::IRBuilder<>& builder, const Check& store) {
  CreateCheckCall(
      builder, CheckKind::kWrite, store.size_bytes, builder.getVoidTy(),
      {store.base(), store.stack_pointer(), store.address(), store.site()});
}

// ---- host memory that checks read ------------------------------------------

llvm::Value* ContextPointer(llvm::IRBuilder<>& builder, llvm::Value* base,
                            std::size_t field_offset) {
  return builder.CreateConstInBoundsGEP1_64(
      builder.getInt8Ty(), base,
      static_cast<std::uint64_t>(ContextOffset(field_offset)));
}

llvm::Value* ContextField(llvm::IRBuilder<>& builder, llvm::Value* base,
                          std::size_t field_offset, llvm::Type* type,
                          bool invariant, const MemoryScopes& scopes) {
  llvm::LoadInst* const load = builder.CreateAlignedLoad(
      type, ContextPointer(builder, base, field_offset), llvm::Align(8));
  if (invariant) {
    load->setMetadata(llvm::LLVMContext::MD_invariant_load,
                      llvm::MDNode::get(builder.getContext(), {}));
  }
  load->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes.context);
  load->setMetadata(llvm::LLVMContext::MD_noalias, scopes.shadow);
  return load;
}

void StoreContextField(llvm::IRBuilder<>& builder, llvm::Value* base,
                       std::size_t field_offset, llvm::Value* value,
                       const MemoryScopes& scopes) {
  llvm::StoreInst* const store = builder.CreateAlignedStore(
      value, ContextPointer(builder, base, field_offset), llvm::Align(8));
  store->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes.context);
  store->setMetadata(llvm::LLVMContext::MD_noalias, scopes.shadow);
}

llvm::Value* ShadowPointer(llvm::IRBuilder<>& builder, llvm::Value* base,
                           llvm::Value* address, const MemoryScopes& scopes) {
  llvm::Value* const shadow =
      ContextField(builder, base, offsetof(GuestContext, shadow),
                   llvm::PointerType::getUnqual(builder.getContext()),
                   /*invariant=*/true, scopes);
  return builder.CreateGEP(builder.getInt8Ty(), shadow, address);
}

llvm::Instruction* InShadow(llvm::Instruction* access,
                            const MemoryScopes& scopes) {
  access->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes.shadow);
  access->setMetadata(llvm::LLVMContext::MD_noalias, scopes.context);
  return access;
}

void CreateFault(llvm::IRBuilder<>& builder, llvm::Value* base,
                 llvm::Value* stack_pointer, llvm::Value* address,
                 llvm::Value* site) {
  const llvm::FunctionCallee fault = ModuleOf(builder).getOrInsertFunction(
      "kheap_fault",
      llvm::FunctionType::get(builder.getVoidTy(),
                              {base->getType(), builder.getInt64Ty(),
                               builder.getInt64Ty(), builder.getInt32Ty()},
                              false));
  llvm::CallInst* const call =
      builder.CreateCall(fault, {base, stack_pointer, address, site});
  call->setDoesNotReturn();
  // The report shows the frame that it comes from, and each fault keeps a place
  // of its own in the line table.
  call->setTailCallKind(llvm::CallInst::TCK_NoTail);
  call->addFnAttr(llvm::Attribute::NoMerge);
  builder.CreateUnreachable();
}

}  // namespace kheap
