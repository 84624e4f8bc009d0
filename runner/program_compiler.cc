// SPDX-License-Identifier: Apache-2.0
#include "runner/program_compiler.h"

#include <memory>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include "machine/host_stack.h"
#include "runner/clang_driver.h"
#include "runner/debug_info_rules.h"
#include "runner/guest_library.h"
#include "runner/module_rules.h"
#include "runner/module_translator.h"
#include "runner/object_cache.h"
#include "runner/object_compiler.h"

namespace kheap {

namespace {

constexpr std::uint64_t kLargeSourceBytes = 1024 * 1024;

// LLVM reports problems of a link to the context.
struct Diagnostics : llvm::DiagnosticHandler {
  explicit Diagnostics(std::string& text) : text(text) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    if (info.getSeverity() == llvm::DS_Error) {
      llvm::raw_string_ostream out(text);
      llvm::DiagnosticPrinterRawOStream printer(out);
      info.print(printer);
      out << "\n";
    }
    return true;
  }
  std::string& text;
};

class Compilation {
 public:
  Compilation(const CompileOptions& options, const std::vector<Source>& sources)
      : options_(options), sources_(sources) {
    context_.setDiagnosticHandler(std::make_unique<Diagnostics>(problems_));
  }

  absl::Status ReadSources() {
    for (const Source& source : sources_) {
      auto compiled = CompileToBitcode(source, options_);
      if (!compiled.ok()) return compiled.status();
      messages += compiled->messages;
      source_bytes_ += compiled->bitcode.size();
      files.insert(files.end(), compiled->files.begin(), compiled->files.end());
      llvm::SMDiagnostic error;
      auto module =
          llvm::parseIR(llvm::MemoryBufferRef(compiled->bitcode, source.path),
                        error, context_);
      if (module == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat(source.path, ": ", error.getMessage().str()));
      }
      std::string problem;
      llvm::raw_string_ostream out(problem);
      if (llvm::verifyModule(*module, &out)) {
        return absl::InvalidArgumentError(
            absl::StrCat(source.path, ": invalid LLVM module: ", problem));
      }
      absl::Status status = CheckModule(*module, source.path);
      if (status.ok()) status = CheckDebugInfo(*module, source.path);
      if (status.ok()) status = NoteDefinitions(*module, source.path);
      if (status.ok()) status = Link(std::move(module), 0);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The parts of the library that the program reaches.
  absl::Status AddLibrary() {
    for (const llvm::Function& function : *module) {
      if (!function.isDeclaration()) {
        program_functions_.insert(function.getName().str());
      }
    }
    for (const llvm::GlobalVariable& variable : module->globals()) {
      if (!variable.isDeclaration()) program_variables_.insert(&variable);
    }
    auto buffer = llvm::MemoryBuffer::getFile(GuestLibraryFile());
    if (!buffer) {
      return absl::NotFoundError(absl::StrCat(
          "the guest's C library is missing: ", buffer.getError().message()));
    }
    auto library =
        llvm::getOwningLazyBitcodeModule(std::move(*buffer), context_);
    if (!library) {
      return absl::InternalError(llvm::toString(library.takeError()));
    }
    for (const char* const root : {"__kheap_start", "__kheap_init"}) {
      const llvm::Function* const function = (*library)->getFunction(root);
      if (function == nullptr) continue;
      // Without a main there is nothing to start.
      if (root == std::string("__kheap_start") &&
          !program_functions_.contains("main")) {
        continue;
      }
      module->getOrInsertFunction(root, function->getFunctionType());
    }
    return Link(std::move(*library), llvm::Linker::LinkOnlyNeeded);
  }

  int Level() const {
    if (options_.optimisation.has_value()) return *options_.optimisation;
    return source_bytes_ > kLargeSourceBytes ? 1 : 2;
  }

  absl::StatusOr<CheckRules> Translate(const llvm::TargetMachine& machine) {
    ModuleOptions options;
    options.translation.checked = options_.checked;
    options.translation.tells_time = TellsTime(*module);
    options.translation.limits_steps = options_.limits_steps;
    options.translation.program_functions = program_functions_;
    options.translation.program_variables = program_variables_;
    options.capacity_bytes = options_.memory_bytes;
    options.stack_bytes = options_.stack_bytes;
    return TranslateModule(*module, machine, options);
  }

  std::vector<std::string> files;
  std::string messages;

 private:
  // Before the module, which lives in it.
  llvm::LLVMContext context_;

 public:
  std::unique_ptr<llvm::Module> module;

 private:
  // InvalidArgument where another source has defined one of the names.
  absl::Status NoteDefinitions(const llvm::Module& part,
                               const std::string& path) {
    for (const llvm::GlobalValue& value : part.global_values()) {
      if (value.isDeclaration() || !value.hasExternalLinkage()) continue;
      const std::string name = value.getName().str();
      const auto [entry, is_new] = defined_in_.try_emplace(name, path);
      if (!is_new) {
        return absl::InvalidArgumentError(absl::StrCat(
            path, ": `", name, "` is defined in ", entry->second, " too"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Link(std::unique_ptr<llvm::Module> part, unsigned flags) {
    if (module == nullptr) {
      module = std::move(part);
      return absl::OkStatus();
    }
    part->setTargetTriple(module->getTargetTriple());
    part->setDataLayout(module->getDataLayout());
    if (llvm::Linker::linkModules(*module, std::move(part), flags)) {
      return absl::InvalidArgumentError(problems_);
    }
    return absl::OkStatus();
  }

  const CompileOptions& options_;
  const std::vector<Source>& sources_;
  std::string problems_;
  std::uint64_t source_bytes_ = 0;
  // Names that sources show each other, and the source's path.
  absl::flat_hash_map<std::string, std::string> defined_in_;
  absl::flat_hash_set<std::string> program_functions_;
  absl::flat_hash_set<const llvm::GlobalVariable*> program_variables_;
};

absl::StatusOr<CompiledProgram> CompileHere(
    const CompileOptions& options, const std::vector<Source>& sources) {
  const ObjectCache cache(options, sources);
  if (auto found = cache.Find()) return *std::move(found);
  Compilation compilation(options, sources);
  if (absl::Status status = compilation.ReadSources(); !status.ok()) {
    return status;
  }
  if (absl::Status status = compilation.AddLibrary(); !status.ok()) {
    return status;
  }
  const int level = compilation.Level();
  auto machine = MakeTargetMachine(level);
  if (!machine.ok()) return machine.status();
  const auto rules = compilation.Translate(**machine);
  if (!rules.ok()) return rules.status();
  auto object = CompileObject(*compilation.module, *rules, **machine, level);
  if (!object.ok()) return object.status();
  CompiledProgram program = {*std::move(object),
                             std::move(compilation.messages)};
  cache.Keep(program, compilation.files);
  return program;
}

absl::StatusOr<std::string> EmitHere(const CompileOptions& options,
                                     const std::vector<Source>& sources,
                                     EmittedForm form) {
  Compilation compilation(options, sources);
  if (absl::Status status = compilation.ReadSources(); !status.ok()) {
    return status;
  }
  std::string text;
  llvm::raw_string_ostream out(text);
  if (form == EmittedForm::kBitcode) {
    llvm::WriteBitcodeToFile(*compilation.module, out);
    return text;
  }
  if (absl::Status status = compilation.AddLibrary(); !status.ok()) {
    return status;
  }
  auto machine = MakeTargetMachine(compilation.Level());
  if (!machine.ok()) return machine.status();
  if (const auto rules = compilation.Translate(**machine); !rules.ok()) {
    return rules.status();
  }
  compilation.module->print(out, nullptr);
  return text;
}

// LLVM recurses as deep as types and expressions nest, and clang, which has
// read them before, sees to its stack itself.
template <typename Result, typename Work>
Result OnHostStack(Work work) {
  std::optional<Result> result;
  machine::RunOnHostStack([&] { result.emplace(work()); });
  return *std::move(result);
}

}  // namespace

absl::StatusOr<CompiledProgram> CompileProgram(
    const CompileOptions& options, const std::vector<Source>& sources) {
  return OnHostStack<absl::StatusOr<CompiledProgram>>(
      [&] { return CompileHere(options, sources); });
}

absl::StatusOr<std::string> EmitProgram(const CompileOptions& options,
                                        const std::vector<Source>& sources,
                                        EmittedForm form) {
  return OnHostStack<absl::StatusOr<std::string>>(
      [&] { return EmitHere(options, sources, form); });
}

}  // namespace kheap
