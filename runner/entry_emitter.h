// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_ENTRY_EMITTER_H_
#define KHEAP_RUNNER_ENTRY_EMITTER_H_

// Where host and guest meet in a translated module: what the host calls gets
// C's calling convention, and functions of the host that the guest points to
// get a body that calls them.

#include <string>
#include <vector>

#include "llvm/IR/Function.h"
#include "runner/call_shape.h"
#include "runner/program_image.h"
#include "runner/translation.h"

namespace kheap {

class EntryEmitter {
 public:
  // `functions` are the guest's; `image` takes the names of what is emitted.
  EntryEmitter(Translation& translation,
               const std::vector<llvm::Function*>& functions,
               ProgramImage& image)
      : translation_(translation),
        module_(translation.module()),
        functions_(functions),
        image_(image) {}

  void Emit() {
    TranslateTakenBuiltins();
    EmitEntries();
    EmitHandlerEntry();
  }

 private:
  void TranslateTakenBuiltins();
  void EmitEntries();
  llvm::FunctionType* EntryType(const llvm::Function& host,
                                const CallShape& shape) const;
  void EmitEntry(llvm::Function& host, const std::string& name,
                 const CallShape& shape);
  void EmitHandlerEntry();

  Translation& translation_;
  llvm::Module& module_;
  const std::vector<llvm::Function*>& functions_;
  ProgramImage& image_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_ENTRY_EMITTER_H_
