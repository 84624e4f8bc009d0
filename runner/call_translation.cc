// SPDX-License-Identifier: Apache-2.0
// Calls: of the guest's functions, of the host's, and through pointers.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "llvm/IR/InlineAsm.h"
#include "runner/builtin_names.h"
#include "runner/function_translator.h"

namespace kheap {

namespace {

constexpr std::uint64_t kSlotBytes = 8;

// Functions of <math.h> whose result is exact, so that the processor's own
// instruction gives what any library gives.
const std::map<std::string, llvm::Intrinsic::ID>& ExactFunctions() {
  static const auto& table = *new std::map<std::string, llvm::Intrinsic::ID>{
      {"sqrt", llvm::Intrinsic::sqrt},   {"sqrtf", llvm::Intrinsic::sqrt},
      {"fabs", llvm::Intrinsic::fabs},   {"fabsf", llvm::Intrinsic::fabs},
      {"floor", llvm::Intrinsic::floor}, {"floorf", llvm::Intrinsic::floor},
      {"ceil", llvm::Intrinsic::ceil},   {"ceilf", llvm::Intrinsic::ceil},
      {"trunc", llvm::Intrinsic::trunc}, {"truncf", llvm::Intrinsic::trunc},
  };
  return table;
}

// The C library's functions have none.
bool HasSource(const llvm::Function& function) {
  return function.getSubprogram() != nullptr;
}

}  // namespace

bool IsExactFunction(const std::string& name) {
  return ExactFunctions().count(name) != 0;
}

llvm::CallInst* FunctionTranslator::CallHost(
    llvm::FunctionCallee callee, const std::vector<llvm::Value*>& arguments) {
  llvm::CallInst* const call = builder_.CreateCall(callee, arguments);
  call->setDebugLoc(location_);
  // A report names every caller, so each keeps its frame and its place; in fast
  // mode, at least the one whose call of the host ends in a fault.
  const bool calls_host =
      !callee.getCallee()->getName().starts_with(kGuestPrefix);
  if (translation_.options().checked || calls_host) {
    call->setTailCallKind(llvm::CallInst::TCK_NoTail);
    call->addFnAttr(llvm::Attribute::NoMerge);
  }
  return call;
}

llvm::Value* FunctionTranslator::CallBuiltin(
    const std::string& name, const std::vector<llvm::Value*>& arguments) {
  std::vector<llvm::Value*> all = {base_, StackPointer()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return CallHost(translation_.Builtin(name), all);
}

llvm::Value* FunctionTranslator::TranslateCall(llvm::CallInst& call) {
  if (auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&call)) {
    return TranslateIntrinsic(*intrinsic);
  }
  if (call.isInlineAsm()) return TranslateInlineAssembly(call);
  auto* callee = llvm::dyn_cast<llvm::Function>(
      call.getCalledOperand()->stripPointerCastsAndAliases());
  if (callee == nullptr) return CallThroughPointer(call);
  const std::string name = callee->getName().str();
  if (IsSetjmpName(name) && callee->isDeclaration()) {
    return TranslateSetjmp(call);
  }
  if (IsAllocaCall(call)) {
    return TakeStack(builder_.CreateZExtOrTrunc(Map(call.getArgOperand(0)),
                                                translation_.i64()),
                     {});
  }
  const auto exact = ExactFunctions().find(name);
  if (exact != ExactFunctions().end() &&
      !translation_.IsDefinedByProgram(name) && call.arg_size() == 1 &&
      call.getType()->isFloatingPointTy() &&
      call.getType() == call.getArgOperand(0)->getType()) {
    return builder_.CreateUnaryIntrinsic(exact->second,
                                         Map(call.getArgOperand(0)));
  }
  const bool is_builtin = translation_.IsBuiltin(*callee);
  // `int f();` leaves the parameters open: the call says which there are.
  llvm::FunctionType* const type = callee->isDeclaration() && !is_builtin
                                       ? call.getFunctionType()
                                       : translation_.TypeOf(*callee);
  if (!CanPass(call, *type)) RequireTarget(builder_.getFalse(), call);
  std::vector<llvm::Value*> arguments = HostArguments(call, type);
  llvm::Value* result;
  if (is_builtin) {
    if (IsAllocationName(name)) NoteCallSite();
    result = CallHost(translation_.Builtin(name), arguments);
  } else if (callee->isDeclaration() && callee->hasExternalWeakLinkage()) {
    // A weak function that nobody defines is a null pointer.
    Require(builder_.getFalse(), SiteKind::kCall, Number(0), 0);
    result = llvm::Constant::getNullValue(
        call.getType()->isVoidTy() ? translation_.i64()
                                   : translation_.Map(call.getType()));
  } else if (callee->isDeclaration()) {
    result = CallHost(translation_.UndefinedFunction(name, type), arguments);
  } else {
    if (!HasSource(*callee)) NoteCallSite();
    llvm::CallInst* const direct =
        CallHost(translation_.HostFunction(callee), arguments);
    if (HasSource(*callee) && !HasSource(guest_)) direct->setIsNoInline();
    result = direct;
  }
  if (call.getType()->isVoidTy()) return nullptr;
  return Convert(result, translation_.Map(call.getType()));
}

// A block that a function of the library allocates or frees is reported with
// the program's call of that function.
void FunctionTranslator::NoteCallSite() {
  if (!translation_.options().checked || !HasSource(guest_)) return;
  builder_.CreateStore(
      builder_.getInt32(
          translation_.AddSite(SiteKind::kAllocation, 0, location_, guest_)),
      ContextPointer(builder_, base_, offsetof(GuestContext, call_site)));
}

// Whether values of one type can be taken for another by a caller and a callee
// that disagree: both numbers of one kind.
bool FunctionTranslator::CanPass(llvm::CallInst& call,
                                 llvm::FunctionType& type) {
  const auto agree = [this](llvm::Type* from, llvm::Type* to) {
    from = translation_.Map(from);
    to = translation_.Map(to);
    return from == to || (from->isIntegerTy() && to->isIntegerTy()) ||
           (from->isFloatingPointTy() && to->isFloatingPointTy());
  };
  for (unsigned i = 0; i < type.getNumParams() && i < call.arg_size(); ++i) {
    if (!agree(call.getArgOperand(i)->getType(), type.getParamType(i))) {
      return false;
    }
  }
  return call.getType()->isVoidTy() || call.use_empty() ||
         type.getReturnType()->isVoidTy() ||
         agree(type.getReturnType(), call.getType());
}

std::vector<llvm::Value*> FunctionTranslator::HostArguments(
    llvm::CallInst& call, llvm::FunctionType* type) {
  std::vector<llvm::Value*> arguments = {base_, nullptr};
  for (unsigned i = 0; i < type->getNumParams(); ++i) {
    llvm::Type* const parameter = translation_.Map(type->getParamType(i));
    arguments.push_back(i < call.arg_size()
                            ? Convert(Settled(call.getArgOperand(i)), parameter)
                            : llvm::Constant::getNullValue(parameter));
  }
  if (type->isVarArg()) {
    arguments.push_back(WriteVariadic(call, type->getNumParams()));
  }
  arguments[1] = StackPointer();
  return arguments;
}

llvm::Value* FunctionTranslator::Convert(llvm::Value* value, llvm::Type* type) {
  llvm::Type* const from = value->getType();
  if (from == type) return value;
  if (from->isVoidTy()) return llvm::Constant::getNullValue(type);
  if (from->isIntegerTy() && type->isIntegerTy()) {
    return builder_.CreateSExtOrTrunc(value, type);
  }
  if (from->isFloatingPointTy() && type->isFloatingPointTy()) {
    return builder_.CreateFPCast(value, type);
  }
  if (from->getPrimitiveSizeInBits() == type->getPrimitiveSizeInBits() &&
      from->getPrimitiveSizeInBits() != 0) {
    return builder_.CreateBitCast(value, type);
  }
  return llvm::Constant::getNullValue(type);
}

// ---- variadic calls --------------------------------------------------------

std::uint64_t FunctionTranslator::VariadicBytes(const llvm::CallInst& call,
                                                unsigned first) const {
  std::uint64_t bytes = 0;
  for (unsigned i = first; i < call.arg_size(); ++i) {
    llvm::Type* const type = call.getArgOperand(i)->getType();
    const std::uint64_t size = bits::AlignUp<std::uint64_t>(
        translation_.layout().getTypeAllocSize(type), kSlotBytes);
    if (size > kSlotBytes && type->isIntegerTy()) {
      bytes = bits::AlignUp(bytes, 2 * kSlotBytes);
    }
    bytes += size;
  }
  return bytes;
}

// The arguments from `first` on, written to the lower end of the frame, as
// va_arg will read them.
llvm::Value* FunctionTranslator::WriteVariadic(llvm::CallInst& call,
                                               unsigned first) {
  std::uint64_t offset = 0;
  for (unsigned i = first; i < call.arg_size(); ++i) {
    llvm::Value* value = Settled(call.getArgOperand(i));
    llvm::Type* const type = value->getType();
    const std::uint64_t size = translation_.layout().getTypeAllocSize(type);
    if (type->isIntegerTy() && size < kSlotBytes) {
      const bool is_zero_extended = call.paramHasAttr(i, llvm::Attribute::ZExt);
      value = is_zero_extended ? builder_.CreateZExt(value, translation_.i64())
                               : builder_.CreateSExt(value, translation_.i64());
    }
    if (size > kSlotBytes && type->isIntegerTy()) {
      offset = bits::AlignUp(offset, 2 * kSlotBytes);
    }
    llvm::Value* const address = builder_.CreateAdd(frame_, Number(offset));
    // The frame was checked as a whole; its shadow was not.
    if (translation_.options().checked) {
      InShadow(
          builder_.CreateMemSet(
              ShadowPointer(builder_, base_, address, translation_.scopes()),
              builder_.getInt8(0), bits::AlignUp(size, kSlotBytes),
              llvm::MaybeAlign(1)),
          translation_.scopes());
    }
    Scoped(builder_.CreateAlignedStore(value, HostPointer(address),
                                       llvm::Align(1)));
    offset += bits::AlignUp(size, kSlotBytes);
  }
  return frame_;
}

// ---- pointers --------------------------------------------------------------

llvm::Value* FunctionTranslator::CallThroughPointer(llvm::CallInst& call) {
  llvm::Value* const target = Map(call.getCalledOperand());
  llvm::FunctionType* const type = call.getFunctionType();
  const std::vector<llvm::Value*> arguments = HostArguments(call, type);
  // The distance rotated: an odd distance becomes a number beyond the table.
  llvm::Value* const distance =
      builder_.CreateSub(target, Number(kFunctionBase));
  llvm::Value* const index = builder_.CreateIntrinsic(
      llvm::Intrinsic::fshr, {translation_.i64()},
      {distance, distance, Number(bits::Log2Floor(kFunctionStride))});
  llvm::Module& module = translation_.module();
  llvm::Value* const count = builder_.CreateLoad(
      translation_.i64(),
      module.getOrInsertGlobal(kFunctionCountName, translation_.i64()));
  RequireTarget(builder_.CreateICmpULT(index, count), call);
  auto* const pointer = llvm::PointerType::getUnqual(translation_.context());
  auto* const entry = llvm::StructType::get(translation_.context(),
                                            {pointer, translation_.i64()});
  llvm::Value* const row = builder_.CreateGEP(
      entry, module.getOrInsertGlobal(kFunctionTableName, entry), index);
  llvm::Value* const number = builder_.CreateLoad(
      translation_.i64(), builder_.CreateStructGEP(entry, row, 1));
  RequireTarget(
      builder_.CreateICmpEQ(number, Number(translation_.TypeNumber(type))),
      call);
  llvm::Value* const code =
      builder_.CreateLoad(pointer, builder_.CreateStructGEP(entry, row, 0));
  llvm::CallInst* const result =
      CallHost({translation_.MapFunctionType(type), code}, arguments);
  result->addParamAttr(0, llvm::Attribute::SwiftSelf);
  // Inlined into a function without a source, code has no places.
  if (!HasSource(guest_)) result->setIsNoInline();
  return call.getType()->isVoidTy() ? nullptr : result;
}

// ---- setjmp ----------------------------------------------------------------

// The host's own setjmp, on a buffer that the host keeps for the guest's. The
// buffer is chosen by a call before, since a function that calls setjmp cannot
// return.
llvm::Value* FunctionTranslator::TranslateSetjmp(llvm::CallInst& call) {
  const auto is_integer = [&call](unsigned i) {
    return call.getArgOperand(i)->getType()->isIntegerTy();
  };
  if (call.arg_size() == 0 ||
      !call.getArgOperand(0)->getType()->isPointerTy() ||
      (call.arg_size() > 1 && !is_integer(1))) {
    translation_.Refuse(call, "a call of setjmp that is not C's");
    return call.getType()->isVoidTy()
               ? nullptr
               : llvm::Constant::getNullValue(translation_.Map(call.getType()));
  }
  llvm::Value* const buffer = Map(call.getArgOperand(0));
  // sigsetjmp has a second argument: whether to keep the signal mask.
  llvm::Value* const keeps_mask =
      call.arg_size() > 1 ? builder_.CreateZExtOrTrunc(
                                Map(call.getArgOperand(1)), translation_.i64())
                          : Number(0);
  auto* const pointer = llvm::PointerType::getUnqual(translation_.context());
  llvm::Value* const host_buffer = CallBuiltin(
      "kheap_setjmp_buffer",
      {buffer,
       Number(translation_.AddSite(SiteKind::kCall, 0, location_, guest_)),
       host_.getArg(1), keeps_mask});
  llvm::FunctionCallee setjmp = translation_.module().getOrInsertFunction(
      "kheap_host_setjmp",
      llvm::FunctionType::get(builder_.getInt32Ty(), {pointer}, false));
  llvm::cast<llvm::Function>(setjmp.getCallee())
      ->addFnAttr(llvm::Attribute::ReturnsTwice);
  llvm::CallInst* const result =
      CallHost(setjmp, {builder_.CreateIntToPtr(host_buffer, pointer)});
  result->setCanReturnTwice();
  // A jump back to here is a loop that has no other step.
  if (translation_.options().counts_steps()) CountStep();
  host_.addFnAttr(llvm::Attribute::NoInline);
  return call.getType()->isVoidTy()
             ? nullptr
             : Convert(result, translation_.Map(call.getType()));
}

// ---- inline assembly -------------------------------------------------------

// Empty assembly is a barrier for the compiler; with an operand tied to its
// result it passes the operand on. All else belongs to a processor.
llvm::Value* FunctionTranslator::TranslateInlineAssembly(llvm::CallInst& call) {
  const auto* const assembly =
      llvm::cast<llvm::InlineAsm>(call.getCalledOperand());
  if (llvm::StringRef(assembly->getAsmString()).trim().empty()) {
    StoreAssemblyOutputs(call);
    return AssemblyResult(call);
  }
  translation_.Refuse(call, "inline assembly is not supported");
  return call.getType()->isVoidTy()
             ? nullptr
             : llvm::Constant::getNullValue(translation_.Map(call.getType()));
}

namespace {

// The argument of each constraint that has one, else -1.
std::vector<int> ArgumentsOf(
    const llvm::InlineAsm::ConstraintInfoVector& constraints) {
  std::vector<int> arguments;
  int next = 0;
  for (const auto& constraint : constraints) {
    arguments.push_back(constraint.hasArg() ? next++ : -1);
  }
  return arguments;
}

}  // namespace

// What empty assembly returns: for each output the input tied to it, or 0.
llvm::Value* FunctionTranslator::AssemblyResult(llvm::CallInst& call) {
  if (call.getType()->isVoidTy()) return nullptr;
  const auto constraints =
      llvm::cast<llvm::InlineAsm>(call.getCalledOperand())->ParseConstraints();
  const std::vector<int> arguments = ArgumentsOf(constraints);
  llvm::Type* const type = translation_.Map(call.getType());
  llvm::Value* result = llvm::Constant::getNullValue(type);
  unsigned member = 0;
  for (const auto& constraint : constraints) {
    if (constraint.Type != llvm::InlineAsm::isOutput || constraint.isIndirect) {
      continue;
    }
    const unsigned place = member++;
    if (!constraint.hasMatchingInput()) continue;
    llvm::Value* const input = Map(call.getArgOperand(static_cast<unsigned>(
        arguments[static_cast<std::size_t>(constraint.MatchingInput)])));
    if (!type->isStructTy()) return Convert(input, type);
    result = builder_.CreateInsertValue(
        result, Convert(input, type->getStructElementType(place)), place);
  }
  return result;
}

void FunctionTranslator::StoreAssemblyOutputs(llvm::CallInst& call) {
  const auto constraints =
      llvm::cast<llvm::InlineAsm>(call.getCalledOperand())->ParseConstraints();
  const std::vector<int> arguments = ArgumentsOf(constraints);
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const auto& constraint = constraints[i];
    if (constraint.Type != llvm::InlineAsm::isOutput ||
        !constraint.isIndirect) {
      continue;
    }
    const auto argument = static_cast<unsigned>(arguments[i]);
    llvm::Type* const guest_type = call.getParamElementType(argument);
    if (guest_type == nullptr || !guest_type->isSingleValueType()) continue;
    llvm::Type* const type = translation_.Map(guest_type);
    llvm::Value* const address = Map(call.getArgOperand(argument));
    llvm::Value* const value =
        constraint.hasMatchingInput()
            ? Convert(Map(call.getArgOperand(static_cast<unsigned>(
                          arguments[static_cast<std::size_t>(
                              constraint.MatchingInput)]))),
                      type)
            : Load(type, address, Use::kCopy, false);
    Store(value, address, false);
  }
}

}  // namespace kheap
