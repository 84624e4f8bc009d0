// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_ADDRESS_RANGE_H_
#define KHEAP_RUNNER_ADDRESS_RANGE_H_

// Which values an expression takes while a loop runs, with all the loops in it:
// bounds that are computed before the loop begins. Scalar evolution (Bachmann,
// Wang and Zima, ISSAC 1994; Pop, Cohen and Silber, HiPEAC 2005) gives the
// expressions.
//
// Numbers wrap at 2^64 and nothing about the program can be trusted, so bounds
// come with conditions on numbers that are known before the loop. Where these
// hold, and low <= high, every value lies in [low, high]:
//
//   value = a number known before the loop + a distance in [from, to]
//   |from| and |to| stay below 2^62, given the conditions
//
// so high - low = to - from even when both are computed modulo 2^64, and no
// value in between has wrapped past either.

#include <optional>
#include <vector>

#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"

namespace kheap {

struct ValueRange {
  const llvm::SCEV* low;
  const llvm::SCEV* high;
};

// `number`, unsigned, may be at most `most`.
struct RangeCondition {
  const llvm::SCEV* number;
  std::uint64_t most;
};

class RangeFinder {
 public:
  RangeFinder(llvm::ScalarEvolution& evolution, const llvm::Loop& loop)
      : evolution_(evolution), loop_(loop) {}

  // The bounds of a 64-bit expression, if there are any. Adds conditions.
  std::optional<ValueRange> Find(const llvm::SCEV* expression);

  // How often at most the body of a loop within the loop runs again, once it
  // has begun; null where nothing is known.
  const llvm::SCEV* FindBackedgesMax(const llvm::Loop& inner);

  const std::vector<RangeCondition>& conditions() const { return conditions_; }

 private:
  // The same, as it depends on the loops around.
  const llvm::SCEV* Backedges(const llvm::Loop& inner);
  const llvm::SCEV* LastOfCounter(const llvm::Loop& inner);
  std::optional<ValueRange> OfRecurrence(const llvm::SCEVAddRecExpr& sum,
                                         bool is_signed, int width);
  std::optional<ValueRange> OfExtended(const llvm::SCEVCastExpr& cast);
  std::optional<ValueRange> OfProduct(const llvm::SCEVMulExpr& product);
  const llvm::SCEV* Times(const llvm::SCEV* a, const llvm::SCEV* b) {
    return evolution_.getMulExpr(a, b);
  }
  llvm::Type* i64() const {
    return llvm::Type::getInt64Ty(evolution_.getContext());
  }
  void Require(const llvm::SCEV* number, std::uint64_t most) {
    conditions_.push_back({number, most});
  }

  llvm::ScalarEvolution& evolution_;
  const llvm::Loop& loop_;
  std::vector<RangeCondition> conditions_;
  // In the expression that Find was asked for: how deep in it, and how many
  // recurrences so far.
  unsigned depth_ = 0;
  unsigned recurrences_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_ADDRESS_RANGE_H_
