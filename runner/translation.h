// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_TRANSLATION_H_
#define KHEAP_RUNNER_TRANSLATION_H_

// What all parts of a translation share: how types, globals, functions and
// constants of the guest's module are seen by the host. A pointer is a 64-bit
// number everywhere.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/Module.h"
#include "runner/checks.h"
#include "runner/guest_abi.h"
#include "runner/program_image.h"

namespace kheap {

struct TranslationOptions {
  bool checked = true;
  bool tells_time = false;    // so that its clock is to pass with its steps
  bool limits_steps = false;  // so that they are to end where the budget does
  // What the program defines, not its library. The linker renames a static
  // variable whose name the library has, too.
  absl::flat_hash_set<std::string> program_functions;
  absl::flat_hash_set<const llvm::GlobalVariable*> program_variables;

  bool counts_steps() const { return tells_time || limits_steps; }
};

// The function that a call names, whatever type the call believes it to have.
inline const llvm::Function* CalledFunction(const llvm::CallInst& call) {
  return llvm::dyn_cast<llvm::Function>(
      call.getCalledOperand()->stripPointerCastsAndAliases());
}

class Translation {
 public:
  Translation(llvm::Module& module, const TranslationOptions& options);

  llvm::Module& module() const { return *module_; }
  llvm::LLVMContext& context() const { return module_->getContext(); }
  const llvm::DataLayout& layout() const { return module_->getDataLayout(); }
  const TranslationOptions& options() const { return options_; }

  // The bounds are known when the globals have been placed.
  void SetBounds(const GuestBounds& bounds) { rules_.bounds = bounds; }
  const GuestBounds& bounds() const { return rules_.bounds; }
  const MemoryScopes& scopes() const { return rules_.scopes; }
  const CheckRules& rules() const { return rules_; }

  // ---- types ----------------------------------------------------------------

  llvm::IntegerType* i64() const { return i64_; }
  // The type with every pointer in it replaced.
  llvm::Type* Map(llvm::Type* type);
  // A function's type with the hidden parameters.
  llvm::FunctionType* MapFunctionType(llvm::FunctionType* type);
  // The number that calls through a pointer compare.
  std::uint64_t TypeNumber(llvm::FunctionType* type);
  // The number, from 1, of a call's type in C's words, for reports: pointers
  // are told from numbers there.
  std::uint32_t CallTypeNumber(const std::string& words);
  // Those words, by their numbers less 1.
  const std::vector<std::string>& call_types() const { return call_types_; }

  // ---- addresses ------------------------------------------------------------

  void PlaceGlobal(const llvm::GlobalVariable* global, std::uint64_t address) {
    addresses_[global] = address;
  }
  // The pointer to a function; gives it an index the first time.
  std::uint64_t FunctionPointer(llvm::Function* function);
  std::uint64_t LabelNumber(const llvm::BasicBlock* block);
  bool IsTaken(const llvm::Function* function) const {
    return function_indices_.contains(function);
  }
  const std::vector<llvm::Function*>& taken_functions() const {
    return taken_functions_;
  }

  // ---- constants ------------------------------------------------------------

  // The host's constant for a guest's one; undefined ones are zero.
  llvm::Constant* MapConstant(llvm::Constant* constant);
  // Writes a constant's bytes, little-endian, where they lie in memory.
  void WriteBytes(llvm::Constant* constant, std::string& bytes,
                  std::uint64_t offset);

  // ---- functions ------------------------------------------------------------

  // The type of a guest's function, whatever a declaration left open.
  llvm::FunctionType* TypeOf(const llvm::Function& function) const {
    return IsBuiltin(function) ? BuiltinType(function.getName().str())
                               : function.getFunctionType();
  }
  // The function that takes the place of a guest's one.
  llvm::Function* HostFunction(llvm::Function* function);
  // A function of the host, called as C: base, sp, then the arguments.
  llvm::FunctionCallee Builtin(const std::string& name);
  // Its type in the guest's terms.
  llvm::FunctionType* BuiltinType(const std::string& name) const;
  bool IsBuiltin(const llvm::Function& function) const;
  // Stands for a function that nobody defines: the program is refused if a call
  // is left when it has been optimised, as a native linker would have it.
  llvm::FunctionCallee UndefinedFunction(const std::string& name,
                                         llvm::FunctionType* guest_type);
  // Whether the program itself, not its library, defines a function.
  bool IsDefinedByProgram(const std::string& name) const {
    return options_.program_functions.contains(name);
  }
  bool IsDefinedByProgram(const llvm::GlobalVariable& variable) const {
    return options_.program_variables.contains(&variable);
  }

  // ---- frames ---------------------------------------------------------------

  // The index of a frame that a function lays out.
  std::uint64_t AddFrame(ImageFrame frame) {
    frames_.push_back(std::move(frame));
    return frames_.size() - 1;
  }
  std::vector<ImageFrame> TakeFrames() { return std::move(frames_); }

  // ---- sites ----------------------------------------------------------------

  std::uint32_t AddSite(SiteKind kind, std::uint32_t size_bytes,
                        const llvm::DebugLoc& location,
                        const llvm::Function& function);
  // Writes the tables of guest_abi.h into the module.
  void EmitTables();

  // ---- errors ---------------------------------------------------------------

  // Keeps the first error.
  void Refuse(const llvm::Instruction& instruction, const std::string& what);
  void Refuse(const std::string& what);
  const absl::Status& status() const { return status_; }

 private:
  struct Site {
    SiteKind kind;
    std::uint32_t size_bytes;
    std::uint32_t line;
    std::uint32_t column;
    std::string file;
    std::string function;
  };

  llvm::APInt Evaluate(llvm::Constant* constant);
  llvm::APInt EvaluateExpression(llvm::ConstantExpr* expression);
  llvm::Constant* StringPointer(const std::string& text);

  llvm::Module* module_;
  TranslationOptions options_;
  llvm::IntegerType* i64_;
  CheckRules rules_;
  absl::flat_hash_map<const llvm::GlobalVariable*, std::uint64_t> addresses_;
  absl::flat_hash_map<const llvm::Function*, std::uint64_t> function_indices_;
  std::vector<llvm::Function*> taken_functions_;
  absl::flat_hash_map<const llvm::BasicBlock*, std::uint64_t> labels_;
  std::map<std::string, std::uint64_t> type_numbers_;
  std::vector<std::string> call_types_;
  absl::flat_hash_map<const llvm::Function*, llvm::Function*> hosts_;
  std::vector<Site> sites_;
  std::vector<ImageFrame> frames_;
  std::map<std::string, llvm::Constant*> strings_;
  absl::Status status_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_TRANSLATION_H_
