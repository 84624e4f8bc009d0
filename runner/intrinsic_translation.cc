// SPDX-License-Identifier: Apache-2.0
// What LLVM calls intrinsics: operations in the shape of calls.
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runner/function_translator.h"

namespace kheap {

namespace {

// Intrinsics that stand for functions of <math.h> with no exact instruction:
// the guest's own library has them, the same on every host.
std::string_view MathFunctionOf(llvm::Intrinsic::ID id) {
  static constexpr std::pair<llvm::Intrinsic::ID, std::string_view> kNames[] = {
      {llvm::Intrinsic::sin, "sin"},
      {llvm::Intrinsic::cos, "cos"},
      {llvm::Intrinsic::tan, "tan"},
      {llvm::Intrinsic::exp, "exp"},
      {llvm::Intrinsic::exp2, "exp2"},
      {llvm::Intrinsic::log, "log"},
      {llvm::Intrinsic::log2, "log2"},
      {llvm::Intrinsic::log10, "log10"},
      {llvm::Intrinsic::pow, "pow"},
      {llvm::Intrinsic::fma, "fma"},
      {llvm::Intrinsic::lround, "lround"},
      {llvm::Intrinsic::llround, "llround"},
      {llvm::Intrinsic::lrint, "lrint"},
      {llvm::Intrinsic::llrint, "llrint"},
      {llvm::Intrinsic::ldexp, "ldexp"},
  };
  for (const auto& [intrinsic, name] : kNames) {
    if (intrinsic == id) return name;
  }
  return "";
}

// Intrinsics that mean nothing to a guest: hints, and what debuggers want.
bool IsIgnored(llvm::Intrinsic::ID id) {
  switch (id) {
    case llvm::Intrinsic::dbg_declare:
    case llvm::Intrinsic::dbg_value:
    case llvm::Intrinsic::dbg_label:
    case llvm::Intrinsic::dbg_assign:
    case llvm::Intrinsic::assume:
    case llvm::Intrinsic::prefetch:
    case llvm::Intrinsic::vaend:
    case llvm::Intrinsic::donothing:
    case llvm::Intrinsic::sideeffect:
    case llvm::Intrinsic::experimental_noalias_scope_decl:
    case llvm::Intrinsic::clear_cache:
      return true;
    default:
      return false;
  }
}

// Intrinsics whose result is their first argument.
bool IsIdentity(llvm::Intrinsic::ID id) {
  switch (id) {
    case llvm::Intrinsic::expect:
    case llvm::Intrinsic::expect_with_probability:
    case llvm::Intrinsic::launder_invariant_group:
    case llvm::Intrinsic::strip_invariant_group:
    case llvm::Intrinsic::threadlocal_address:
    case llvm::Intrinsic::annotation:
    case llvm::Intrinsic::ptr_annotation:
    case llvm::Intrinsic::ssa_copy:
    case llvm::Intrinsic::arithmetic_fence:
      return true;
    default:
      return false;
  }
}

// Intrinsics that compute a number from numbers, the same for everyone who
// asks. Others know of the host: its registers, clocks and memory.
bool IsComputation(llvm::Intrinsic::ID id) {
  switch (id) {
    case llvm::Intrinsic::bitreverse:
    case llvm::Intrinsic::bswap:
    case llvm::Intrinsic::ctpop:
    case llvm::Intrinsic::fshl:
    case llvm::Intrinsic::fshr:
    case llvm::Intrinsic::smax:
    case llvm::Intrinsic::smin:
    case llvm::Intrinsic::umax:
    case llvm::Intrinsic::umin:
    case llvm::Intrinsic::sadd_with_overflow:
    case llvm::Intrinsic::uadd_with_overflow:
    case llvm::Intrinsic::ssub_with_overflow:
    case llvm::Intrinsic::usub_with_overflow:
    case llvm::Intrinsic::smul_with_overflow:
    case llvm::Intrinsic::umul_with_overflow:
    case llvm::Intrinsic::sadd_sat:
    case llvm::Intrinsic::uadd_sat:
    case llvm::Intrinsic::ssub_sat:
    case llvm::Intrinsic::usub_sat:
    case llvm::Intrinsic::ceil:
    case llvm::Intrinsic::floor:
    case llvm::Intrinsic::trunc:
    case llvm::Intrinsic::rint:
    case llvm::Intrinsic::nearbyint:
    case llvm::Intrinsic::round:
    case llvm::Intrinsic::roundeven:
    case llvm::Intrinsic::sqrt:
    case llvm::Intrinsic::minnum:
    case llvm::Intrinsic::maxnum:
    case llvm::Intrinsic::minimum:
    case llvm::Intrinsic::maximum:
    case llvm::Intrinsic::frexp:
    case llvm::Intrinsic::is_fpclass:
    case llvm::Intrinsic::fptosi_sat:
    case llvm::Intrinsic::fptoui_sat:
    case llvm::Intrinsic::convert_from_fp16:
    case llvm::Intrinsic::convert_to_fp16:
    case llvm::Intrinsic::vector_reduce_add:
    case llvm::Intrinsic::vector_reduce_mul:
    case llvm::Intrinsic::vector_reduce_and:
    case llvm::Intrinsic::vector_reduce_or:
    case llvm::Intrinsic::vector_reduce_xor:
    case llvm::Intrinsic::vector_reduce_smax:
    case llvm::Intrinsic::vector_reduce_smin:
    case llvm::Intrinsic::vector_reduce_umax:
    case llvm::Intrinsic::vector_reduce_umin:
    case llvm::Intrinsic::vector_reduce_fmax:
    case llvm::Intrinsic::vector_reduce_fmin:
    case llvm::Intrinsic::experimental_constrained_fadd:
    case llvm::Intrinsic::experimental_constrained_fsub:
    case llvm::Intrinsic::experimental_constrained_fmul:
    case llvm::Intrinsic::experimental_constrained_fdiv:
    case llvm::Intrinsic::experimental_constrained_fcmp:
    case llvm::Intrinsic::experimental_constrained_fcmps:
    case llvm::Intrinsic::experimental_constrained_fpext:
    case llvm::Intrinsic::experimental_constrained_fptrunc:
    case llvm::Intrinsic::experimental_constrained_sitofp:
    case llvm::Intrinsic::experimental_constrained_uitofp:
      return true;
    default:
      return false;
  }
}

}  // namespace

llvm::Value* FunctionTranslator::CallMathFunction(llvm::IntrinsicInst& call,
                                                  const std::string& name) {
  const llvm::Type* const type = call.getArgOperand(0)->getType();
  const bool is_float = type->isFloatTy();
  llvm::Function* const function =
      translation_.module().getFunction(is_float ? name + "f" : name);
  if (function == nullptr || function->isDeclaration() ||
      !(is_float || type->isDoubleTy())) {
    translation_.Refuse(call,
                        absl::StrCat("undefined reference to `", name, "`"));
    return llvm::Constant::getNullValue(translation_.Map(call.getType()));
  }
  return Convert(CallHost(translation_.HostFunction(function),
                          HostArguments(call, function->getFunctionType())),
                 translation_.Map(call.getType()));
}

// Those that return nothing.
void FunctionTranslator::TranslateEffect(llvm::IntrinsicInst& call) {
  if (auto* copy = llvm::dyn_cast<llvm::MemTransferInst>(&call)) {
    return CopyBlock(*copy);
  }
  if (auto* set = llvm::dyn_cast<llvm::MemSetInst>(&call)) {
    return SetBlock(*set);
  }
  switch (call.getIntrinsicID()) {
    case llvm::Intrinsic::lifetime_start:
      return MarkScopeBegin(call.getArgOperand(1));
    case llvm::Intrinsic::lifetime_end:
      return MarkScopeEnd(call);
    case llvm::Intrinsic::vastart:
      if (!guest_.isVarArg()) {
        return translation_.Refuse(call, "`va_start` without an ellipsis");
      }
      return Store(host_.getArg(host_.arg_size() - 1),
                   Map(call.getArgOperand(0)), false);
    case llvm::Intrinsic::vacopy:
      return Store(Load(translation_.i64(), Map(call.getArgOperand(1)),
                        Use::kValue, false),
                   Map(call.getArgOperand(0)), false);
    case llvm::Intrinsic::stackrestore:
      return GiveStackBack(Map(call.getArgOperand(0)));
    case llvm::Intrinsic::trap:
    case llvm::Intrinsic::debugtrap:
    case llvm::Intrinsic::ubsantrap:
      return Require(builder_.getFalse(), SiteKind::kUnreachable, Number(0), 0);
    default:
      translation_.Refuse(
          call, absl::StrCat("`", call.getCalledFunction()->getName().str(),
                             "` is not supported"));
  }
}

llvm::Value* FunctionTranslator::TranslateIntrinsic(llvm::IntrinsicInst& call) {
  const llvm::Intrinsic::ID id = call.getIntrinsicID();
  if (IsIgnored(id)) return nullptr;
  if (call.getType()->isVoidTy()) {
    TranslateEffect(call);
    return nullptr;
  }
  if (const std::string_view name = MathFunctionOf(id); !name.empty()) {
    return CallMathFunction(call, std::string(name));
  }
  if (IsIdentity(id)) return Map(call.getArgOperand(0));
  switch (id) {
    case llvm::Intrinsic::stacksave:
      return StackPointer();
    case llvm::Intrinsic::frameaddress:
      return llvm::cast<llvm::ConstantInt>(call.getArgOperand(0))->isZero()
                 ? frame_
                 : Number(0);
    case llvm::Intrinsic::returnaddress:
    case llvm::Intrinsic::addressofreturnaddress:
    case llvm::Intrinsic::sponentry:
      return Number(0);
    case llvm::Intrinsic::objectsize:
      return llvm::ConstantInt::get(
          call.getType(),
          llvm::cast<llvm::ConstantInt>(call.getArgOperand(1))->isZero()
              ? llvm::APInt::getAllOnes(call.getType()->getIntegerBitWidth())
              : llvm::APInt(call.getType()->getIntegerBitWidth(), 0));
    case llvm::Intrinsic::ptrmask:
      return builder_.CreateAnd(Map(call.getArgOperand(0)),
                                Map(call.getArgOperand(1)));
    case llvm::Intrinsic::get_rounding:
      return llvm::ConstantInt::get(call.getType(), 1);
    case llvm::Intrinsic::fmuladd:
      return builder_.CreateFAdd(
          builder_.CreateFMul(Map(call.getArgOperand(0)),
                              Map(call.getArgOperand(1))),
          Map(call.getArgOperand(2)));
    case llvm::Intrinsic::is_constant:
      return builder_.CreateIntrinsic(id,
                                      {Map(call.getArgOperand(0))->getType()},
                                      {Map(call.getArgOperand(0))});
    case llvm::Intrinsic::fabs:
      return builder_.CreateUnaryIntrinsic(id, Settled(call.getArgOperand(0)));
    case llvm::Intrinsic::copysign:
      return builder_.CreateBinaryIntrinsic(id, Settled(call.getArgOperand(0)),
                                            Settled(call.getArgOperand(1)));
    case llvm::Intrinsic::ctlz:
    case llvm::Intrinsic::cttz:
      // Of zero, too.
      return builder_.CreateIntrinsic(
          id, {call.getType()},
          {Map(call.getArgOperand(0)), builder_.getFalse()});
    case llvm::Intrinsic::abs:
      return builder_.CreateIntrinsic(
          id, {call.getType()},
          {Map(call.getArgOperand(0)), builder_.getFalse()});
    default:
      break;
  }
  if (!IsComputation(id)) {
    translation_.Refuse(
        call, absl::StrCat("`", call.getCalledFunction()->getName().str(),
                           "` is not supported"));
    return llvm::Constant::getNullValue(translation_.Map(call.getType()));
  }
  return Clone(call);
}

}  // namespace kheap
