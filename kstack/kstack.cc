// SPDX-License-Identifier: Apache-2.0
#include "kstack/kstack.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "heap/memory_fault.h"

namespace kheap {

namespace {

bool IsObjectAlignment(std::uint64_t alignment) {
  return bits::IsPowerOfTwo(alignment) && alignment <= kStackObjectAlignmentMax;
}

[[noreturn]] void RaiseOverwritten(Address record) {
  RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, record,
             sizeof(FrameRecord));
}

absl::Status Broken(std::string_view rule, Address address) {
  return absl::InternalError(
      absl::StrCat(std::string(rule), " at ", ToString(address)));
}

}  // namespace

// ---- pushing and popping ----------------------------------------------------

std::uint64_t KStack::unused_bytes() const {
  const MemoryLayout& layout = heap_->layout();
  const std::uint64_t unused = pointer() - layout.begin(Region::kStack);
  if (unused > layout.size_bytes(Region::kStack)) {
    RaiseFault(FaultCode::kHeapCorruption, Access::kPush, pointer(), 0);
  }
  return unused;
}

Address KStack::FindRoom(std::uint64_t size_bytes, std::uint64_t alignment,
                         std::uint64_t red_zone_bytes) const {
  // The region begins at a multiple of 4096, so aligning does not leave it.
  static_assert(kRegionAlignment % kStackObjectAlignmentMax == 0);
  const std::uint64_t unused = unused_bytes();
  if (size_bytes <= unused && red_zone_bytes <= unused - size_bytes) {
    const Address object(bits::AlignDown(
        (pointer() - size_bytes - red_zone_bytes).offset(), alignment));
    if (object - heap_->layout().begin(Region::kStack) >= red_zone_bytes) {
      return object;
    }
  }
  RaiseFault(FaultCode::kStackOverflow, Access::kPush, pointer(), size_bytes);
}

FrameMarker KStack::PushFrame(std::string_view name) {
  name = name.substr(0, kFrameNameBytesMax);
  ControlPage& control = heap_->control();
  FrameMarker marker;
  marker.caller_frame_ = Address(control.stack_frame);
  marker.caller_pointer_ = pointer();
  marker.caller_depth_ = depth();
  marker.serial_ = control.stack_serial + 1;
  marker.record_ = FindRoom(FrameRecordBytes(name), kStackAlignment,
                            /*red_zone_bytes=*/0);
  WriteFrameRecord(*heap_, {marker.record_, marker.caller_frame_,
                            marker.caller_pointer_, marker.serial_, name});
  control.stack_pointer = marker.record_.offset();
  control.stack_frame = marker.record_.offset();
  control.stack_depth = marker.caller_depth_ + 1;
  control.stack_serial = marker.serial_;
  if (Shadow* shadow = heap_->shadow()) {
    shadow->Set(marker.record_, marker.caller_pointer_ - marker.record_,
                ShadowByte::kStackRedZone);
  }
  return marker;
}

absl::Status KStack::PopFrame(const FrameMarker& marker) {
  const Address newest(heap_->control().stack_frame);
  const FrameState state =
      marker.record_ == newest ? StateOf(marker) : FrameState::kGone;
  if (state == FrameState::kGone) {
    return absl::FailedPreconditionError(
        absl::StrCat("frame ", marker.serial_, " at ", ToString(marker.record_),
                     " is not the newest of the ", depth(),
                     " frames, which is at ", ToString(newest)));
  }
  if (state == FrameState::kOverwritten) RaiseOverwritten(marker.record_);
  Restore(marker);
  return absl::OkStatus();
}

KStack::FrameState KStack::StateOf(const FrameMarker& marker) const {
  if (depth() <= marker.caller_depth_ || marker.record_ < pointer()) {
    return FrameState::kGone;
  }
  const auto facts = ReadFrameRecord(*heap_, marker.record_);
  if (!facts.has_value()) return FrameState::kOverwritten;
  if (facts->serial != marker.serial_) return FrameState::kGone;
  const bool whole = facts->caller_frame == marker.caller_frame_ &&
                     facts->caller_pointer == marker.caller_pointer_;
  return whole ? FrameState::kWhole : FrameState::kOverwritten;
}

void KStack::Restore(const FrameMarker& marker) {
  if (Shadow* shadow = heap_->shadow()) {
    shadow->Set(pointer(), marker.caller_pointer_ - pointer(),
                ShadowByte::kPoppedFrame);
  }
  ControlPage& control = heap_->control();
  control.stack_pointer = marker.caller_pointer_.offset();
  control.stack_frame = marker.caller_frame_.offset();
  control.stack_depth = marker.caller_depth_;
}

Address KStack::Alloca(std::uint64_t size_bytes, std::uint64_t alignment) {
  if (!IsObjectAlignment(alignment)) {
    RaiseFault(FaultCode::kMisaligned, Access::kPush, pointer(), size_bytes);
  }
  Shadow* const shadow = heap_->shadow();
  const std::uint64_t red_zone_bytes =
      shadow != nullptr ? kStackRedZoneBytes : 0;
  const Address object = FindRoom(size_bytes, alignment, red_zone_bytes);
  const Address new_pointer = object - red_zone_bytes;
  if (shadow != nullptr) {
    shadow->Set(new_pointer, pointer() - new_pointer,
                ShadowByte::kStackRedZone);
    shadow->Set(object, size_bytes, ShadowByte::kUninitialised);
  }
  heap_->control().stack_pointer = new_pointer.offset();
  return object;
}

ScopedFrame::ScopedFrame(KStack stack, std::string_view name)
    : stack_(stack),
      marker_(stack_.PushFrame(name)),
      exceptions_(std::uncaught_exceptions()) {}

ScopedFrame::~ScopedFrame() noexcept(false) {
  const KStack::FrameState state = stack_.StateOf(marker_);
  if (state == KStack::FrameState::kGone) return;
  stack_.Restore(marker_);
  if (state == KStack::FrameState::kOverwritten &&
      std::uncaught_exceptions() == exceptions_) {
    RaiseOverwritten(marker_.record());
  }
}

// ---- reports ----------------------------------------------------------------

absl::Status KStack::ForEachFrame(
    absl::FunctionRef<void(const StackFrame&)> visit) const {
  Address begin = pointer();
  Address record(heap_->control().stack_frame);
  while (!record.is_null()) {
    const auto facts = ReadFrameRecord(*heap_, record);
    // Callers lie higher, so a chain that runs in a circle is found as well.
    if (!facts.has_value() || record < begin) {
      return absl::DataLossError(absl::StrCat(
          "the frame record at ", ToString(record), " was overwritten"));
    }
    visit({std::string(facts->name), begin, record, facts->caller_pointer,
           facts->serial});
    begin = facts->caller_pointer;
    record = facts->caller_frame;
  }
  return absl::OkStatus();
}

std::optional<StackFrame> KStack::FrameAt(Address address) const {
  std::optional<StackFrame> found;
  // A broken record ends the walk; what was found before it stands.
  (void)ForEachFrame([&](const StackFrame& frame) {
    if (frame.begin <= address && address < frame.end) found = frame;
  });
  return found;
}

void KStack::ForEachObject(
    const StackFrame& frame,
    absl::FunctionRef<void(Address, std::uint64_t)> visit) const {
  const Shadow* const shadow = heap_->shadow();
  if (shadow == nullptr || frame.begin < pointer() ||
      frame.record > heap_->layout().end(Region::kStack)) {
    return;
  }
  std::uint64_t size_bytes = 0;
  for (Address at = frame.begin; at < frame.record; at += 1) {
    if (IsAddressable(shadow->At(at))) {
      ++size_bytes;
    } else if (size_bytes != 0) {
      visit(at - size_bytes, size_bytes);
      size_bytes = 0;
    }
  }
}

absl::Status KStack::CheckInvariants() const {
  const MemoryLayout& layout = heap_->layout();
  if (pointer() < layout.begin(Region::kStack) ||
      pointer() > layout.end(Region::kStack)) {
    return Broken("kstack.pointer: outside the stack region", pointer());
  }
  if (absl::Status frames = CheckFrames(); !frames.ok()) return frames;
  return CheckShadow();
}

absl::Status KStack::CheckFrames() const {
  std::uint64_t frame_count = 0;
  std::uint64_t serial_max = heap_->control().stack_serial;
  absl::Status order;
  const absl::Status records = ForEachFrame([&](const StackFrame& frame) {
    ++frame_count;
    if (order.ok() && (frame.serial == 0 || frame.serial > serial_max)) {
      order = Broken("kstack.serial: not older than its callee", frame.record);
    }
    serial_max = frame.serial - 1;
  });
  if (!records.ok()) {
    return absl::InternalError(
        absl::StrCat("kstack.record: ", records.message()));
  }
  if (!order.ok()) return order;
  if (frame_count != depth()) {
    return absl::InternalError(absl::StrCat("kstack.depth: ", frame_count,
                                            " frames on the stack, ", depth(),
                                            " in the control page"));
  }
  return absl::OkStatus();
}

absl::Status KStack::CheckShadow() const {
  const Shadow* const shadow = heap_->shadow();
  if (shadow == nullptr) return absl::OkStatus();
  const MemoryLayout& layout = heap_->layout();
  for (Address at = layout.begin(Region::kStack);
       at < layout.end(Region::kStack); at += 1) {
    const ShadowByte state = shadow->At(at);
    const bool unused =
        state == ShadowByte::kUnusedStack || state == ShadowByte::kPoppedFrame;
    if (unused != (at < pointer())) {
      return Broken("kstack.shadow: not the state of its side of the pointer",
                    at);
    }
  }
  absl::Status status;
  (void)ForEachFrame([&](const StackFrame& frame) {
    for (Address at = frame.record; at < frame.end; at += 1) {
      if (status.ok() && shadow->At(at) != ShadowByte::kStackRedZone) {
        status = Broken("kstack.shadow: a record is no red zone", at);
      }
    }
  });
  return status;
}

}  // namespace kheap
