// SPDX-License-Identifier: Apache-2.0
#include "runner/check_facts.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/PatternMatch.h"
#include "runner/checks.h"

namespace kheap {

namespace {

// What may be known of a range.
enum class Level : std::uint8_t {
  kReadable,     // within what loads may touch, and addressable
  kWritable,     // within what stores may touch, and addressable
  kInitialised,  // every byte of it
};

// The addresses root + [begin, end); those of a constant have no root.
struct Range {
  const llvm::Value* root;
  std::int64_t begin;
  std::int64_t end;

  bool Overlaps(const Range& other) const {
    return root == other.root && begin < other.end && other.begin < end;
  }
};

struct Fact {
  Range range;
  Level level;
};

// No number of a program's reaches so far; sums stay far from wrapping.
constexpr std::int64_t kOffsetMax = 4398046511104;  // 2^42

std::optional<Range> RangeOf(const llvm::Value* address,
                             std::uint64_t size_bytes) {
  using llvm::PatternMatch::m_Add;
  using llvm::PatternMatch::m_ConstantInt;
  using llvm::PatternMatch::m_Value;
  std::int64_t offset = 0;
  const auto add = [&offset](const llvm::ConstantInt& number) {
    const std::int64_t term = number.getSExtValue();
    if (term > kOffsetMax || term < -kOffsetMax) return false;
    offset += term;
    return offset <= kOffsetMax && offset >= -kOffsetMax;
  };
  llvm::ConstantInt* number;
  llvm::Value* rest;
  while (
      llvm::PatternMatch::match(const_cast<llvm::Value*>(address),
                                m_Add(m_Value(rest), m_ConstantInt(number)))) {
    if (!add(*number)) return std::nullopt;
    address = rest;
  }
  if (const auto* const all = llvm::dyn_cast<llvm::ConstantInt>(address)) {
    if (!add(*all)) return std::nullopt;
    address = nullptr;
  }
  if (size_bytes > static_cast<std::uint64_t>(kOffsetMax)) return std::nullopt;
  return Range{address, offset, offset + static_cast<std::int64_t>(size_bytes)};
}

class Facts {
 public:
  Facts(llvm::Function& function, const CallEffects& effects,
        const CheckRules& rules)
      : function_(function), effects_(effects), rules_(rules) {}

  void Drop();

 private:
  using Set = llvm::BitVector;
  struct Block {
    Set known;   // where it begins
    Set gained;  // by the whole block
    Set lost;
  };

  void Collect();
  void Solve();
  // What an instruction makes of a set of facts.
  void Apply(llvm::Instruction& instruction, Set& known, Set* lost) const;
  void ApplyCheck(const Check& check, Set& known, Set* lost) const;
  void Gain(const Range& range, Level level, Set& known, Set* lost) const;
  template <typename Condition>
  void Lose(Condition condition, Set& known, Set* lost) const;
  bool Holds(const Range& range, Level level, const Set& known) const;
  bool MayLeadInto(const Range& range, const Range& variable) const;
  void Simplify(const Check& check, const Set& known);

  llvm::Function& function_;
  const CallEffects& effects_;
  const CheckRules& rules_;
  std::vector<Fact> facts_;
  llvm::DenseMap<const llvm::Value*, std::vector<unsigned>> by_root_;
  llvm::DenseMap<const llvm::BasicBlock*, Block> blocks_;
};

// The facts that a check leaves behind.
std::vector<Level> LevelsAfter(const Check& check) {
  switch (check.kind) {
    case CheckKind::kLoad:
      return {Level::kReadable, Level::kInitialised};
    case CheckKind::kCopy:
      return {Level::kReadable};
    case CheckKind::kStore:
      return {Level::kReadable, Level::kWritable, Level::kInitialised};
    case CheckKind::kWrite:
    case CheckKind::kPut:
    case CheckKind::kLocal:
    case CheckKind::kScope:
      return {Level::kReadable, Level::kWritable};
    case CheckKind::kInit:
      return {Level::kInitialised};
    case CheckKind::kFrame:
    case CheckKind::kEnd:
    case CheckKind::kPop:
      return {};
  }
  return {};
}

void Keep(llvm::BitVector& set, llvm::BitVector others) {
  set.reset(others.flip());
}

void Add(llvm::BitVector& set, const llvm::BitVector& others) {
  set.flip().reset(others).flip();
}

void Facts::Drop() {
  Collect();
  if (facts_.empty()) return;
  Solve();
  for (llvm::BasicBlock& block : function_) {
    const auto found = blocks_.find(&block);
    if (found == blocks_.end()) continue;  // never reached
    Set known = found->second.known;
    for (llvm::Instruction& instruction : llvm::make_early_inc_range(block)) {
      if (const auto check = AsCheck(instruction)) {
        const Set before = known;
        ApplyCheck(*check, known, nullptr);
        Simplify(*check, before);
      } else {
        Apply(instruction, known, nullptr);
      }
    }
  }
}

void Facts::Collect() {
  std::map<std::tuple<const llvm::Value*, std::int64_t, std::int64_t, Level>,
           bool>
      seen;
  for (llvm::Instruction& instruction : llvm::instructions(function_)) {
    const auto check = AsCheck(instruction);
    if (!check.has_value()) continue;
    const auto range = RangeOf(check->address(), check->size_bytes);
    if (!range.has_value()) continue;
    for (const Level level : LevelsAfter(*check)) {
      if (!seen.emplace(
                   std::tuple(range->root, range->begin, range->end, level),
                   true)
               .second) {
        continue;
      }
      by_root_[range->root].push_back(static_cast<unsigned>(facts_.size()));
      facts_.push_back({*range, level});
    }
  }
}

void Facts::Solve() {
  const unsigned count = static_cast<unsigned>(facts_.size());
  llvm::ReversePostOrderTraversal<llvm::Function*> order(&function_);
  for (llvm::BasicBlock* const block : order) {
    Block& summary = blocks_[block];
    summary.known.resize(count, block != &function_.getEntryBlock());
    summary.gained.resize(count);
    summary.lost.resize(count);
    for (llvm::Instruction& instruction : *block) {
      Apply(instruction, summary.gained, &summary.lost);
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (llvm::BasicBlock* const block : order) {
      if (block == &function_.getEntryBlock()) continue;
      Set known(count, true);
      for (const llvm::BasicBlock* const from : llvm::predecessors(block)) {
        const auto found = blocks_.find(from);
        if (found == blocks_.end()) continue;
        Set after = found->second.known;
        after.reset(found->second.lost);
        Add(after, found->second.gained);
        Keep(known, after);
      }
      Block& summary = blocks_[block];
      if (known == summary.known) continue;
      summary.known = known;
      changed = true;
    }
  }
}

void Facts::Apply(llvm::Instruction& instruction, Set& known, Set* lost) const {
  if (const auto check = AsCheck(instruction)) {
    return ApplyCheck(*check, known, lost);
  }
  const auto* const call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  if (call == nullptr) return;
  const Effect effect = effects_.Of(*call);
  if (effect == Effect::kNone) return;
  Lose(
      [effect](const Fact& fact) {
        return effect == Effect::kUnmaps || fact.level == Level::kInitialised;
      },
      known, lost);
}

void Facts::ApplyCheck(const Check& check, Set& known, Set* lost) const {
  const auto range = RangeOf(check.address(), check.size_bytes);
  const auto touches = [&range](const Fact& fact) {
    return !range.has_value() || fact.range.Overlaps(*range);
  };
  switch (check.kind) {
    case CheckKind::kPut:
      // Another root may lead there.
      Lose(
          [&](const Fact& fact) {
            return fact.level == Level::kInitialised &&
                   (touches(fact) || fact.range.root != range->root);
          },
          known, lost);
      break;
    case CheckKind::kLocal:
    case CheckKind::kFrame:
      // Nothing was known of bytes that no frame held, but by the same root.
      Lose(
          [&](const Fact& fact) {
            return fact.level == Level::kInitialised && touches(fact);
          },
          known, lost);
      break;
    case CheckKind::kScope:
      Lose(
          [&](const Fact& fact) {
            return fact.level == Level::kInitialised &&
                   (!range.has_value() || MayLeadInto(fact.range, *range));
          },
          known, lost);
      break;
    case CheckKind::kEnd:
    case CheckKind::kPop:
      Lose(
          [&](const Fact& fact) {
            return !range.has_value() || MayLeadInto(fact.range, *range);
          },
          known, lost);
      break;
    default:
      break;
  }
  if (!range.has_value()) return;
  for (const Level level : LevelsAfter(check)) {
    Gain(*range, level, known, lost);
  }
}

void Facts::Gain(const Range& range, Level level, Set& known, Set* lost) const {
  for (const unsigned index : by_root_.find(range.root)->second) {
    const Fact& fact = facts_[index];
    if (fact.level == level && fact.range.begin == range.begin &&
        fact.range.end == range.end) {
      known.set(index);
      if (lost != nullptr) lost->reset(index);
      return;
    }
  }
}

template <typename Condition>
void Facts::Lose(Condition condition, Set& known, Set* lost) const {
  for (unsigned i = 0; i < facts_.size(); ++i) {
    if (!condition(facts_[i])) continue;
    known.reset(i);
    if (lost != nullptr) lost->set(i);
  }
}

// Whether an address of the range may lie in a variable or a frame: not one
// that is known to lie beside it, and no constant but of the stack.
bool Facts::MayLeadInto(const Range& range, const Range& variable) const {
  if (range.root == variable.root) return range.Overlaps(variable);
  if (range.root != nullptr) return true;
  const auto begin = static_cast<std::int64_t>(rules_.bounds.stack_begin);
  const auto end = static_cast<std::int64_t>(rules_.bounds.stack_end);
  return range.begin < end && begin < range.end;
}

// Whether facts that hold cover the range, each beginning in the one before.
bool Facts::Holds(const Range& range, Level level, const Set& known) const {
  if (level == Level::kInitialised && !rules_.checked) return true;
  const auto found = by_root_.find(range.root);
  if (found == by_root_.end()) return false;
  for (std::int64_t at = range.begin; at < range.end;) {
    std::int64_t next = at;
    for (const unsigned index : found->second) {
      const Fact& fact = facts_[index];
      if (fact.level == level && known.test(index) && fact.range.begin <= at) {
        next = std::max(next, fact.range.end);
      }
    }
    if (next == at) return false;
    at = next;
  }
  return true;
}

void Facts::Simplify(const Check& check, const Set& known) {
  if (!check.MayFault()) return;
  const auto range = RangeOf(check.address(), check.size_bytes);
  if (!range.has_value()) return;
  const bool is_readable = Holds(*range, Level::kReadable, known);
  const bool is_writable = Holds(*range, Level::kWritable, known);
  const bool is_initialised = Holds(*range, Level::kInitialised, known);
  llvm::IRBuilder<> builder(check.call);
  switch (check.kind) {
    case CheckKind::kLoad:
      if (!is_readable || !is_initialised) return;
      break;
    case CheckKind::kCopy:
      if (!is_readable || !is_initialised) return;
      check.call->replaceAllUsesWith(
          llvm::Constant::getNullValue(check.call->getType()));
      break;
    case CheckKind::kStore:
      if (is_writable && !is_initialised) {
        CreateInit(builder, check);
      } else if (!is_writable && is_readable && is_initialised) {
        CreateWrite(builder, check);
      } else if (!is_writable) {
        return;
      }
      break;
    case CheckKind::kWrite:
      if (!is_writable) return;
      break;
    default:
      return;
  }
  check.call->eraseFromParent();
}

}  // namespace

void DropKnownChecks(llvm::Function& function, const CallEffects& effects,
                     const CheckRules& rules) {
  Facts(function, effects, rules).Drop();
}

}  // namespace kheap
