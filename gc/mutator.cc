// SPDX-License-Identifier: Apache-2.0
#include "gc/mutator.h"

#include <cstring>

#include "gc/collector.h"
#include "heap/memory_fault.h"

namespace kheap::gc {

Address Mutator::AllocateSlow(const GcType& type) const {
  return collector_->Allocate(type.header());
}

Address Mutator::AllocateArray(const GcType& type, std::uint64_t length) const {
  const std::uint64_t element_bytes = type.element_bytes();
  KHEAP_CHECK(element_bytes != 0, "only arrays have a length");
  if (length > kPayloadBytesMax / element_bytes) return kNullAddress;
  const GcType sized(ObjectHeader::Of(type.id(), length * element_bytes));
  return Allocate(sized);
}

void Mutator::SetReferenceSlow(Address slot, Address reference) const {
  collector_->SetReference(slot, reference);
}

void Mutator::ZeroRest(const GcType& type, std::uint64_t at,
                       std::uint64_t field_bytes) const {
  const std::uint64_t filled = kHeaderBytes + field_bytes;
  std::memset(base_ + at + filled, 0, type.step_bytes() - filled);
}

void Mutator::PopFrame(Address frame) const {
  const CollectorState& state = StateAt(base_);
  const std::uint64_t begin = state.roots;
  if (frame.offset() - begin > state.root_top - begin ||
      (frame.offset() - begin) % sizeof(Word) != 0) {
    RaiseFault(FaultCode::kInvalidFree, Access::kFree, frame, 0);
  }
  CutStack(frame);
}

void Mutator::RaiseOverflow(std::uint64_t slot) {
  RaiseFault(FaultCode::kStackOverflow, Access::kPush, Address(slot), 8);
}

}  // namespace kheap::gc
