// SPDX-License-Identifier: Apache-2.0
#include "runner/loop_plan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

namespace kheap {

namespace {

// What is asked before a loop takes time, too.
constexpr std::size_t kRangesMax = 12;
constexpr std::size_t kScopesMax = 4;
constexpr unsigned kRoundsMin = 4;

class Planner {
 public:
  Planner(llvm::Loop& loop, llvm::ScalarEvolution& evolution,
          const CallEffects& effects, bool covers_inner)
      : loop_(loop),
        evolution_(evolution),
        effects_(effects),
        covers_inner_(covers_inner),
        finder_(evolution, loop) {}

  std::optional<LoopPlan> Plan();

 private:
  bool Visit(llvm::Instruction& instruction);
  bool Cover(const Check& check);
  void AddScope(const Check& scope);
  bool CanExpand();
  void AddRange(const CheckedRange& range);
  bool ChangesNothing(const Check& put) const;
  std::optional<std::int64_t> Distance(const llvm::SCEV* from,
                                       const llvm::SCEV* to) const;

  llvm::Loop& loop_;
  llvm::ScalarEvolution& evolution_;
  const CallEffects& effects_;
  bool covers_inner_;  // checks in inner loops, too
  RangeFinder finder_;
  LoopPlan plan_;
  llvm::SmallPtrSet<const llvm::Value*, 16> covered_copies_;
  std::vector<Check> puts_;
  std::size_t uncovered_ = 0;
};

std::optional<LoopPlan> Planner::Plan() {
  const unsigned count = evolution_.getSmallConstantMaxTripCount(&loop_);
  if (count != 0 && count < kRoundsMin) return std::nullopt;
  for (llvm::BasicBlock* const block : loop_.blocks()) {
    for (llvm::Instruction& instruction : *block) {
      if (!Visit(instruction)) return std::nullopt;
    }
  }
  for (const Check& put : puts_) {
    if (!ChangesNothing(put)) return std::nullopt;
  }
  if (plan_.covered.empty() || (covers_inner_ && uncovered_ != 0) ||
      plan_.ranges.size() > kRangesMax || plan_.scopes.size() > kScopesMax) {
    return std::nullopt;
  }
  for (const RangeCondition& condition : finder_.conditions()) {
    const auto same = [&](const RangeCondition& other) {
      return other.number == condition.number && other.most == condition.most;
    };
    if (!llvm::any_of(plan_.conditions, same)) {
      plan_.conditions.push_back(condition);
    }
  }
  if (!CanExpand()) return std::nullopt;
  return plan_;
}

// Whether the loop may still be planned.
bool Planner::Visit(llvm::Instruction& instruction) {
  const auto check = AsCheck(instruction);
  if (!check.has_value()) {
    const auto* const call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    return call == nullptr || effects_.Of(*call) == Effect::kNone;
  }
  if (check->kind == CheckKind::kScope || check->kind == CheckKind::kEnd) {
    AddScope(*check);
    return loop_.isLoopInvariant(check->address()) &&
           check->size_bytes != UINT64_MAX;
  }
  // The frame of a function that was inlined: unaddressable before the loop, so
  // in none of the ranges.
  if (!check->MayFault()) return true;
  if (Cover(*check)) return true;
  ++uncovered_;
  return check->kind != CheckKind::kPut;
}

void Planner::AddScope(const Check& scope) {
  const auto same = [&](const Check& other) {
    return other.address() == scope.address() &&
           other.size_bytes == scope.size_bytes;
  };
  if (!llvm::any_of(plan_.scopes, same)) plan_.scopes.push_back(scope);
}

bool Planner::Cover(const Check& check) {
  const llvm::SCEV* const address = evolution_.getSCEV(check.address());
  // The bounds depend on the conditions found before as well; those of a check
  // that is not covered only make the question narrower.
  const auto range = finder_.Find(address);
  if (!range.has_value()) return false;
  CheckedRange asked = {
      range->low,
      evolution_.getAddExpr(range->high, evolution_.getConstant(llvm::APInt(
                                             64, check.size_bytes))),
      !check.IsLoad(),
      {}};
  for (const llvm::Loop* inner = &loop_; inner != nullptr;) {
    const llvm::SCEV* const rounds = finder_.FindBackedgesMax(*inner);
    if (rounds == nullptr) return false;
    asked.rounds.insert(asked.rounds.begin(), rounds);
    const llvm::Loop* next = nullptr;
    for (const llvm::Loop* const child : *inner) {
      if (child->contains(check.call)) next = child;
    }
    inner = next;
  }
  if (asked.rounds.size() > 1 && !covers_inner_) return false;
  AddRange(asked);
  plan_.covered.push_back(check);
  if (check.kind == CheckKind::kCopy) covered_copies_.insert(check.call);
  if (check.kind == CheckKind::kPut) puts_.push_back(check);
  return true;
}

// Whether a covered kPut leaves initialised what was.
bool Planner::ChangesNothing(const Check& put) const {
  const auto* const number = llvm::dyn_cast<llvm::Constant>(put.state());
  return (number != nullptr && number->isNullValue()) ||
         covered_copies_.contains(put.state());
}

std::optional<std::int64_t> Planner::Distance(const llvm::SCEV* from,
                                              const llvm::SCEV* to) const {
  const auto* const distance =
      llvm::dyn_cast<llvm::SCEVConstant>(evolution_.getMinusSCEV(to, from));
  if (distance == nullptr) return std::nullopt;
  return distance->getAPInt().getSExtValue();
}

// Ranges that lie at fixed distances become one if little lies between them.
void Planner::AddRange(const CheckedRange& range) {
  constexpr std::int64_t kNear = 4096;
  const auto is_near = [](std::int64_t distance) {
    return distance >= -kNear && distance <= kNear;
  };
  for (CheckedRange& known : plan_.ranges) {
    const auto low = Distance(known.low, range.low);
    const auto high = Distance(known.high, range.high);
    if (!low.has_value() || !high.has_value() || !is_near(*low) ||
        !is_near(*high)) {
      continue;
    }
    if (*low < 0) known.low = range.low;
    if (*high > 0) known.high = range.high;
    known.stores = known.stores || range.stores;
    if (range.rounds.size() > known.rounds.size()) known.rounds = range.rounds;
    return;
  }
  plan_.ranges.push_back(range);
}

bool Planner::CanExpand() {
  const llvm::SCEVExpander expander(
      evolution_, loop_.getHeader()->getDataLayout(), "range");
  const llvm::Instruction* const place =
      loop_.getLoopPreheader()->getTerminator();
  const auto can = [&](const llvm::SCEV* expression) {
    return expander.isSafeToExpandAt(expression, place);
  };
  for (const CheckedRange& range : plan_.ranges) {
    if (!can(range.low) || !can(range.high)) return false;
    for (const llvm::SCEV* const rounds : range.rounds) {
      if (!can(rounds)) return false;
    }
  }
  for (const RangeCondition& condition : plan_.conditions) {
    if (!can(condition.number)) return false;
  }
  return true;
}

}  // namespace

std::optional<LoopPlan> PlanLoop(llvm::Loop& loop,
                                 llvm::ScalarEvolution& evolution,
                                 const CallEffects& effects) {
  auto plan = Planner(loop, evolution, effects, /*covers_inner=*/true).Plan();
  if (plan.has_value()) return plan;
  return Planner(loop, evolution, effects, /*covers_inner=*/false).Plan();
}

}  // namespace kheap
