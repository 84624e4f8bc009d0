// SPDX-License-Identifier: Apache-2.0
#include "runner/call_room.h"

#include <cstring>

#include "bitshift/bits.h"
#include "heap/memory_fault.h"
#include "heap/shadow.h"

namespace kheap {

namespace {

constexpr std::uint64_t kStackAlignment = 16;

}  // namespace

std::uint64_t CallRoom::Take(std::uint64_t size_bytes) {
  const std::uint64_t begin = heap_.layout().begin(Region::kStack).offset();
  const std::uint64_t room = sp_ - begin;
  const std::uint64_t taken = bits::AlignUp(size_bytes, kStackAlignment);
  if (taken > room) {
    throw MemoryFault{FaultCode::kStackOverflow, Access::kPush, Address(sp_),
                      size_bytes};
  }
  sp_ = bits::AlignDown(sp_ - taken, kStackAlignment);
  if (Shadow* const shadow = heap_.shadow()) {
    shadow->Set(Address(sp_), size_bytes, ShadowByte::kUninitialised);
  }
  return sp_;
}

std::uint64_t CallRoom::Put(const void* bytes, std::uint64_t size_bytes) {
  const std::uint64_t address = Take(size_bytes);
  std::memcpy(heap_.base() + address, bytes, size_bytes);
  if (Shadow* const shadow = heap_.shadow()) {
    shadow->Set(Address(address), size_bytes, ShadowByte::kInitialised);
  }
  return address;
}

void CallRoom::Get(std::uint64_t address, void* bytes,
                   std::uint64_t size_bytes) const {
  std::memcpy(bytes, heap_.base() + address, size_bytes);
}

void CallRoom::GiveBack() {
  if (Shadow* const shadow = heap_.shadow()) {
    shadow->Set(Address(sp_), end_ - sp_, ShadowByte::kPoppedFrame);
  }
}

}  // namespace kheap
