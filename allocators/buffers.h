// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_BUFFERS_H_
#define KHEAP_ALLOCATORS_BUFFERS_H_

// Memory by purpose: buffers, strings and arrays. Where it comes from is
// malloc or, in an AllocationScope, the scope's bump allocator:
//
//   Buffers buffers(registry);
//   const Address text = buffers.String("hello");     // from malloc
//   {
//     const AllocationScope scope(bump);
//     const Address copy = buffers.String("hello");   // from bump
//   }
//
// Sizes that do not fit into 64 bits are no room: null, errno ENOMEM. So is
// every other request that cannot be served; then nothing else has changed.
//
// Manual memory (that from malloc) counts in the ledger with the bytes that the
// guest may use of it, and is freed here. Malloc's own Free takes it as well,
// but knows nothing of the ledger, which then counts a buffer that is gone.

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "allocators/bump_allocator.h"
#include "allocators/registry.h"
#include "heap/address.h"

namespace kheap {

struct BufferOptions {
  std::uint64_t alignment = 16;  // a power of two, or null and errno EINVAL
  bool zeroed = false;           // else uninitialised
};

class Buffers {
 public:
  explicit Buffers(const Registry& registry) : registry_(registry) {}

  Address Buffer(std::uint64_t size_bytes, const BufferOptions& options = {});
  // `count` elements of `element_bytes`.
  Address Array(std::uint64_t count, std::uint64_t element_bytes,
                const BufferOptions& options = {});
  // A copy of the text and the zero byte that ends it.
  Address String(std::string_view text);
  // Room for a text of up to `length_bytes` and the zero byte that ends it, all
  // of it zero.
  Address EmptyString(std::uint64_t length_bytes);

  // Gives what one of the above returned another size, at the same or another
  // place that then holds its first bytes, aligned to 16. Where it fails the
  // old bytes stay as they were. A null address is a new buffer; a size of 0
  // frees and returns null. Memory of a bump allocator stays in it.
  // Faults as Free does.
  Address Resize(Address address, std::uint64_t size_bytes);

  // Null is accepted and ignored. Memory of a bump allocator stays until that
  // lets go of it; what it has let go of still looks like a buffer until other
  // bytes lie there.
  //   fault 114  what began there was freed already
  //   fault 115  no buffer begins there
  void Free(Address address);

  // OK, or the first broken rule and where: every manual buffer is a live block
  // of malloc, and the ledger counts exactly these.
  absl::Status CheckInvariants() const;

 private:
  Address FromMalloc(std::uint64_t size_bytes, const BufferOptions& options);
  Address FromBump(BumpAllocator& bump, std::uint64_t size_bytes,
                   const BufferOptions& options);
  // How large a buffer in a bump allocator is; fault 115 if none begins there.
  std::uint64_t SizeInBump(Address address) const;
  Address ResizeInBump(BumpAllocator& bump, Address address,
                       std::uint64_t size_bytes);
  // The bump allocator that an address lies in; else it is a manual buffer, or
  // a fault.
  std::optional<BumpAllocator> FindBump(Address address) const;
  void RequireManual(Address address) const;
  void Zero(Address address, std::uint64_t size_bytes);

  Registry registry_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_BUFFERS_H_
