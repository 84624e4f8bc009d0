// SPDX-License-Identifier: Apache-2.0
#include "runner/machine.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "absl/strings/str_cat.h"
#include "machine/host_stack.h"
#include "runner/frame_finder.h"
#include "runner/seeded_start.h"

namespace kheap {

namespace {

// Of the guest's jump buffer, what is used.
constexpr std::uint64_t kJumpBufferBytes = 8;

}  // namespace

Machine::Machine(std::shared_ptr<const LoadedProgram> program,
                 ProcessSource::Start start)
    : errno_cell(start.fresh.errno_cell.offset()),
      program_(std::move(program)),
      origin_(std::move(start.origin)),
      process_(std::move(start.fresh.process)) {}

Machine::~Machine() {
  kernel_.reset();
  if (origin_ != nullptr) origin_->TakeBack(std::move(process_));
}

absl::StatusOr<std::unique_ptr<Machine>> Machine::Create(
    std::shared_ptr<const LoadedProgram> program, ProcessSource::Start start,
    const RunOptions& options) {
  std::unique_ptr<Machine> machine(
      new Machine(std::move(program), std::move(start)));
  GuestContext& context = machine->context();
  context.machine = reinterpret_cast<std::uint64_t>(machine.get());
  context.steps_left = machine->last_steps_left_ = options.max_steps;
  if (Shadow* const shadow = machine->heap().shadow()) {
    context.shadow = reinterpret_cast<std::uint64_t>(shadow->data());
  }
  Console& console = options.console == nullptr ? machine->captured_console_
                                                : *options.console;
  auto kernel = Kernel::Attach(machine->heap(), console, options.kernel);
  if (!kernel.ok()) return kernel.status();
  kernel->Reseed(options.kernel.seed);
  machine->kernel_.emplace(*std::move(kernel));
  const SeededStart seeded =
      SeededStart::Of(machine->kernel_->seed(), machine->heap().layout());
  absl::Status status = seeded.ApplyTo(machine->process_);
  if (!status.ok()) return status;
  context.fill_word = seeded.fill_word;
  machine->SyncLimits();
  return machine;
}

void Machine::SyncLimits() {
  GuestContext& limits = context();
  const MemoryLayout& layout = heap().layout();
  const Address heap_break = heap().break_address();
  const std::uint64_t loadable = heap_break - layout.begin(Region::kLibrary);
  const std::uint64_t storable = heap_break - layout.begin(Region::kStack);
  if (limits.load_room[0] == loadable) return;
  std::uint64_t size = 1;
  for (std::size_t k = 0; k < limits.load_room.size(); ++k, size *= 2) {
    limits.load_room[k] = loadable - (size - 1);
    limits.store_room[k] = storable - (size - 1);
  }
}

void Machine::RunGuest(
    absl::FunctionRef<void(std::byte* base, std::uint64_t sp)> call) {
  const std::uint64_t sp = heap().control().stack_pointer;
  const MemoryLayout& layout = heap().layout();
  if (sp - layout.begin(Region::kStack).offset() >
      layout.size_bytes(Region::kStack)) {
    throw MemoryFault{FaultCode::kHeapCorruption, Access::kPush, Address(sp),
                      0};
  }
  std::exception_ptr thrown;
  machine::RunOnHostStack([&] {
    try {
      call(heap().base(), sp);
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  landings_.clear();
  PassTime();
  if (thrown != nullptr) std::rethrow_exception(thrown);
}

void Machine::PassTime() {
  if (!program_->image().tells_time) return;
  const std::uint64_t left = context().steps_left;
  kernel_->Advance(last_steps_left_ - left);
  last_steps_left_ = left;
}

// ---- faults ----------------------------------------------------------------

// An access by a pointer that a function returned into its own frame is one
// after its return.
void Machine::Throw(MemoryFault fault) const {
  if (fault.code == FaultCode::kOutOfBounds &&
      IsReturned(process_.heap(), program_->image().frames, fault.address)) {
    fault.code = FaultCode::kStackUseAfterReturn;
  }
  throw fault;
}

void Machine::Raise(const MemoryFault& fault, TargetKind target) {
  fault_place_ = {};
  fault_place_.calls = RunningCalls(*program_);
  fault_place_.target = target;
  Throw(fault);
}

void Machine::RaiseAt(std::uint32_t index, Address address, std::uint64_t sp) {
  const SiteRecord& site = program_->site(index);
  fault_place_ = {};
  fault_place_.site = site;
  const SourceLine here = {site.file, site.line, site.column, site.function};
  fault_place_.calls = RunningCalls(*program_, &here);
  switch (site.kind) {
    case SiteKind::kPush:
      throw MemoryFault{FaultCode::kStackOverflow, Access::kPush, address,
                        site.size_bytes};
    case SiteKind::kAlloca:
    case SiteKind::kLargePush:
      throw MemoryFault{FaultCode::kStackOverflow, Access::kPush, Address(sp),
                        address.offset()};
    case SiteKind::kCall:
      throw MemoryFault{address.is_null() ? FaultCode::kNullDereference
                                          : FaultCode::kBadCallTarget,
                        Access::kCall, address, 0};
    case SiteKind::kDivision:
    case SiteKind::kUnreachable:
      throw MemoryFault{FaultCode::kIntegerTrap, Access::kCall, address, 0};
    case SiteKind::kMisaligned:
      // An address where nothing may be touched is the graver error.
      if (const auto fault =
              heap().FindFault(address, site.size_bytes, Access::kUpdate);
          fault.has_value() && fault->code != FaultCode::kUninitialisedRead &&
          fault->code != FaultCode::kReadOnlyWrite) {
        Throw(*fault);
      }
      throw MemoryFault{FaultCode::kMisaligned, Access::kUpdate, address,
                        site.size_bytes};
    case SiteKind::kSteps:
      throw StepsUsedUp{};
    default:
      break;
  }
  const Access access = site.kind == SiteKind::kLoad    ? Access::kLoad
                        : site.kind == SiteKind::kStore ? Access::kStore
                                                        : Access::kUpdate;
  if (const auto fault = heap().FindFault(address, site.size_bytes, access)) {
    Throw(*fault);
  }
  throw MemoryFault{FaultCode::kOutOfBounds, access, address, site.size_bytes};
}

void Machine::NoteAllocation(Address block) {
  if (block.is_null() || !heap().checked()) return;
  const std::uint64_t sequence = malloc().SequenceOf(block);
  // They come one after another; a number from afar is none of theirs.
  constexpr std::uint64_t kStride = 65536;
  if (sequence > 2 * block_sites_.size() + kStride) return;
  if (block_sites_.size() <= sequence) block_sites_.resize(2 * sequence + 64);
  block_sites_[sequence].allocated = context().call_site;
}

// Null where none are kept.
Machine::BlockSites* Machine::FreedSites(Address block) {
  if (block.is_null() || !heap().checked()) return nullptr;
  const std::uint64_t sequence = malloc().SequenceOf(block);
  return sequence < block_sites_.size() ? &block_sites_[sequence] : nullptr;
}

void Machine::NoteFree(Address block) {
  if (BlockSites* const sites = FreedSites(block)) {
    sites->freed = context().call_site;
    sites->is_moved = false;
  }
}

void Machine::NoteRealloc(Address block, std::uint64_t size_bytes) {
  NoteFree(block);
  if (BlockSites* const sites = FreedSites(block)) {
    sites->is_moved = size_bytes != 0;
  }
}

BlockHistory Machine::HistoryOf(std::uint64_t sequence) const {
  BlockHistory history;
  if (sequence == 0 || sequence >= block_sites_.size()) return history;
  const auto text = [this](std::uint32_t index) -> std::optional<std::string> {
    if (index == 0) return std::nullopt;
    const SiteRecord& site = program_->site(index);
    return absl::StrCat(site.file, ":", site.line, " in ", site.function);
  };
  history.allocated = text(block_sites_[sequence].allocated);
  history.freed = text(block_sites_[sequence].freed);
  history.is_moved = block_sites_[sequence].is_moved;
  return history;
}

// ---- setjmp ----------------------------------------------------------------

// The number of a landing, or 0.
std::uint64_t Machine::NumberIn(Address buffer) {
  return heap().TryLoad<std::uint64_t>(buffer).value_or(0);
}

std::jmp_buf& Machine::SetjmpBuffer(Address buffer, std::uint64_t site,
                                    std::uint64_t caller_sp, std::uint64_t sp,
                                    bool keeps_mask) {
  if (const auto fault =
          heap().FindFault(buffer, kJumpBufferBytes, Access::kStore)) {
    Raise(*fault);
  }
  // A loop around one setjmp needs one landing: its turns differ in nothing
  // that is kept.
  auto found = landings_.find(NumberIn(buffer));
  if (found == landings_.end() || found->second->site != site ||
      found->second->caller_sp != caller_sp || found->second->sp != sp) {
    landing_count_ += 1;
    found = landings_.try_emplace(landing_count_).first;
    found->second = std::make_unique<Landing>();
    heap().Store<std::uint64_t>(buffer, landing_count_);
  }
  *found->second = Landing{{}, site, caller_sp, sp, std::nullopt};
  if (keeps_mask) found->second->signal_mask = kernel_->blocked_signals();
  return found->second->host;
}

void Machine::LeaveSetjmp(std::uint64_t caller_sp) {
  std::erase_if(landings_, [caller_sp](const auto& entry) {
    return entry.second->caller_sp <= caller_sp;
  });
}

void Machine::Longjmp(Address buffer, int value, std::uint64_t sp) {
  const auto found = landings_.find(NumberIn(buffer));
  if (found == landings_.end() || found->second->sp < sp) {
    Raise({FaultCode::kBadCallTarget, Access::kCall, buffer, 0},
          TargetKind::kJump);
  }
  Landing& landing = *found->second;
  if (Shadow* const shadow = heap().shadow()) {
    if (landing.sp > sp) {
      shadow->Set(Address(sp), landing.sp - sp, ShadowByte::kPoppedFrame);
    }
  }
  LeaveSetjmp(landing.sp - 1);
  if (landing.signal_mask.has_value()) {
    kernel_->SetBlockedSignals(*landing.signal_mask);
    LeaveIfEnded();
    RunSignalHandlers(landing.sp);
  }
  std::longjmp(landing.host, value == 0 ? 1 : value);
}

// ---- the kernel ------------------------------------------------------------

std::int64_t Machine::Syscall(std::uint64_t number,
                              const Kernel::Arguments& arguments,
                              std::uint64_t sp) {
  constexpr std::int64_t kBadAddress = -14;
  PassTime();
  const std::int64_t result = kernel_->Syscall(number, arguments);
  LeaveIfEnded();
  if (result == kBadAddress && heap().checked()) {
    if (const auto fault = kernel_->bad_pointer()) Raise(*fault);
  }
  RunSignalHandlers(sp);
  return result;
}

void Machine::PassErrno() {
  const std::int32_t error = heap().guest_errno();
  if (error == 0) return;
  heap().Store<std::int32_t>(Address(errno_cell), error);
  heap().set_guest_errno(0);
}

void Machine::LeaveIfEnded() {
  constexpr int kSignalledStatus = 128;
  const std::optional<ProcessEnd> end = kernel_->end();
  if (!end.has_value()) return;
  throw GuestExit{end->kind == ProcessEnd::Kind::kExited
                      ? end->value
                      : kSignalledStatus + end->value};
}

namespace {

// What a handler's siginfo_t takes of the stack, with a red zone on each side.
constexpr std::uint64_t kSiginfoZoneBytes = 16;
constexpr std::uint64_t kSiginfoFrameBytes =
    Kernel::kSiginfoBytes + 2 * kSiginfoZoneBytes;

}  // namespace

Address Machine::PushSiginfo(const SignalDelivery& delivery, std::uint64_t sp) {
  const Address stack = heap().layout().begin(Region::kStack);
  if (sp - stack.offset() < kSiginfoFrameBytes) {
    Raise({FaultCode::kStackOverflow, Access::kPush, Address(sp),
           kSiginfoFrameBytes});
  }
  const Address frame(sp - kSiginfoFrameBytes);
  const Address place = frame + kSiginfoZoneBytes;
  if (Shadow* const shadow = heap().shadow()) {
    shadow->Set(frame, kSiginfoFrameBytes, ShadowByte::kStackRedZone);
    shadow->Set(place, Kernel::kSiginfoBytes, ShadowByte::kInitialised);
  }
  kernel_->WriteSiginfo(place, delivery);
  return place;
}

bool Machine::CallHandler(const SignalDelivery& delivery, std::uint64_t sp) {
  using Entry = bool (*)(std::byte*, std::uint64_t, const void*, std::uint64_t,
                         int, std::uint64_t);
  const LoadedProgram::Function* const call =
      program_->FindFunction("kheap.handler");
  const FunctionEntry* const handler = program_->FindPointer(delivery.handler);
  if (call == nullptr || handler == nullptr) return false;
  const auto entry = reinterpret_cast<Entry>(call->entry);
  if (!delivery.wants_info) {
    return entry(heap().base(), sp, handler->code, handler->type,
                 delivery.signal, 0);
  }
  const Address information = PushSiginfo(delivery, sp);
  const Address frame = information - kSiginfoZoneBytes;
  const bool is_handler =
      entry(heap().base(), frame.offset(), handler->code, handler->type,
            delivery.signal, information.offset());
  if (Shadow* const shadow = heap().shadow()) {
    shadow->Set(frame, kSiginfoFrameBytes, ShadowByte::kPoppedFrame);
  }
  return is_handler;
}

void Machine::RunSignalHandlers(std::uint64_t sp) {
  while (const auto delivery = kernel_->TakeSignal()) {
    if (!CallHandler(*delivery, sp)) {
      Raise({FaultCode::kBadCallTarget, Access::kCall,
             Address(delivery->handler), 0},
            TargetKind::kHandler);
    }
    kernel_->ReturnFromSignal(*delivery);
    LeaveIfEnded();
  }
}

}  // namespace kheap
