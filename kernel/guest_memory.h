// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_GUEST_MEMORY_H_
#define KHEAP_KERNEL_GUEST_MEMORY_H_

// The guest's memory as system calls see it: a pointer that leads nowhere is
// the error EFAULT rather than a fault, and bytes that were never initialised
// may be read, since C programs write out structs with padding.
//
// A call asks for every range it may touch first, and then uses the ranges; so
// a call that fails has changed nothing.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

class GuestMemory {
 public:
  explicit GuestMemory(GlobalHeap& heap) : heap_(&heap) {}

  // Whether the guest itself might load or store there. Where not, bad_access()
  // says why.
  bool CanRead(Address address, std::uint64_t size_bytes);
  bool CanWrite(Address address, std::uint64_t size_bytes);

  // Bytes that CanRead or CanWrite allowed.
  std::span<const std::byte> Bytes(Address address,
                                   std::uint64_t size_bytes) const;
  std::span<std::byte> BytesToWrite(Address address, std::uint64_t size_bytes);
  // Says that the guest's bytes have been written. Checked mode wants to know.
  void MarkWritten(Address address, std::uint64_t size_bytes);

  // A struct of LittleEndian members, in place; null where it cannot be read.
  template <typename T>
  requires(alignof(T) == 1) const T* Read(Address address) {
    if (!CanRead(address, sizeof(T))) return nullptr;
    return reinterpret_cast<const T*>(Bytes(address, sizeof(T)).data());
  }
  // Copies a struct out: 0 or -EFAULT.
  template <typename T>
  requires(alignof(T) == 1) Result Write(Address address, const T& value) {
    return WriteBytes(address, std::as_bytes(std::span(&value, 1)));
  }
  Result WriteBytes(Address address, std::span<const std::byte> bytes);

  // Copies the string at `address` to `path`: 0, -EFAULT, or -ENAMETOOLONG if
  // it takes more than kPathBytesMax bytes.
  Result ReadPath(Address address, std::string& path);

  // What the guest would have got for the last access that was refused.
  const std::optional<MemoryFault>& bad_access() const { return bad_access_; }
  void ForgetBadAccess() { bad_access_.reset(); }

 private:
  GlobalHeap* heap_;
  std::optional<MemoryFault> bad_access_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_GUEST_MEMORY_H_
