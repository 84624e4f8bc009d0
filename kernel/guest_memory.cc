// SPDX-License-Identifier: Apache-2.0
#include "kernel/guest_memory.h"

#include <algorithm>
#include <cstring>

#include "kernel/linux_abi.h"

namespace kheap::kernel {

bool GuestMemory::CanRead(Address address, std::uint64_t size_bytes) {
  std::optional<MemoryFault> fault =
      heap_->FindFault(address, size_bytes, Access::kLoad);
  if (fault.has_value() && fault->code == FaultCode::kUninitialisedRead &&
      !heap_->shadow()->FindUnaddressable(address, size_bytes).has_value()) {
    return true;
  }
  if (fault.has_value()) bad_access_ = fault;
  return !fault.has_value();
}

bool GuestMemory::CanWrite(Address address, std::uint64_t size_bytes) {
  const std::optional<MemoryFault> fault =
      heap_->FindFault(address, size_bytes, Access::kStore);
  if (fault.has_value()) bad_access_ = fault;
  return !fault.has_value();
}

std::span<const std::byte> GuestMemory::Bytes(Address address,
                                              std::uint64_t size_bytes) const {
  if (size_bytes == 0) return {};
  return std::as_const(*heap_).RuntimeSpan(address, size_bytes);
}

std::span<std::byte> GuestMemory::BytesToWrite(Address address,
                                               std::uint64_t size_bytes) {
  if (size_bytes == 0) return {};
  return heap_->RuntimeSpan(address, size_bytes);
}

void GuestMemory::MarkWritten(Address address, std::uint64_t size_bytes) {
  if (heap_->checked() && size_bytes != 0) {
    heap_->shadow()->MarkInitialised(address, size_bytes);
  }
}

Result GuestMemory::WriteBytes(Address address,
                               std::span<const std::byte> bytes) {
  if (!CanWrite(address, bytes.size())) return -kEFAULT;
  std::ranges::copy(bytes, BytesToWrite(address, bytes.size()).begin());
  MarkWritten(address, bytes.size());
  return 0;
}

Result GuestMemory::ReadPath(Address address, std::string& path) {
  std::uint64_t readable =
      std::min(heap_->LoadableBytesInRegion(address), kPathBytesMax);
  if (heap_->checked() && readable != 0) {
    const auto end = heap_->shadow()->FindUnaddressable(address, readable);
    if (end.has_value()) readable = *end - address;
  }
  const auto bytes = Bytes(address, readable);
  const auto zero = std::ranges::find(bytes, std::byte{0});
  if (zero != bytes.end()) {
    path.assign(reinterpret_cast<const char*>(bytes.data()),
                static_cast<std::size_t>(zero - bytes.begin()));
    return 0;
  }
  if (readable == kPathBytesMax) return -kENAMETOOLONG;
  return CanRead(address + readable, 1) ? -kENAMETOOLONG : -kEFAULT;
}

}  // namespace kheap::kernel
