// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel.h"

#include <utility>

#include "kernel/file_system_check.h"
#include "kernel/kernel_format.h"
#include "kernel/kernel_state.h"
#include "kernel/random_source.h"
#include "kernel/syscall_table.h"

namespace kheap {

Kernel::Kernel(std::unique_ptr<kernel::KernelState> state)
    : state_(std::move(state)) {}
Kernel::Kernel(Kernel&& other) noexcept = default;
Kernel& Kernel::operator=(Kernel&& other) noexcept = default;
Kernel::~Kernel() = default;

absl::StatusOr<Kernel> Kernel::View(GlobalHeap& heap, Console& console,
                                    const KernelOptions& options) {
  auto hosts = kernel::HostFolders::Open(options.mounts);
  if (!hosts.ok()) return hosts.status();
  return Kernel(std::make_unique<kernel::KernelState>(
      heap, console, *std::move(hosts), options.real_time));
}

absl::StatusOr<Kernel> Kernel::Create(GlobalHeap& heap, Console& console,
                                      const KernelOptions& options) {
  const auto plan = kernel::PlanKernel(heap, options);
  if (!plan.ok()) return plan.status();
  absl::StatusOr<Kernel> created = View(heap, console, options);
  if (!created.ok()) return created;
  const absl::Status status =
      kernel::FormatKernel(*created->state_, options, *plan);
  if (!status.ok()) return status;
  return created;
}

absl::StatusOr<Kernel> Kernel::Attach(GlobalHeap& heap, Console& console,
                                      const KernelOptions& options) {
  if (!kernel::HasKernel(heap)) {
    return absl::FailedPreconditionError("the arena has no kernel");
  }
  return View(heap, console, options);
}

void Kernel::Reseed(std::uint64_t seed) {
  state_->page().seed = seed;
  kernel::SeedRandom(state_->page().random, seed);
}

std::uint64_t Kernel::seed() const { return state_->page().seed; }

std::int64_t Kernel::Syscall(std::uint64_t number, const Arguments& arguments) {
  kernel::KernelState& state = *state_;
  if (exited()) return -kernel::kESRCH;
  state.memory.ForgetBadAccess();
  state.files.set_now(state.clock.RealTime());
  const kernel::SystemCallEntry* const entry = kernel::FindSystemCall(number);
  kernel::Result result = -kernel::kENOSYS;
  if (entry != nullptr) {
    result = entry->call(state, arguments);
  } else {
    ++unknown_calls_[number];
  }
  // A call with a bad pointer changes nothing, not even the time.
  if (result != -kernel::kEFAULT) state.clock.CountCall();
  state.signals.Deliver();
  return result;
}

void Kernel::Advance(std::uint64_t steps) { state_->clock.CountSteps(steps); }

std::uint64_t Kernel::now() const {
  return static_cast<std::uint64_t>(state_->clock.Monotonic());
}

std::optional<ProcessEnd> Kernel::end() const {
  const kernel::ProcessState& process = state_->process();
  switch (static_cast<kernel::EndKind>(process.end_kind.get())) {
    case kernel::EndKind::kExited:
      return ProcessEnd{ProcessEnd::Kind::kExited, process.end_value};
    case kernel::EndKind::kSignalled:
      return ProcessEnd{ProcessEnd::Kind::kSignalled, process.end_value};
    default:
      return std::nullopt;
  }
}

void Kernel::Raise(int signal) {
  if (signal < 1 || signal > kernel::kSignalCount || exited()) return;
  state_->signals.Raise(signal);
  state_->signals.Deliver();
}

std::optional<SignalDelivery> Kernel::TakeSignal() {
  return state_->signals.Take();
}

void Kernel::WriteSiginfo(Address place, const SignalDelivery& delivery) {
  static_assert(sizeof(kernel::LinuxSiginfo) == kSiginfoBytes);
  state_->memory.Write(place,
                       kernel::Signals::InfoOf(delivery.signal, delivery.code));
}

void Kernel::ReturnFromSignal(const SignalDelivery& delivery) {
  SetBlockedSignals(delivery.mask_before);
}

std::uint64_t Kernel::blocked_signals() const {
  return state_->signals.blocked();
}

void Kernel::SetBlockedSignals(std::uint64_t mask) {
  state_->signals.SetBlocked(mask);
  state_->signals.Deliver();
}

std::optional<MemoryFault> Kernel::bad_pointer() const {
  return state_->memory.bad_access();
}

absl::Status Kernel::CheckInvariants() const {
  absl::Status status = state_->descriptors.CheckInvariants();
  if (status.ok()) status = kernel::CheckFileSystem(*state_);
  return status;
}

}  // namespace kheap
