// SPDX-License-Identifier: Apache-2.0
#include "clib/string_search.h"

#include "clib/byte_set.h"
#include "clib/scan.h"

namespace kheap::clib {

using machine::HostStringMem;

std::uint64_t Strspn(const GlobalHeap& heap, Address string, Address accept) {
  if (EndsForSure(heap, string) && heap.IsInFreeHeap(accept)) {
    return HostStringMem::CountIn(HostBytes(heap, string),
                                  HostBytes(heap, accept));
  }
  const ByteSet set(heap, accept);
  return Scan<NoNear>(heap, string, NoNear{}, FindMember<false>(set));
}

std::uint64_t Strcspn(const GlobalHeap& heap, Address string, Address reject) {
  if (EndsForSure(heap, string) && heap.IsInFreeHeap(reject)) {
    return HostStringMem::CountNotIn(HostBytes(heap, string),
                                     HostBytes(heap, reject));
  }
  ByteSet set(heap, reject);
  set.Add(std::byte{0});
  return Scan<NoNear>(heap, string, NoNear{}, FindMember<true>(set));
}

Address Strpbrk(const GlobalHeap& heap, Address string, Address accept) {
  const Address found = string + Strcspn(heap, string, accept);
  return *HostBytes(heap, found) == std::byte{0} ? kNullAddress : found;
}

}  // namespace kheap::clib
