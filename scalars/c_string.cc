// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_string.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "heap/memory_fault.h"

namespace kheap {

namespace {

void RequireLoad(const GlobalHeap& heap, Address address,
                 std::uint64_t size_bytes) {
  if (const auto fault = heap.FindFault(address, size_bytes, Access::kLoad)) {
    throw *fault;
  }
}

}  // namespace

std::string_view ViewCString(Ptr<CChar> string) {
  const GlobalHeap& heap = string.heap();
  const Address address = string.address();
  const std::uint64_t limit = heap.LoadableBytesInRegion(address);
  if (limit == 0) RequireLoad(heap, address, 1);
  const auto bytes = heap.RuntimeSpan(address, limit);
  const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
  const auto length = static_cast<std::uint64_t>(end - bytes.begin());
  RequireLoad(heap, address, std::min(length + 1, limit));
  if (length == limit) {
    RaiseFault(FaultCode::kOutOfBounds, Access::kLoad, address, limit + 1);
  }
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

void StoreCString(Ptr<CChar> destination, std::string_view text) {
  const auto bytes = destination.heap().Span(destination.address(),
                                             text.size() + 1, Access::kStore);
  const auto* source = reinterpret_cast<const std::byte*>(text.data());
  *std::copy(source, source + text.size(), bytes.begin()) = std::byte{0};
}

}  // namespace kheap
