// SPDX-License-Identifier: Apache-2.0
#include "runner/object_compiler.h"

#include "absl/strings/str_cat.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "runner/guest_abi.h"

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

void Optimise(llvm::Module& module, llvm::TargetMachine& machine, int level) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  // The names of C's functions mean the guest's here, not the host's.
  llvm::TargetLibraryInfoImpl library(machine.getTargetTriple());
  library.disableAllFunctions();
  functions.registerPass(
      [&library] { return llvm::TargetLibraryAnalysis(library); });
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  const llvm::OptimizationLevel optimisation =
      level == 0   ? llvm::OptimizationLevel::O0
      : level == 1 ? llvm::OptimizationLevel::O1
      : level == 2 ? llvm::OptimizationLevel::O2
                   : llvm::OptimizationLevel::O3;
  if (level == 0) {
    builder.buildO0DefaultPipeline(optimisation).run(module, modules);
  } else {
    builder.buildPerModuleDefaultPipeline(optimisation).run(module, modules);
  }
}

}  // namespace

absl::StatusOr<std::string> CompileObject(llvm::Module& module,
                                          llvm::TargetMachine& machine,
                                          int level) {
  Optimise(module, machine, level);
  for (const llvm::Function& function : module) {
    llvm::StringRef name = function.getName();
    if (name.consume_front(kUndefinedPrefix) && !function.use_empty()) {
      return absl::UnimplementedError(
          absl::StrCat("undefined reference to `", name.str(), "`"));
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
