// SPDX-License-Identifier: Apache-2.0
#include "runner/call_effects.h"

#include <algorithm>

#include "llvm/ADT/StringSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "runner/builtin_names.h"
#include "runner/checks.h"

namespace kheap {

namespace {

// Functions of the host that only read, that write initialised bytes, or that
// hand out bytes which nobody had.
bool IsHarmless(llvm::StringRef symbol) {
  static const auto& names = *new llvm::StringSet<>{
      "malloc",     "calloc",      "aligned_alloc",    "memalign", "strdup",
      "strndup",    "memset",      "memcmp",           "memchr",   "memrchr",
      "memmem",     "strlen",      "strnlen",          "strcmp",   "strncmp",
      "strcasecmp", "strchr",      "strncasecmp",      "strrchr",  "strchrnul",
      "strstr",     "strcasestr",  "strspn",           "strcspn",  "strpbrk",
      "strcpy",     "strncpy",     "strcat",           "strncat",  "stpcpy",
      "kheap_fill", "kheap_check", "__errno_location",
  };
  return symbol.consume_front("host.") && names.contains(symbol);
}

bool MayUninitialise(llvm::StringRef symbol) {
  return symbol == BuiltinSymbol("kheap_move") ||
         symbol == BuiltinSymbol("memcpy") ||
         symbol == BuiltinSymbol("memmove");
}

}  // namespace

CallEffects::CallEffects(llvm::Module& module) {
  // From the best to the least that agrees with itself.
  for (llvm::Function& function : module) {
    if (!function.isDeclaration()) effects_[&function] = Effect::kNone;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [function, effect] : effects_) {
      const Effect found = Judge(const_cast<llvm::Function&>(*function));
      changed = changed || found != effect;
      effect = found;
    }
  }
}

Effect CallEffects::Judge(llvm::Function& function) const {
  Effect effect = Effect::kNone;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    const auto* const call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr) continue;
    if (const auto check = AsCheck(instruction)) {
      // What happens to a callee's own frame is nothing to its caller.
      if (check->kind == CheckKind::kPut) {
        effect = std::max(effect, Effect::kUninitialises);
      }
      continue;
    }
    effect = std::max(effect, Of(*call));
  }
  return effect;
}

Effect CallEffects::Of(const llvm::CallBase& call) const {
  if (llvm::isa<llvm::IntrinsicInst>(call)) return Effect::kNone;
  const llvm::Function* const callee = call.getCalledFunction();
  if (callee == nullptr) return Effect::kUnmaps;
  const auto found = effects_.find(callee);
  if (found != effects_.end()) return found->second;
  if (IsHarmless(callee->getName()) || callee->getName() == "kheap_fault") {
    return Effect::kNone;
  }
  return MayUninitialise(callee->getName()) ? Effect::kUninitialises
                                            : Effect::kUnmaps;
}

}  // namespace kheap
