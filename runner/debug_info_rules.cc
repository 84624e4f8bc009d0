// SPDX-License-Identifier: Apache-2.0
#include "runner/debug_info_rules.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"

namespace kheap {

namespace {

// What a node is named after or lies in. A struct's members and a function's
// parameters are no part of that: by them C's types lead back to themselves.
llvm::SmallVector<const llvm::DINode*, 3> BasesOf(const llvm::DINode& node) {
  llvm::SmallVector<const llvm::DINode*, 3> bases;
  const auto add = [&bases](const llvm::DINode* base) {
    if (base != nullptr) bases.push_back(base);
  };
  if (const auto* scope = llvm::dyn_cast<llvm::DIScope>(&node)) {
    add(scope->getScope());
  }
  if (const auto* derived = llvm::dyn_cast<llvm::DIDerivedType>(&node)) {
    add(derived->getBaseType());
  } else if (const auto* type = llvm::dyn_cast<llvm::DICompositeType>(&node)) {
    add(type->getBaseType());
  } else if (const auto* code = llvm::dyn_cast<llvm::DISubprogram>(&node)) {
    add(code->getDeclaration());
  }
  return bases;
}

class CircleFinder {
 public:
  bool LeadsIntoCircle(const llvm::DINode* start) {
    std::vector<const llvm::DINode*> open = {start};
    while (!open.empty()) {
      const llvm::DINode* const node = open.back();
      const auto [place, is_new] = states_.try_emplace(node, State::kOpen);
      if (!is_new) {
        place->second = State::kDone;
        open.pop_back();
        continue;
      }
      for (const llvm::DINode* const base : BasesOf(*node)) {
        const auto known = states_.find(base);
        if (known == states_.end()) {
          open.push_back(base);
        } else if (known->second == State::kOpen) {
          return true;
        }
      }
    }
    return false;
  }

 private:
  // Open are those on the way to the one that is looked at.
  enum class State : std::uint8_t { kOpen, kDone };
  llvm::DenseMap<const llvm::DINode*, State> states_;
};

}  // namespace

absl::Status CheckDebugInfo(const llvm::Module& module,
                            const std::string& path) {
  llvm::DebugInfoFinder finder;
  finder.processModule(module);
  CircleFinder circles;
  const auto any_in = [&circles](const auto& nodes) {
    for (const llvm::DINode* const node : nodes) {
      if (circles.LeadsIntoCircle(node)) return true;
    }
    return false;
  };
  if (any_in(finder.types()) || any_in(finder.scopes()) ||
      any_in(finder.subprograms())) {
    return absl::UnimplementedError(absl::StrCat(
        path, ": debug information that leads in a circle is not supported"));
  }
  return absl::OkStatus();
}

}  // namespace kheap
