// SPDX-License-Identifier: Apache-2.0
#include "runner/initial_state.h"

#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kernel/console.h"
#include "machine/touched_pages.h"
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

// How many used processes wait, and of how many bytes each may have been used:
// clearing more takes longer than mapping memory anew.
constexpr std::size_t kUsedProcessesMax = 8;
constexpr std::size_t kUsedBytesMax = 1024 * 1024;

}  // namespace

absl::StatusOr<FreshProcess> FreshProcess::SetUp(const LoadedProgram& program,
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
  return FreshProcess{*std::move(process), *errno_cell};
}

absl::StatusOr<std::shared_ptr<InitialState>> InitialState::Of(
    const FreshProcess& fresh) {
  auto captured = fresh.process.heap().CaptureImage();
  if (!captured.ok()) return captured.status();
  return std::shared_ptr<InitialState>(
      new InitialState(*std::move(captured), fresh.errno_cell));
}

absl::StatusOr<FreshProcess> InitialState::NewProcess() {
  {
    const std::lock_guard lock(mutex_);
    if (!used_.empty()) {
      Process process = std::move(used_.back());
      used_.pop_back();
      return FreshProcess{std::move(process), errno_cell_};
    }
  }
  auto heap = GlobalHeap::CreateFrom(image_);
  if (!heap.ok()) return heap.status();
  auto process = Process::Attach(*std::move(heap));
  if (!process.ok()) return process.status();
  return FreshProcess{*std::move(process), errno_cell_};
}

bool InitialState::Restore(GlobalHeap& heap) const {
  const Address heap_break = heap.break_address();
  if (heap_break < image_.break_address ||
      heap_break - image_.break_address > kUsedBytesMax ||
      !heap.SetBreak(image_.break_address)) {
    return false;
  }
  // Above the break bytes are zero, and the shadow says nothing.
  const std::size_t arena_bytes =
      heap_break.offset() + GlobalHeap::kReadableBehindBreakBytes;
  if (!machine::ZeroTouchedPages(heap.context(),
                                 GlobalHeap::kContextBytes + arena_bytes,
                                 kUsedBytesMax)) {
    return false;
  }
  image_.arena.PutAt(heap.base());
  Shadow* const shadow = heap.shadow();
  if (shadow == nullptr) return true;
  if (!machine::ZeroTouchedPages(shadow->data(), arena_bytes, kUsedBytesMax)) {
    return false;
  }
  image_.shadow->PutAt(shadow->data());
  return true;
}

void InitialState::TakeBack(Process process) {
  {
    const std::lock_guard lock(mutex_);
    if (used_.size() >= kUsedProcessesMax) return;
  }
  if (!Restore(process.heap())) return;
  const std::lock_guard lock(mutex_);
  used_.push_back(std::move(process));
}

absl::StatusOr<std::shared_ptr<InitialState>> ProcessSource::StateFor(
    const LoadedProgram& program, const KernelOptions& options) {
  const std::lock_guard lock(mutex_);
  if (!has_begun_ || !BeginAlike(options_, options)) {
    has_begun_ = true;
    options_ = options;
    state_ = nullptr;
    return state_;
  }
  if (state_ == nullptr) {
    const auto fresh = FreshProcess::SetUp(program, options);
    if (!fresh.ok()) return fresh.status();
    auto state = InitialState::Of(*fresh);
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
  }
  return state_;
}

absl::StatusOr<ProcessSource::Start> ProcessSource::NewProcess(
    const LoadedProgram& program, const KernelOptions& options) {
  const auto state = StateFor(program, options);
  if (!state.ok()) return state.status();
  auto fresh = *state == nullptr ? FreshProcess::SetUp(program, options)
                                 : (*state)->NewProcess();
  if (!fresh.ok()) return fresh.status();
  return Start{*std::move(fresh), *state};
}

}  // namespace kheap
