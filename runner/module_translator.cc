// SPDX-License-Identifier: Apache-2.0
#include "runner/module_translator.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include "process/process.h"
#include "runner/arena_size.h"
#include "runner/call_shape.h"
#include "runner/entry_emitter.h"
#include "runner/function_translator.h"
#include "runner/program_image.h"
#include "runner/promotion.h"
#include "runner/whole_bytes.h"

namespace kheap {

namespace {

// What files and the rest of the kernel's state may take; touched as it is
// used.
constexpr std::uint64_t kKernelBytes = std::uint64_t{64} * 1024 * 1024;

// Notes what the source says of it, as far as that is known.
void NoteDeclaration(const llvm::GlobalVariable& global, ImageGlobal& image) {
  llvm::SmallVector<llvm::DIGlobalVariableExpression*, 1> notes;
  global.getDebugInfo(notes);
  if (notes.empty() || notes.front()->getVariable()->getLine() == 0) return;
  const llvm::DIGlobalVariable& declared = *notes.front()->getVariable();
  image.source_name = declared.getName().str();
  image.declared =
      absl::StrCat(declared.getFilename().str(), ":", declared.getLine());
}

class ModuleTranslator {
 public:
  ModuleTranslator(llvm::Module& module, const ModuleOptions& options)
      : module_(module),
        options_(options),
        translation_(module, options.translation) {}

  absl::Status Run() {
    ReserveNames();
    CollectGuest();
    if (absl::Status status = PlaceGlobals(); !status.ok()) return status;
    EmitConstructors();
    for (llvm::Function* const function : functions_) {
      FunctionTranslator(translation_, *function).Translate();
    }
    FillImage();
    EntryEmitter(translation_, functions_, image_).Emit();
    if (!translation_.status().ok()) return translation_.status();
    translation_.EmitTables();
    EmitImage();
    EmitFunctionCount();
    DropGuest();
    return translation_.status();
  }

  const CheckRules& rules() const { return translation_.rules(); }

 private:
  void ReserveNames();
  void CollectGuest();
  absl::Status PlaceGlobals();
  void EmitConstructors();
  void FillImage();
  void EmitImage();
  void EmitFunctionCount();
  void DropGuest();

  std::uint64_t SizeOf(const llvm::GlobalVariable& global) const {
    return std::max<std::uint64_t>(
        1, module_.getDataLayout().getTypeAllocSize(global.getValueType()));
  }
  std::uint64_t AlignmentOf(const llvm::GlobalVariable& global) const {
    return module_.getDataLayout().getPreferredAlign(&global).value();
  }

  llvm::Module& module_;
  ModuleOptions options_;
  Translation translation_;
  ProgramImage image_;
  std::vector<llvm::Function*> declared_;   // by the guest, defined or not
  std::vector<llvm::Function*> functions_;  // that have a body
  std::vector<llvm::GlobalVariable*> globals_;
};

// Names that the translation gives are not the program's to take.
void ModuleTranslator::ReserveNames() {
  const auto is_reserved = [](llvm::StringRef name) {
    for (const llvm::StringRef prefix :
         {"kheap.", "kheap_", "host.", kGuestPrefix, kEntryPrefix,
          kUndefinedPrefix}) {
      if (name.starts_with(prefix)) return true;
    }
    return false;
  };
  for (llvm::GlobalValue& value : module_.global_values()) {
    if (is_reserved(value.getName())) {
      value.setName("program." + value.getName());
    }
  }
}

void ModuleTranslator::CollectGuest() {
  for (llvm::Function& function : module_) {
    if (!function.isIntrinsic()) declared_.push_back(&function);
    if (!function.isDeclaration()) functions_.push_back(&function);
  }
  for (llvm::GlobalVariable& global : module_.globals()) {
    if (global.isDeclaration() || global.getName().starts_with("llvm.")) {
      continue;
    }
    globals_.push_back(&global);
  }
}

// Room for a global in its section; FillImage has its bytes.
absl::StatusOr<Address> Define(const ImageGlobal& image, GlobalData& data) {
  if (image.section == ImageSection::kBss) {
    return data.DefineBss(image.name, image.size_bytes, image.alignment);
  }
  const std::string zeros(image.size_bytes, '\0');
  const auto bytes = std::as_bytes(std::span(zeros));
  return image.section == ImageSection::kData
             ? data.DefineData(image.name, bytes, image.alignment)
             : data.DefineReadOnly(image.name, bytes, image.alignment);
}

absl::Status ModuleTranslator::PlaceGlobals() {
  std::uint64_t data_bytes = 65536;
  std::uint64_t read_only_bytes = 65536;
  std::uint64_t symbol_bytes = 65536;
  int nameless = 0;
  for (llvm::GlobalVariable* const global : globals_) {
    ImageGlobal image;
    image.name = global->getName().str();
    image.is_library = !translation_.IsDefinedByProgram(*global);
    if (image.name.empty()) image.name = absl::StrCat(".", nameless++);
    if (image.name.size() > kSymbolNameBytesMax) {
      image.name = absl::StrCat(image.name.substr(0, 200), ".", nameless++);
    }
    image.size_bytes = SizeOf(*global);
    image.alignment = AlignmentOf(*global);
    if (image.alignment > kGlobalAlignmentMax) {
      return absl::UnimplementedError(absl::StrCat(
          "`", image.name, "` is aligned to ", image.alignment,
          " bytes, above the largest alignment of ", kGlobalAlignmentMax));
    }
    image.section = global->isConstant() ? ImageSection::kReadOnly
                    : global->getInitializer()->isNullValue()
                        ? ImageSection::kBss
                        : ImageSection::kData;
    const std::uint64_t bytes =
        image.size_bytes + 2 * kGlobalRedZoneBytes + image.alignment;
    (image.section == ImageSection::kReadOnly ? read_only_bytes : data_bytes) +=
        bytes;
    const VariableType type = TypeOf(*global);
    image.type = type.letters;
    image.c_type = type.c_type;
    NoteDeclaration(*global, image);
    symbol_bytes += 160 + image.name.size();
    image_.globals.push_back(image);
  }
  image_.capacity_bytes = options_.capacity_bytes;
  image_.stack_bytes = options_.stack_bytes;
  image_.data_bytes = data_bytes;
  image_.read_only_bytes = read_only_bytes;
  image_.symbol_bytes = symbol_bytes;
  image_.kernel_bytes = kKernelBytes;
  image_.checked = options_.translation.checked;
  image_.tells_time = options_.translation.tells_time;
  HeapOptions heap_options;
  heap_options.layout = {image_.capacity_bytes, image_.stack_bytes,
                         image_.data_bytes,     image_.read_only_bytes,
                         image_.symbol_bytes,   image_.kernel_bytes};
  heap_options.checked = image_.checked;
  auto process = Process::Create({.heap = heap_options});
  if (!process.ok()) {
    return ExplainRefusal(heap_options.layout, process.status());
  }
  const MemoryLayout& layout = process->heap().layout();
  translation_.SetBounds({layout.begin(Region::kLibrary).offset(),
                          layout.begin(Region::kStack).offset(),
                          layout.begin(Region::kStack).offset(),
                          layout.end(Region::kStack).offset()});
  for (std::size_t i = 0; i < globals_.size(); ++i) {
    ImageGlobal& image = image_.globals[i];
    const absl::StatusOr<Address> address = Define(image, process->data());
    if (!address.ok()) return address.status();
    image.address = address->offset();
    translation_.PlaceGlobal(globals_[i], image.address);
  }
  return absl::OkStatus();
}

// One function that calls all of the program's constructors, lowest priority
// number first, in order; and one for its destructors, the other way round.
void ModuleTranslator::EmitConstructors() {
  for (const auto& [list, name] :
       {std::pair("llvm.global_ctors", "__kheap_run_constructors"),
        std::pair("llvm.global_dtors", "__kheap_run_destructors")}) {
    llvm::GlobalValue* const asked = module_.getNamedValue(name);
    if (asked == nullptr) continue;  // nobody asks for them
    // The library's own does nothing, and may be an alias of what does so.
    auto* const function = llvm::Function::Create(
        llvm::FunctionType::get(llvm::Type::getVoidTy(module_.getContext()),
                                false),
        llvm::GlobalValue::ExternalLinkage, "", module_);
    asked->replaceAllUsesWith(function);
    function->takeName(asked);
    std::erase(functions_, asked);
    asked->eraseFromParent();
    llvm::IRBuilder<> builder(
        llvm::BasicBlock::Create(module_.getContext(), "", function));
    std::vector<std::pair<std::uint64_t, llvm::Function*>> calls;
    if (auto* const global = module_.getNamedGlobal(list)) {
      if (auto* const rows =
              llvm::dyn_cast<llvm::ConstantArray>(global->getInitializer())) {
        for (const llvm::Use& row : rows->operands()) {
          auto* const entry = llvm::cast<llvm::Constant>(row);
          auto* const callee = llvm::dyn_cast<llvm::Function>(
              entry->getAggregateElement(1u)->stripPointerCastsAndAliases());
          if (callee == nullptr) continue;
          calls.emplace_back(
              llvm::cast<llvm::ConstantInt>(entry->getAggregateElement(0u))
                  ->getZExtValue(),
              callee);
        }
      }
    }
    std::stable_sort(calls.begin(), calls.end(),
                     [](auto& a, auto& b) { return a.first < b.first; });
    if (list == std::string_view("llvm.global_dtors")) {
      std::ranges::reverse(calls);
    }
    for (const auto& [priority, callee] : calls) {
      // It takes nothing, unless another source defines it otherwise.
      builder.CreateCall(
          llvm::FunctionType::get(callee->getReturnType(), false), callee);
    }
    builder.CreateRetVoid();
    functions_.push_back(function);
  }
}

void ModuleTranslator::FillImage() {
  for (std::size_t i = 0; i < globals_.size(); ++i) {
    ImageGlobal& image = image_.globals[i];
    if (image.section == ImageSection::kBss) continue;
    image.bytes.assign(image.size_bytes, '\0');
    translation_.WriteBytes(globals_[i]->getInitializer(), image.bytes, 0);
  }
}

void ModuleTranslator::EmitImage() {
  for (llvm::Function* const function : translation_.taken_functions()) {
    image_.functions.push_back({function->getName().str(), "",
                                ShapeOf(*function).prototype,
                                translation_.FunctionPointer(function)});
  }
  image_.call_types = translation_.call_types();
  image_.frames = translation_.TakeFrames();
  const std::string bytes = image_.Serialise();
  auto* const value = llvm::ConstantDataArray::getString(
      module_.getContext(), bytes, /*AddNull=*/false);
  new llvm::GlobalVariable(module_, value->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, value,
                           kImageName);
  new llvm::GlobalVariable(
      module_, translation_.i64(), /*isConstant=*/true,
      llvm::GlobalValue::ExternalLinkage,
      llvm::ConstantInt::get(translation_.i64(), bytes.size()), kImageSizeName);
}

void ModuleTranslator::EmitFunctionCount() {
  auto* const count = llvm::cast<llvm::GlobalVariable>(
      module_.getOrInsertGlobal(kFunctionCountName, translation_.i64()));
  count->setInitializer(llvm::ConstantInt::get(
      translation_.i64(), translation_.taken_functions().size() + 1));
  count->setConstant(true);
}

void ModuleTranslator::DropGuest() {
  for (const char* const list : {"llvm.global_ctors", "llvm.global_dtors",
                                 "llvm.used", "llvm.compiler.used"}) {
    if (auto* const global = module_.getNamedGlobal(list)) {
      global->eraseFromParent();
    }
  }
  std::vector<llvm::GlobalAlias*> aliases;
  for (llvm::GlobalAlias& alias : module_.aliases()) aliases.push_back(&alias);
  for (llvm::GlobalAlias* const alias : aliases) {
    alias->replaceAllUsesWith(llvm::PoisonValue::get(alias->getType()));
    alias->eraseFromParent();
  }
  for (llvm::Function* const function : functions_) {
    function->setSubprogram(nullptr);
    function->deleteBody();
  }
  std::vector<llvm::GlobalValue*> unused(declared_.begin(), declared_.end());
  for (llvm::GlobalVariable& global : module_.globals()) {
    if (!global.getName().starts_with("kheap.")) unused.push_back(&global);
  }
  for (llvm::GlobalValue* const value : unused) {
    value->replaceAllUsesWith(llvm::PoisonValue::get(value->getType()));
  }
  for (llvm::GlobalValue* const value : unused) value->eraseFromParent();
}

}  // namespace

absl::StatusOr<CheckRules> TranslateModule(llvm::Module& module,
                                           const llvm::TargetMachine& machine,
                                           const ModuleOptions& options) {
  module.setTargetTriple(machine.getTargetTriple().str());
  module.setDataLayout(machine.createDataLayout());
  PromoteLocals(module, options.translation.checked);
  MoveWholeBytes(module);
  ModuleTranslator translator(module, options);
  if (absl::Status status = translator.Run(); !status.ok()) return status;
  std::string problem;
  llvm::raw_string_ostream out(problem);
  if (llvm::verifyModule(module, &out)) {
    return absl::InternalError(
        absl::StrCat("the translated program is not valid: ", problem));
  }
  return translator.rules();
}

}  // namespace kheap
