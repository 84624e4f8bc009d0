// SPDX-License-Identifier: Apache-2.0
#include "runner/address_range.h"

#include "bitshift/bits.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"

namespace kheap {

namespace {

// A step times a count of rounds is at most 2^56. A recurrence adds as much to
// the distances of its first and its last value, a sum adds those of its terms:
// so few recurrences stay below 2^62 altogether.
constexpr std::uint64_t kStepMax = bits::Bit<std::uint64_t>(20);
constexpr std::uint64_t kRoundsMax = bits::Bit<std::uint64_t>(36);
constexpr unsigned kRecurrencesMax = 60;
constexpr unsigned kDepthMax = 12;

}  // namespace

std::optional<ValueRange> RangeFinder::Find(const llvm::SCEV* expression) {
  if (depth_ == kDepthMax) return std::nullopt;
  if (depth_ == 0) recurrences_ = 0;
  if (evolution_.isLoopInvariant(expression, &loop_)) {
    return ValueRange{expression, expression};
  }
  ++depth_;
  std::optional<ValueRange> range;
  switch (expression->getSCEVType()) {
    case llvm::scAddRecExpr:
      range = OfRecurrence(*llvm::cast<llvm::SCEVAddRecExpr>(expression),
                           /*is_signed=*/false, 64);
      break;
    case llvm::scZeroExtend:
    case llvm::scSignExtend:
      range = OfExtended(*llvm::cast<llvm::SCEVCastExpr>(expression));
      break;
    case llvm::scMulExpr:
      range = OfProduct(*llvm::cast<llvm::SCEVMulExpr>(expression));
      break;
    case llvm::scAddExpr: {
      const auto* const sum = llvm::cast<llvm::SCEVAddExpr>(expression);
      range = ValueRange{evolution_.getZero(i64()), evolution_.getZero(i64())};
      for (const llvm::SCEV* const term : sum->operands()) {
        const auto part = Find(term);
        if (!part.has_value()) {
          range = std::nullopt;
          break;
        }
        range = ValueRange{evolution_.getAddExpr(range->low, part->low),
                           evolution_.getAddExpr(range->high, part->high)};
      }
      break;
    }
    default:
      break;
  }
  --depth_;
  return range;
}

const llvm::SCEV* RangeFinder::Backedges(const llvm::Loop& inner) {
  llvm::ScalarEvolution& e = evolution_;
  const llvm::SCEV* count = e.getBackedgeTakenCount(&inner);
  if (llvm::isa<llvm::SCEVCouldNotCompute>(count)) {
    count = e.getSymbolicMaxBackedgeTakenCount(&inner);
  }
  if (llvm::isa<llvm::SCEVCouldNotCompute>(count) ||
      e.getTypeSizeInBits(count->getType()) > 64) {
    return nullptr;
  }
  return e.getNoopOrZeroExtend(count, i64());
}

const llvm::SCEV* RangeFinder::FindBackedgesMax(const llvm::Loop& inner) {
  const llvm::SCEV* const count = Backedges(inner);
  if (count == nullptr) return nullptr;
  const auto* const most = llvm::dyn_cast<llvm::SCEVConstant>(
      evolution_.getConstantMaxBackedgeTakenCount(&inner));
  // A count that is not exact may be any number where the exact one is small.
  if (evolution_.hasLoopInvariantBackedgeTakenCount(&inner) &&
      most != nullptr && most->getAPInt().ule(kRoundsMax)) {
    return evolution_.isLoopInvariant(count, &loop_)
               ? count
               : evolution_.getNoopOrZeroExtend(most, i64());
  }
  if (!evolution_.isLoopInvariant(count, &loop_)) {
    if (const llvm::SCEV* const last = LastOfCounter(inner)) return last;
  }
  const auto range = Find(count);
  if (!range.has_value()) return nullptr;
  Require(range->low, kRoundsMax);
  Require(range->high, kRoundsMax);
  return range->high;
}

// A counter that begins at or below its last value, as the way to the loop
// says, counts the rounds exactly: there are no more than its last value.
//
//   for (i = 0; i < n; i++) for (j = i + 1; j < n; j++) …
//
// has n - 2 - i rounds, -1 in the last of the outer loop, where the inner one
// is never entered; but j begins at i + 1 <= n - 1 where it is.
const llvm::SCEV* RangeFinder::LastOfCounter(const llvm::Loop& inner) {
  llvm::ScalarEvolution& e = evolution_;
  const llvm::SCEV* const count = e.getBackedgeTakenCount(&inner);
  if (llvm::isa<llvm::SCEVCouldNotCompute>(count)) return nullptr;
  for (llvm::PHINode& phi : inner.getHeader()->phis()) {
    if (phi.getType() != i64() || count->getType() != i64()) continue;
    const auto* const counter =
        llvm::dyn_cast<llvm::SCEVAddRecExpr>(e.getSCEV(&phi));
    if (counter == nullptr || counter->getLoop() != &inner ||
        !counter->isAffine() || !counter->getStepRecurrence(e)->isOne()) {
      continue;
    }
    const llvm::SCEV* const start = counter->getStart();
    const llvm::SCEV* const end = e.getAddExpr(start, count);
    if (!e.isLoopEntryGuardedByCond(&inner, llvm::CmpInst::ICMP_ULE, start,
                                    end) &&
        !e.isLoopEntryGuardedByCond(&inner, llvm::CmpInst::ICMP_SLE, start,
                                    end)) {
      continue;
    }
    const auto first = Find(start);
    const auto last = Find(end);
    if (!first.has_value() || !last.has_value()) continue;
    for (const llvm::SCEV* const number :
         {first->low, first->high, last->low, last->high}) {
      Require(number, kRoundsMax);
    }
    return last->high;
  }
  return nullptr;
}

// {first, +, step}: rounds times the step beyond the first, so between the
// first and the last value. One of fewer than 64 bits that is extended is the
// same sum in 64 bits if that never leaves the narrower type.
std::optional<ValueRange> RangeFinder::OfRecurrence(
    const llvm::SCEVAddRecExpr& sum, bool is_signed, int width) {
  llvm::ScalarEvolution& e = evolution_;
  if (++recurrences_ > kRecurrencesMax) return std::nullopt;
  if (!sum.isAffine() || !loop_.contains(sum.getLoop())) return std::nullopt;
  const auto extend = [&](const llvm::SCEV* number) {
    return is_signed ? e.getNoopOrSignExtend(number, i64())
                     : e.getNoopOrZeroExtend(number, i64());
  };
  const llvm::SCEV* const step =
      e.getNoopOrSignExtend(sum.getStepRecurrence(e), i64());
  if (!e.isLoopInvariant(step, &loop_)) return std::nullopt;
  const llvm::SCEV* const rounds = Backedges(*sum.getLoop());
  if (rounds == nullptr || FindBackedgesMax(*sum.getLoop()) == nullptr) {
    return std::nullopt;
  }
  const bool falls = e.isKnownNegative(step);
  Require(falls ? e.getNegativeSCEV(step) : step, kStepMax);
  const llvm::SCEV* const start = extend(sum.getStart());
  const auto first = Find(start);
  const auto last = Find(e.getAddExpr(start, e.getMulExpr(step, rounds)));
  if (!first.has_value() || !last.has_value()) return std::nullopt;
  const ValueRange range = falls ? ValueRange{last->low, first->high}
                                 : ValueRange{first->low, last->high};
  if (width < 64) {
    // As distances from the least value of the type.
    const llvm::SCEV* const least = e.getConstant(
        llvm::APInt(64, is_signed ? -bits::Bit<std::uint64_t>(width - 1) : 0));
    for (const llvm::SCEV* const end : {range.low, range.high}) {
      Require(e.getMinusSCEV(end, least), bits::LowMask<std::uint64_t>(width));
    }
  }
  return range;
}

std::optional<ValueRange> RangeFinder::OfExtended(
    const llvm::SCEVCastExpr& cast) {
  const auto* const sum =
      llvm::dyn_cast<llvm::SCEVAddRecExpr>(cast.getOperand());
  const auto width = static_cast<int>(
      evolution_.getTypeSizeInBits(cast.getOperand()->getType()));
  if (sum == nullptr || width > 32 ||
      evolution_.getTypeSizeInBits(cast.getType()) != 64) {
    return std::nullopt;
  }
  return OfRecurrence(*sum, cast.getSCEVType() == llvm::scSignExtend, width);
}

// A constant times a number of 32 bits.
std::optional<ValueRange> RangeFinder::OfProduct(
    const llvm::SCEVMulExpr& product) {
  const auto* const factor =
      llvm::dyn_cast<llvm::SCEVConstant>(product.getOperand(0));
  if (factor == nullptr || product.getNumOperands() != 2 ||
      !llvm::isa<llvm::SCEVZeroExtendExpr, llvm::SCEVSignExtendExpr>(
          product.getOperand(1)) ||
      factor->getAPInt().abs().ugt(kStepMax)) {
    return std::nullopt;
  }
  const auto range = Find(product.getOperand(1));
  if (!range.has_value()) return std::nullopt;
  const llvm::SCEV* const low = Times(factor, range->low);
  const llvm::SCEV* const high = Times(factor, range->high);
  if (factor->getAPInt().isNegative()) return ValueRange{high, low};
  return ValueRange{low, high};
}

}  // namespace kheap
