// SPDX-License-Identifier: Apache-2.0
#include "clib/memory.h"

#include <utility>

namespace kheap::clib {

void Swab(GlobalHeap& heap, Address source, Address destination,
          std::int64_t size_bytes) {
  if (size_bytes < 2) return;
  const std::uint64_t size = static_cast<std::uint64_t>(size_bytes) / 2 * 2;
  const std::byte* const from = heap.Span(source, size, Access::kLoad).data();
  std::byte* const to = PrepareCopy(heap, destination, size, source, size);
  machine::HostMem::Move(to, from, size);
  for (std::uint64_t i = 0; i < size; i += 2) std::swap(to[i], to[i + 1]);
}

}  // namespace kheap::clib
