// SPDX-License-Identifier: Apache-2.0
#include "runner/initial_state.h"

#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kernel/console.h"
#include "runner/program_image.h"

namespace kheap {

namespace {

absl::Status PlaceGlobals(const ProgramImage& image, GlobalData& data) {
  for (const ImageGlobal& global : image.globals) {
    const auto bytes = std::as_bytes(std::span(global.bytes));
    const absl::StatusOr<Address> address =
        global.section == ImageSection::kBss
            ? data.DefineBss(global.name, global.size_bytes, global.alignment)
        : global.section == ImageSection::kData
            ? data.DefineData(global.name, bytes, global.alignment)
            : data.DefineReadOnly(global.name, bytes, global.alignment);
    if (!address.ok()) return address.status();
    if (address->offset() != global.address) {
      return absl::InternalError(absl::StrCat(
          "`", global.name, "` is not where the program was compiled for"));
    }
  }
  return absl::OkStatus();
}

// Whether processes with these options begin with the same bytes, but for what
// the seed decides.
bool BeginAlike(const KernelOptions& a, const KernelOptions& b) {
  return a.open_files_max == b.open_files_max && a.files_max == b.files_max &&
         a.mounts == b.mounts && a.working_directory == b.working_directory;
}

}  // namespace

absl::StatusOr<InitialState> InitialState::Build(const LoadedProgram& program,
                                                 const KernelOptions& options) {
  const ProgramImage& image = program.image();
  ProcessOptions process_options;
  process_options.heap.layout = {image.capacity_bytes, image.stack_bytes,
                                 image.data_bytes,     image.read_only_bytes,
                                 image.symbol_bytes,   image.kernel_bytes};
  process_options.heap.checked = image.checked;
  auto process = Process::Create(process_options);
  if (!process.ok()) return process.status();
  if (const absl::Status status = PlaceGlobals(image, process->data());
      !status.ok()) {
    return status;
  }
  // errno lies in the control page's own cell; the guest's library needs an
  // address that the guest can reach.
  const auto errno_cell = process->data().DefineBss("errno", 4, 4);
  if (!errno_cell.ok()) return errno_cell.status();
  CapturedConsole console;
  const auto kernel = Kernel::Create(process->heap(), console, options);
  if (!kernel.ok()) return kernel.status();
  auto captured = process->heap().CaptureImage();
  if (!captured.ok()) return captured.status();
  return InitialState(*std::move(captured), *errno_cell);
}

absl::StatusOr<Process> InitialState::NewProcess() const {
  auto heap = GlobalHeap::CreateFrom(image_);
  if (!heap.ok()) return heap.status();
  return Process::Attach(*std::move(heap));
}

absl::StatusOr<std::shared_ptr<const InitialState>> InitialStateCache::For(
    const LoadedProgram& program, const KernelOptions& options) {
  const std::lock_guard lock(mutex_);
  if (state_ == nullptr || !BeginAlike(options_, options)) {
    auto built = InitialState::Build(program, options);
    if (!built.ok()) return built.status();
    state_ = std::make_shared<const InitialState>(*std::move(built));
    options_ = options;
  }
  return state_;
}

}  // namespace kheap
