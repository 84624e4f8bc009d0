// SPDX-License-Identifier: Apache-2.0
// Loads, stores and block copies: what they check, and where they go.
#include "bitshift/bits.h"
#include "runner/function_translator.h"
#include "runner/passed_struct.h"
#include "runner/promotion.h"
#include "runner/scope_end.h"

namespace kheap {

namespace {

// A part of a block that one check covers.
struct Piece {
  std::uint64_t offset;
  std::uint64_t size_bytes;
};

// Without a shadow one check covers a block of any size.
std::vector<Piece> PiecesOf(std::uint64_t size_bytes, bool checked) {
  if (!checked) return {{0, size_bytes}};
  std::vector<Piece> pieces;
  for (std::uint64_t offset = 0, piece = kCheckedBytesMax; offset < size_bytes;
       offset += piece) {
    while (piece > size_bytes - offset) piece /= 2;
    pieces.push_back({offset, piece});
  }
  return pieces;
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

}  // namespace

// ---- places ----------------------------------------------------------------

llvm::Value* FunctionTranslator::HostPointer(llvm::Value* address) {
  return builder_.CreateGEP(builder_.getInt8Ty(), base_, address);
}

llvm::Instruction* FunctionTranslator::Scoped(llvm::Instruction* access) {
  access->setMetadata(llvm::LLVMContext::MD_noalias,
                      translation_.scopes().context_and_shadow);
  return access;
}

// ---- checks ----------------------------------------------------------------

llvm::Value* FunctionTranslator::CheckAccess(llvm::Value* address,
                                             std::uint64_t size_bytes,
                                             SiteKind kind, Use use,
                                             llvm::Value* state) {
  if (size_bytes == 0) return nullptr;
  const bool loads = kind == SiteKind::kLoad;
  const bool checked = translation_.options().checked;
  if (checked && size_bytes > kCheckedBytesMax) {
    CallBuiltin("kheap_check", {address, Number(size_bytes),
                                Number(static_cast<std::uint64_t>(kind)),
                                Number(use == Use::kCopy ? 1 : 0)});
    return nullptr;
  }
  const CheckKind check =
      loads ? checked && use == Use::kCopy ? CheckKind::kCopy : CheckKind::kLoad
      : checked && state != nullptr ? CheckKind::kPut
                                    : CheckKind::kStore;
  return CreateCheck(
      builder_, check, size_bytes, base_, StackPointer(), address,
      translation_.AddSite(kind, static_cast<std::uint32_t>(size_bytes),
                           location_, guest_),
      state);
}

// ---- loads and stores ------------------------------------------------------

llvm::Value* FunctionTranslator::Load(llvm::Type* type, llvm::Value* address,
                                      Use use, bool is_volatile) {
  CheckAccess(address, translation_.layout().getTypeStoreSize(type),
              SiteKind::kLoad, use);
  return Scoped(builder_.CreateAlignedLoad(type, HostPointer(address),
                                           llvm::Align(1), is_volatile));
}

void FunctionTranslator::Store(llvm::Value* value, llvm::Value* address,
                               bool is_volatile, llvm::Value* state) {
  CheckAccess(address, translation_.layout().getTypeStoreSize(value->getType()),
              SiteKind::kStore, Use::kValue, state);
  Scoped(builder_.CreateAlignedStore(value, HostPointer(address),
                                     llvm::Align(1), is_volatile));
}

bool FunctionTranslator::IsCopied(const llvm::LoadInst& load) {
  return IsBitFieldUpdate(load) || IsOfPassedStruct(load);
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
  llvm::Value* const state = CheckAccess(address, size, SiteKind::kLoad, use);
  if (is_moved) copied_states_[&load] = state;
  return Scoped(builder_.CreateAlignedLoad(type, HostPointer(address),
                                           llvm::Align(1), load.isVolatile()));
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

// Blocks of a known size up to this are copied and set in line.
std::uint64_t FunctionTranslator::InlineBytesMax() const {
  return translation_.options().checked ? 4 * kCheckedBytesMax : 128;
}

void FunctionTranslator::CopyBlock(llvm::MemTransferInst& copy) {
  llvm::Value* const destination = Map(copy.getRawDest());
  llvm::Value* const source = Map(copy.getRawSource());
  llvm::Value* const size =
      builder_.CreateZExtOrTrunc(Map(copy.getLength()), translation_.i64());
  const auto* const known = llvm::dyn_cast<llvm::ConstantInt>(size);
  if (known == nullptr || known->getZExtValue() > InlineBytesMax()) {
    CallBuiltin("kheap_move", {destination, source, size});
    return;
  }
  CopyPieces(destination, source, known->getZExtValue());
}

// All is checked before the first byte changes; each piece takes its state
// along.
void FunctionTranslator::CopyPieces(llvm::Value* destination,
                                    llvm::Value* source,
                                    std::uint64_t size_bytes) {
  const std::vector<Piece> pieces =
      PiecesOf(size_bytes, translation_.options().checked);
  const auto at = [this](llvm::Value* address, const Piece& piece) {
    return builder_.CreateAdd(address, Number(piece.offset));
  };
  std::vector<llvm::Value*> states;
  for (const Piece& piece : pieces) {
    states.push_back(CheckAccess(at(source, piece), piece.size_bytes,
                                 SiteKind::kLoad, Use::kCopy));
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    CheckAccess(at(destination, pieces[i]), pieces[i].size_bytes,
                SiteKind::kStore, Use::kCopy, states[i]);
  }
  // The ranges may be the same, and a move of a known size costs no more.
  Scoped(builder_.CreateMemMove(HostPointer(destination), llvm::MaybeAlign(1),
                                HostPointer(source), llvm::MaybeAlign(1),
                                size_bytes));
}

void FunctionTranslator::SetBlock(llvm::MemSetInst& set) {
  llvm::Value* const destination = Map(set.getRawDest());
  llvm::Value* const byte = Map(set.getValue());
  llvm::Value* const size =
      builder_.CreateZExtOrTrunc(Map(set.getLength()), translation_.i64());
  const auto* const known = llvm::dyn_cast<llvm::ConstantInt>(size);
  if (known == nullptr || known->getZExtValue() > InlineBytesMax()) {
    CallBuiltin(
        "kheap_fill",
        {destination, builder_.CreateZExt(byte, translation_.i64()), size});
    return;
  }
  for (const Piece& piece :
       PiecesOf(known->getZExtValue(), translation_.options().checked)) {
    CheckAccess(builder_.CreateAdd(destination, Number(piece.offset)),
                piece.size_bytes, SiteKind::kStore, Use::kValue);
  }
  Scoped(builder_.CreateMemSet(HostPointer(destination), byte, size,
                               llvm::MaybeAlign(1)));
}

// A variable that comes into scope again holds nothing yet.
void FunctionTranslator::MarkScopeBegin(llvm::Value* object) {
  auto* const alloca =
      llvm::dyn_cast<llvm::AllocaInst>(object->stripPointerCasts());
  if (!translation_.options().checked || alloca == nullptr) return;
  for (const Local& local : locals_) {
    if (local.alloca != alloca) continue;
    if (local.size_bytes == 0) return;
    Mark(CheckKind::kScope, values_[alloca], Number(local.size_bytes));
  }
}

// A longjmp may lead back into the scope, past its begin.
void FunctionTranslator::MarkScopeEnd(llvm::IntrinsicInst& end) {
  auto* const alloca = llvm::dyn_cast<llvm::AllocaInst>(
      end.getArgOperand(1)->stripPointerCasts());
  if (!translation_.options().checked || calls_setjmp_ || alloca == nullptr ||
      IsTemporary(*alloca) || !OutlivesScope(*alloca, end)) {
    return;
  }
  for (const Local& local : locals_) {
    if (local.alloca != alloca || local.size_bytes == 0) continue;
    Mark(CheckKind::kEnd, values_[alloca], Number(local.size_bytes));
  }
}

}  // namespace kheap
