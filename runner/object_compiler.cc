// SPDX-License-Identifier: Apache-2.0
#include "runner/object_compiler.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "runner/call_effects.h"
#include "runner/check_facts.h"
#include "runner/check_lowering.h"
#include "runner/checked_loops.h"
#include "runner/guest_abi.h"
#include "runner/small_loops.h"

namespace kheap {

absl::StatusOr<std::unique_ptr<llvm::TargetMachine>> MakeTargetMachine(
    int level) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder) {
    return absl::UnimplementedError(llvm::toString(builder.takeError()));
  }
  builder->setCodeGenOptLevel(level == 0   ? llvm::CodeGenOptLevel::None
                              : level == 1 ? llvm::CodeGenOptLevel::Less
                              : level == 2 ? llvm::CodeGenOptLevel::Default
                                           : llvm::CodeGenOptLevel::Aggressive);
  builder->setRelocationModel(llvm::Reloc::PIC_);
  builder->setCodeModel(llvm::CodeModel::Small);
  builder->getOptions().TrapUnreachable = true;
  auto machine = builder->createTargetMachine();
  if (!machine) {
    return absl::UnimplementedError(llvm::toString(machine.takeError()));
  }
  return std::move(*machine);
}

namespace {

// Passes over a module, with what LLVM keeps between them.
class Passes {
 public:
  explicit Passes(llvm::TargetMachine& machine)
      : library_(machine.getTargetTriple()), builder_(&machine) {
    // The names of C's functions mean the guest's here, not the host's.
    library_.disableAllFunctions();
    functions_.registerPass(
        [this] { return llvm::TargetLibraryAnalysis(library_); });
    builder_.registerModuleAnalyses(modules_);
    builder_.registerCGSCCAnalyses(components_);
    builder_.registerFunctionAnalyses(functions_);
    builder_.registerLoopAnalyses(loops_);
    builder_.crossRegisterProxies(loops_, functions_, components_, modules_);
  }

  llvm::PassBuilder& builder() { return builder_; }
  void Run(llvm::Module& module, llvm::ModulePassManager passes) {
    passes.run(module, modules_);
  }

 private:
  llvm::LoopAnalysisManager loops_;
  llvm::FunctionAnalysisManager functions_;
  llvm::CGSCCAnalysisManager components_;
  llvm::ModuleAnalysisManager modules_;
  llvm::TargetLibraryInfoImpl library_;
  llvm::PassBuilder builder_;
};

void DropChecks(llvm::Module& module, const CheckRules& rules) {
  const CallEffects effects(module);
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    DropKnownChecks(function, effects, rules);
    CheckLoopsByRanges(function, effects, rules);
  }
}

// Checks are calls until functions are simplified and inlined, then compares.
void Optimise(llvm::Module& module, const CheckRules& rules,
              llvm::TargetMachine& machine, int level) {
  using llvm::ThinOrFullLTOPhase;
  if (level == 0) {
    LowerChecks(module, rules);
    Passes passes(machine);
    passes.Run(module, passes.builder().buildO0DefaultPipeline(
                           llvm::OptimizationLevel::O0));
    return;
  }
  const llvm::OptimizationLevel optimisation =
      level == 1   ? llvm::OptimizationLevel::O1
      : level == 2 ? llvm::OptimizationLevel::O2
                   : llvm::OptimizationLevel::O3;
  Passes early(machine);
  early.builder().registerLoopOptimizerEndEPCallback(
      [](llvm::LoopPassManager& passes, llvm::OptimizationLevel) {
        passes.addPass(UnrollSmallLoops());
      });
  early.Run(module, early.builder().buildModuleSimplificationPipeline(
                        optimisation, ThinOrFullLTOPhase::None));
  DropChecks(module, rules);
  LowerChecks(module, rules);
  Passes late(machine);
  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(
      late.builder().buildFunctionSimplificationPipeline(
          optimisation, ThinOrFullLTOPhase::None)));
  passes.addPass(late.builder().buildModuleOptimizationPipeline(
      optimisation, ThinOrFullLTOPhase::None));
  late.Run(module, std::move(passes));
}

// "list.c:17: " for the first call that has a line, or nothing. Users come in
// no order of the source's.
std::string PlaceOfUse(const llvm::Function& function) {
  std::optional<std::pair<std::string, unsigned>> first;
  for (const llvm::User* const user : function.users()) {
    const auto* const call = llvm::dyn_cast<llvm::Instruction>(user);
    if (call == nullptr || !call->getDebugLoc()) continue;
    const llvm::DILocation& location = *call->getDebugLoc();
    if (location.getLine() == 0) continue;
    std::pair place(location.getFilename().str(), location.getLine());
    if (!first.has_value() || place < *first) first = std::move(place);
  }
  if (!first.has_value()) return "";
  return absl::StrCat(first->first, ":", first->second, ": ");
}

}  // namespace

absl::StatusOr<std::string> CompileObject(llvm::Module& module,
                                          const CheckRules& rules,
                                          llvm::TargetMachine& machine,
                                          int level) {
  Optimise(module, rules, machine, level);
  for (const llvm::Function& function : module) {
    llvm::StringRef name = function.getName();
    if (name.consume_front(kUndefinedPrefix) && !function.use_empty()) {
      return absl::UnimplementedError(absl::StrCat(
          PlaceOfUse(function), "undefined reference to `", name.str(), "`"));
    }
  }
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager passes;
  llvm::TargetLibraryInfoImpl library(machine.getTargetTriple());
  library.disableAllFunctions();
  passes.add(new llvm::TargetLibraryInfoWrapperPass(library));
  if (machine.addPassesToEmitFile(passes, out, nullptr,
                                  llvm::CodeGenFileType::ObjectFile)) {
    return absl::UnimplementedError("the host's target makes no object files");
  }
  passes.run(module);
  return std::string(bytes.data(), bytes.size());
}

}  // namespace kheap
