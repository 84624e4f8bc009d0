// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CALL_EFFECTS_H_
#define KHEAP_RUNNER_CALL_EFFECTS_H_

// What a call may do to what is known of the guest's memory.

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

namespace kheap {

enum class Effect {
  kNone,           // what could be accessed still can, and holds as much
  kUninitialises,  // bytes may have become uninitialised
  kUnmaps,         // bytes may have become unaddressable, too
};

// Of every function of a translated module; one that calls only the harmless is
// harmless.
class CallEffects {
 public:
  explicit CallEffects(llvm::Module& module);

  // Of a call that is no check.
  Effect Of(const llvm::CallBase& call) const;

 private:
  Effect Judge(llvm::Function& function) const;

  llvm::DenseMap<const llvm::Function*, Effect> effects_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_CALL_EFFECTS_H_
