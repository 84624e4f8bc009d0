// SPDX-License-Identifier: Apache-2.0
// Loads, stores and block copies: what they check, and where they go.
#include "bitshift/bits.h"
#include "heap/shadow.h"
#include "llvm/IR/MDBuilder.h"
#include "runner/function_translator.h"
#include "runner/promotion.h"

namespace kheap {

namespace {

// Block copies of a known size up to this are laid out in line.
constexpr std::uint64_t kInlineCopyBytesMax = 128;

// One bit of a shadow byte, repeated for an access of `size_bytes`.
llvm::APInt Unaddressable(std::uint64_t size_bytes) {
  return llvm::APInt::getSplat(
      static_cast<unsigned>(8 * size_bytes),
      llvm::APInt(8, static_cast<std::uint64_t>(ShadowByte::kNeverAllocated)));
}

bool IsStoredOnly(const llvm::Value& value) {
  for (const llvm::User* const user : value.users()) {
    const auto* const store = llvm::dyn_cast<llvm::StoreInst>(user);
    if (store == nullptr || store->getValueOperand() != &value) return false;
  }
  return !value.use_empty();
}

// A store to a bit-field loads the unit that holds it, replaces some bits and
// stores the unit: what is loaded is copied, not looked at.
bool IsBitFieldUpdate(const llvm::LoadInst& load) {
  for (const llvm::User* const user : load.users()) {
    const auto* const mask = llvm::dyn_cast<llvm::BinaryOperator>(user);
    if (mask == nullptr || mask->getOpcode() != llvm::Instruction::And ||
        !llvm::isa<llvm::ConstantInt>(mask->getOperand(1))) {
      return false;
    }
    for (const llvm::User* const next : mask->users()) {
      const auto* const join = llvm::dyn_cast<llvm::BinaryOperator>(next);
      const bool joins = join != nullptr &&
                         join->getOpcode() == llvm::Instruction::Or &&
                         IsStoredOnly(*join);
      const auto* const store = llvm::dyn_cast<llvm::StoreInst>(next);
      if (!joins && store == nullptr) return false;
    }
  }
  return !load.use_empty();
}

// A struct passed or returned by value is loaded as integers, padding and all.
bool IsPassedStruct(const llvm::LoadInst& load) {
  const llvm::Value* pointer = load.getPointerOperand()->stripPointerCasts();
  if (const auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(pointer)) {
    pointer = gep->getPointerOperand()->stripPointerCasts();
  }
  const auto* const alloca = llvm::dyn_cast<llvm::AllocaInst>(pointer);
  if (alloca == nullptr) return false;
  if (IsTemporary(*alloca)) return true;
  if (!alloca->getAllocatedType()->isAggregateType()) return false;
  for (const llvm::User* const user : load.users()) {
    if (!llvm::isa<llvm::CallInst, llvm::ReturnInst, llvm::InsertValueInst>(
            user)) {
      return false;
    }
  }
  return !load.use_empty();
}

}  // namespace

// ---- places ----------------------------------------------------------------

llvm::Value* FunctionTranslator::HostPointer(llvm::Value* address) {
  return builder_.CreateGEP(builder_.getInt8Ty(), base_, address);
}

llvm::Value* FunctionTranslator::ShadowPointer(llvm::Value* address) {
  llvm::Value* const shadow =
      ContextField(offsetof(GuestContext, shadow),
                   llvm::PointerType::getUnqual(translation_.context()), true);
  return builder_.CreateGEP(builder_.getInt8Ty(), shadow, address);
}

llvm::Instruction* FunctionTranslator::Scoped(llvm::Instruction* access,
                                              bool is_context) {
  const Translation::Scopes& scopes = translation_.scopes();
  if (is_context) {
    access->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes.context);
  }
  access->setMetadata(llvm::LLVMContext::MD_noalias,
                      is_context ? scopes.shadow : scopes.context_and_shadow);
  return access;
}

llvm::Instruction* FunctionTranslator::ScopedShadow(llvm::Instruction* access) {
  const Translation::Scopes& scopes = translation_.scopes();
  access->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes.shadow);
  access->setMetadata(llvm::LLVMContext::MD_noalias, scopes.context);
  return access;
}

// ---- checks ----------------------------------------------------------------

llvm::Value* FunctionTranslator::Check(llvm::Value* address,
                                       std::uint64_t size_bytes, SiteKind kind,
                                       Use use, llvm::Value* state) {
  if (size_bytes == 0) return nullptr;
  const bool loads = kind == SiteKind::kLoad;
  const GuestBounds& bounds = translation_.bounds;
  llvm::Value* const offset = builder_.CreateSub(
      address, Number(loads ? bounds.load_begin : bounds.store_begin));
  const bool is_usual = bits::IsPowerOfTwo(size_bytes) && size_bytes <= 16;
  const std::size_t field =
      (loads ? offsetof(GuestContext, load_room)
             : offsetof(GuestContext, store_room)) +
      (is_usual ? sizeof(std::uint64_t) * bits::Log2Floor(size_bytes) : 0);
  llvm::Value* room = ContextField(field, translation_.i64(), false);
  llvm::Value* holds;
  if (is_usual) {
    holds = builder_.CreateICmpULT(offset, room);
  } else {
    holds = builder_.CreateAnd(
        builder_.CreateICmpUGE(room, Number(size_bytes)),
        builder_.CreateICmpULE(offset,
                               builder_.CreateSub(room, Number(size_bytes))));
  }
  Require(holds, kind, address, static_cast<std::uint32_t>(size_bytes));
  if (!translation_.options().checked) return nullptr;
  return CheckShadow(address, size_bytes, kind, use, state);
}

llvm::Value* FunctionTranslator::CheckShadow(llvm::Value* address,
                                             std::uint64_t size_bytes,
                                             SiteKind kind, Use use,
                                             llvm::Value* fresh) {
  if (size_bytes > 16) {
    CallBuiltin("kheap_check", {address, Number(size_bytes),
                                Number(static_cast<std::uint64_t>(kind)),
                                Number(use == Use::kCopy ? 1 : 0)});
    return nullptr;
  }
  auto* const type = llvm::IntegerType::get(
      translation_.context(), static_cast<unsigned>(8 * size_bytes));
  llvm::Value* const place = ShadowPointer(address);
  llvm::Value* const found =
      ScopedShadow(builder_.CreateAlignedLoad(type, place, llvm::Align(1)));
  llvm::Value* state = found;
  if (kind != SiteKind::kLoad || use == Use::kCopy) {
    state = builder_.CreateAnd(
        state, llvm::ConstantInt::get(type, Unaddressable(size_bytes)));
  }
  Require(builder_.CreateICmpEQ(state, llvm::ConstantInt::get(type, 0)), kind,
          address, static_cast<std::uint32_t>(size_bytes));
  if (kind != SiteKind::kLoad) {
    if (fresh == nullptr) fresh = llvm::ConstantInt::get(type, 0);
    ScopedShadow(builder_.CreateAlignedStore(fresh, place, llvm::Align(1)));
  }
  return found;
}

// ---- loads and stores ------------------------------------------------------

llvm::Value* FunctionTranslator::Load(llvm::Type* type, llvm::Value* address,
                                      Use use, bool is_volatile) {
  Check(address, translation_.layout().getTypeStoreSize(type), SiteKind::kLoad,
        use);
  return Scoped(builder_.CreateAlignedLoad(type, HostPointer(address),
                                           llvm::Align(1), is_volatile),
                false);
}

void FunctionTranslator::Store(llvm::Value* value, llvm::Value* address,
                               bool is_volatile, llvm::Value* state) {
  Check(address, translation_.layout().getTypeStoreSize(value->getType()),
        SiteKind::kStore, Use::kValue, state);
  Scoped(builder_.CreateAlignedStore(value, HostPointer(address),
                                     llvm::Align(1), is_volatile),
         false);
}

bool FunctionTranslator::IsCopied(const llvm::LoadInst& load) {
  return IsBitFieldUpdate(load) || IsPassedStruct(load);
}

void FunctionTranslator::RequireAligned(llvm::Value* address,
                                        llvm::Type* type) {
  const std::uint64_t size = translation_.layout().getTypeStoreSize(type);
  if (size == 1 || !bits::IsPowerOfTwo(size)) return;
  Require(builder_.CreateICmpEQ(builder_.CreateAnd(address, Number(size - 1)),
                                Number(0)),
          SiteKind::kMisaligned, address, static_cast<std::uint32_t>(size));
}

llvm::Value* FunctionTranslator::TranslateLoad(llvm::LoadInst& load) {
  llvm::Type* const type = translation_.Map(load.getType());
  llvm::Value* const address = Map(load.getPointerOperand());
  const std::uint64_t size = translation_.layout().getTypeStoreSize(type);
  if (load.isAtomic()) RequireAligned(address, type);
  const bool is_moved = IsStoredOnly(load) && size <= 16;
  const Use use = is_moved || IsCopied(load) ? Use::kCopy : Use::kValue;
  llvm::Value* const state = Check(address, size, SiteKind::kLoad, use);
  if (is_moved) copied_states_[&load] = state;
  return Scoped(builder_.CreateAlignedLoad(type, HostPointer(address),
                                           llvm::Align(1), load.isVolatile()),
                false);
}

void FunctionTranslator::TranslateStore(llvm::StoreInst& store) {
  if (store.isAtomic()) {
    RequireAligned(Map(store.getPointerOperand()),
                   store.getValueOperand()->getType());
  }
  Store(Settled(store.getValueOperand()), Map(store.getPointerOperand()),
        store.isVolatile(), copied_states_.lookup(store.getValueOperand()));
}

// One thread runs the guest, so an atomic update is a load and a store.
llvm::Value* FunctionTranslator::TranslateReadModifyWrite(
    llvm::AtomicRMWInst& update) {
  using llvm::AtomicRMWInst;
  llvm::Value* const address = Map(update.getPointerOperand());
  llvm::Value* const operand = Map(update.getValOperand());
  RequireAligned(address, operand->getType());
  llvm::Value* const old =
      Load(operand->getType(), address, Use::kValue, false);
  const auto choose = [&](llvm::CmpInst::Predicate predicate) {
    return builder_.CreateSelect(builder_.CreateICmp(predicate, old, operand),
                                 old, operand);
  };
  llvm::Value* fresh = operand;
  switch (update.getOperation()) {
    case AtomicRMWInst::Xchg:
      break;
    case AtomicRMWInst::Add:
      fresh = builder_.CreateAdd(old, operand);
      break;
    case AtomicRMWInst::Sub:
      fresh = builder_.CreateSub(old, operand);
      break;
    case AtomicRMWInst::And:
      fresh = builder_.CreateAnd(old, operand);
      break;
    case AtomicRMWInst::Nand:
      fresh = builder_.CreateNot(builder_.CreateAnd(old, operand));
      break;
    case AtomicRMWInst::Or:
      fresh = builder_.CreateOr(old, operand);
      break;
    case AtomicRMWInst::Xor:
      fresh = builder_.CreateXor(old, operand);
      break;
    case AtomicRMWInst::Max:
      fresh = choose(llvm::CmpInst::ICMP_SGT);
      break;
    case AtomicRMWInst::Min:
      fresh = choose(llvm::CmpInst::ICMP_SLT);
      break;
    case AtomicRMWInst::UMax:
      fresh = choose(llvm::CmpInst::ICMP_UGT);
      break;
    case AtomicRMWInst::UMin:
      fresh = choose(llvm::CmpInst::ICMP_ULT);
      break;
    case AtomicRMWInst::FAdd:
      fresh = SettleNan(builder_.CreateFAdd(old, operand));
      break;
    case AtomicRMWInst::FSub:
      fresh = SettleNan(builder_.CreateFSub(old, operand));
      break;
    default:
      translation_.Refuse(update, "this atomic update is not supported");
  }
  Store(fresh, address, update.isVolatile());
  return old;
}

llvm::Value* FunctionTranslator::TranslateCompareExchange(
    llvm::AtomicCmpXchgInst& exchange) {
  llvm::Value* const address = Map(exchange.getPointerOperand());
  llvm::Value* const expected = Map(exchange.getCompareOperand());
  llvm::Value* const fresh = Map(exchange.getNewValOperand());
  RequireAligned(address, expected->getType());
  llvm::Value* const old =
      Load(expected->getType(), address, Use::kValue, false);
  llvm::Value* const equal = builder_.CreateICmpEQ(old, expected);
  Store(builder_.CreateSelect(equal, fresh, old), address,
        exchange.isVolatile());
  llvm::Value* const result =
      llvm::PoisonValue::get(translation_.Map(exchange.getType()));
  return builder_.CreateInsertValue(builder_.CreateInsertValue(result, old, 0),
                                    equal, 1);
}

// ---- blocks of bytes -------------------------------------------------------

void FunctionTranslator::CopyBlock(llvm::MemTransferInst& copy) {
  llvm::Value* const destination = Map(copy.getRawDest());
  llvm::Value* const source = Map(copy.getRawSource());
  llvm::Value* const size =
      builder_.CreateZExtOrTrunc(Map(copy.getLength()), translation_.i64());
  const auto* const known = llvm::dyn_cast<llvm::ConstantInt>(size);
  if (translation_.options().checked || known == nullptr ||
      known->getZExtValue() > kInlineCopyBytesMax) {
    CallBuiltin("kheap_move", {destination, source, size});
    return;
  }
  const std::uint64_t bytes = known->getZExtValue();
  Check(source, bytes, SiteKind::kLoad, Use::kCopy);
  Check(destination, bytes, SiteKind::kStore, Use::kCopy);
  // The ranges may be the same, and a move of a known size costs no more.
  builder_.CreateMemMove(HostPointer(destination), llvm::MaybeAlign(1),
                         HostPointer(source), llvm::MaybeAlign(1), size);
}

void FunctionTranslator::SetBlock(llvm::MemSetInst& set) {
  llvm::Value* const destination = Map(set.getRawDest());
  llvm::Value* const byte = Map(set.getValue());
  llvm::Value* const size =
      builder_.CreateZExtOrTrunc(Map(set.getLength()), translation_.i64());
  const auto* const known = llvm::dyn_cast<llvm::ConstantInt>(size);
  if (translation_.options().checked || known == nullptr ||
      known->getZExtValue() > kInlineCopyBytesMax) {
    CallBuiltin(
        "kheap_fill",
        {destination, builder_.CreateZExt(byte, translation_.i64()), size});
    return;
  }
  Check(destination, known->getZExtValue(), SiteKind::kStore, Use::kValue);
  builder_.CreateMemSet(HostPointer(destination), byte, size,
                        llvm::MaybeAlign(1));
}

// A variable that comes into scope again holds nothing yet.
void FunctionTranslator::MarkScopeBegin(llvm::Value* object) {
  auto* const alloca =
      llvm::dyn_cast<llvm::AllocaInst>(object->stripPointerCasts());
  if (!translation_.options().checked || alloca == nullptr) return;
  for (const Local& local : locals_) {
    if (local.alloca != alloca) continue;
    MarkShadow(values_[alloca], Number(local.size_bytes),
               static_cast<std::uint8_t>(ShadowByte::kUninitialised));
  }
}

}  // namespace kheap
