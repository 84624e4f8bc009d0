// SPDX-License-Identifier: Apache-2.0
#include "runner/loaded_program.h"

#include <mutex>

#include "absl/strings/str_cat.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/TargetSelect.h"
#include "runner/builtins.h"
#include "runner/code_memory.h"

namespace kheap {

struct LoadedProgram::Code {
  absl::Status Link(const std::string& object);
  // The address of a symbol, or null.
  void* Find(const std::string& name) const;
  template <typename T>
  const T* FindTable(const char* name) const {
    return static_cast<const T*>(Find(name));
  }

  std::unique_ptr<llvm::orc::LLJIT> jit;
  // A copy of the object whose sections say where they were loaded.
  llvm::object::OwningBinary<llvm::object::ObjectFile> debug_object;
  std::unique_ptr<llvm::DIContext> lines;
  std::mutex lines_mutex;  // LLVM parses them when it is first asked
};

LoadedProgram::LoadedProgram() : code_(std::make_unique<Code>()) {}
LoadedProgram::~LoadedProgram() = default;

namespace {

absl::Status Refuse(llvm::Error error) {
  return absl::InvalidArgumentError(
      absl::StrCat("the compiled program cannot be loaded: ",
                   llvm::toString(std::move(error))));
}

llvm::orc::SymbolMap HostSymbolMap(llvm::orc::LLJIT& jit) {
  llvm::orc::SymbolMap symbols;
  for (const HostSymbol& symbol : HostSymbols()) {
    symbols[jit.mangleAndIntern(symbol.name)] = {
        llvm::orc::ExecutorAddr::fromPtr(symbol.code),
        llvm::JITSymbolFlags::Exported};
  }
  return symbols;
}

}  // namespace

absl::Status LoadedProgram::Code::Link(const std::string& object) {
  const auto make_layer = [this](llvm::orc::ExecutionSession& session,
                                 const llvm::Triple&)
      -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
    auto layer = std::make_unique<llvm::orc::RTDyldObjectLinkingLayer>(
        session, [] { return std::make_unique<CodeMemory>(); });
    layer->setNotifyLoaded(
        [this](llvm::orc::MaterializationResponsibility&,
               const llvm::object::ObjectFile& file,
               const llvm::RuntimeDyld::LoadedObjectInfo& info) {
          debug_object = info.getObjectForDebug(file);
        });
    return layer;
  };
  auto made = llvm::orc::LLJITBuilder()
                  .setObjectLinkingLayerCreator(make_layer)
                  .setLinkProcessSymbolsByDefault(false)
                  .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                  .create();
  if (!made) return Refuse(made.takeError());
  jit = std::move(*made);
  if (auto error = jit->getMainJITDylib().define(
          llvm::orc::absoluteSymbols(HostSymbolMap(*jit)))) {
    return Refuse(std::move(error));
  }
  if (auto error =
          jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object))) {
    return Refuse(std::move(error));
  }
  auto image = jit->lookup(kImageName);
  return image ? absl::OkStatus() : Refuse(image.takeError());
}

void* LoadedProgram::Code::Find(const std::string& name) const {
  auto found = jit->lookup(name);
  if (found) return found->toPtr<void*>();
  llvm::consumeError(found.takeError());
  return nullptr;
}

absl::StatusOr<std::unique_ptr<LoadedProgram>> LoadedProgram::Load(
    const std::string& object) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  std::unique_ptr<LoadedProgram> program(new LoadedProgram());
  Code& code = *program->code_;
  if (absl::Status status = code.Link(object); !status.ok()) return status;
  const auto* const image = code.FindTable<char>(kImageName);
  const auto* const size = code.FindTable<std::uint64_t>(kImageSizeName);
  const auto* const count = code.FindTable<std::uint64_t>(kFunctionCountName);
  program->sites_ = code.FindTable<SiteRecord>(kSiteTableName);
  program->functions_ = code.FindTable<FunctionEntry>(kFunctionTableName);
  if (image == nullptr || size == nullptr || count == nullptr ||
      program->sites_ == nullptr || program->functions_ == nullptr) {
    return absl::InvalidArgumentError("the compiled program lacks its tables");
  }
  program->function_count_ = *count;
  auto parsed = ProgramImage::Parse({image, *size});
  if (!parsed.ok()) return parsed.status();
  program->image_ = *std::move(parsed);
  for (const ImageFunction& function : program->image_.functions) {
    if (function.signature.empty()) continue;  // known by its pointer only
    program->entries_[function.name] = {
        function.signature, function.prototype,
        code.Find(kEntryPrefix + function.name)};
  }
  return program;
}

const LoadedProgram::Function* LoadedProgram::FindFunction(
    std::string_view name) const {
  const auto found = entries_.find(absl::string_view(name.data(), name.size()));
  return found == entries_.end() ? nullptr : &found->second;
}

const FunctionEntry* LoadedProgram::FindPointer(std::uint64_t pointer) const {
  if (pointer <= kFunctionBase ||
      (pointer - kFunctionBase) % kFunctionStride != 0) {
    return nullptr;
  }
  const std::uint64_t index = (pointer - kFunctionBase) / kFunctionStride;
  return index < function_count_ ? &functions_[index] : nullptr;
}

std::string LoadedProgram::FunctionName(std::uint64_t pointer) const {
  for (const ImageFunction& function : image_.functions) {
    if (function.pointer == pointer && pointer != 0) return function.name;
  }
  return "";
}

std::vector<SourceLine> LoadedProgram::Lines(const void* return_address) const {
  const std::lock_guard lock(code_->lines_mutex);
  const llvm::object::ObjectFile* const file = code_->debug_object.getBinary();
  if (file == nullptr) return {};
  if (code_->lines == nullptr) {
    code_->lines = llvm::DWARFContext::create(*file);
  }
  // The call is before where it returns to.
  const std::uint64_t address =
      reinterpret_cast<std::uint64_t>(return_address) - 1;
  for (const llvm::object::SectionRef& section : file->sections()) {
    if (!section.isText() || address < section.getAddress() ||
        address - section.getAddress() >= section.getSize()) {
      continue;
    }
    const llvm::DIInliningInfo inlined =
        code_->lines->getInliningInfoForAddress(
            {address, section.getIndex()},
            {llvm::DILineInfoSpecifier::FileLineInfoKind::RawValue,
             llvm::DINameKind::ShortName});
    std::vector<SourceLine> lines;
    for (unsigned i = 0; i < inlined.getNumberOfFrames(); ++i) {
      const llvm::DILineInfo& frame = inlined.getFrame(i);
      SourceLine line = {frame.FileName, frame.Line, frame.Column,
                         frame.FunctionName};
      if (line.function == llvm::DILineInfo::BadString) line.function.clear();
      if (line.file == llvm::DILineInfo::BadString) line.file.clear();
      lines.push_back(line);
    }
    return lines;
  }
  return {};
}

}  // namespace kheap
