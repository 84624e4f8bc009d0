// SPDX-License-Identifier: Apache-2.0
#include "clib/guest_string.h"

#include <optional>

#include "machine/host_string_mem.h"

namespace kheap::clib {

static_assert(machine::kVectorSlackBytes <=
                  GlobalHeap::kReadableBehindBreakBytes,
              "vector loads stay within the arena's mapping");

void RaiseByteFault(const GlobalHeap& heap, Address string,
                    std::uint64_t index) {
  const Address address = string + index;
  const auto fault = heap.FindFault(address, 1, Access::kLoad);
  // What the next region is says nothing about a string that runs into it.
  const bool runs_on =
      index != 0 && index == heap.LoadableBytesInRegion(string);
  RaiseFault(
      fault.has_value() && !runs_on ? fault->code : FaultCode::kOutOfBounds,
      Access::kLoad, address, 1);
}

std::uint64_t CountLoadableBytes(const GlobalHeap& heap, Address address,
                                 std::uint64_t size_bytes) {
  const std::uint64_t size =
      std::min(size_bytes, heap.LoadableBytesInRegion(address));
  if (const Shadow* shadow = heap.shadow()) {
    if (const auto bad = shadow->FindUnreadable(address, size)) {
      return *bad - address;
    }
  }
  return size;
}

void RequireLoadable(const GlobalHeap& heap, Address address,
                     std::uint64_t size_bytes) {
  const std::uint64_t count = CountLoadableBytes(heap, address, size_bytes);
  if (count < size_bytes) RaiseByteFault(heap, address, count);
}

void RequireBothLoadable(const GlobalHeap& heap, Address a, Address b,
                         std::uint64_t size_bytes) {
  const std::uint64_t count_a = CountLoadableBytes(heap, a, size_bytes);
  const std::uint64_t count_b = CountLoadableBytes(heap, b, size_bytes);
  if (std::min(count_a, count_b) == size_bytes) return;
  if (count_a <= count_b) RaiseByteFault(heap, a, count_a);
  RaiseByteFault(heap, b, count_b);
}

StringExtent MeasureString(const GlobalHeap& heap, Address string,
                           std::uint64_t limit) {
  const std::uint64_t size =
      std::min(limit, heap.LoadableBytesInRegion(string));
  const std::uint64_t length =
      size == 0 ? 0
                : std::min(size, machine::HostStringMem::FindEnd(
                                     HostBytes(heap, string), 0, size));
  if (length == size || heap.checked()) {
    const std::uint64_t wanted = length < limit ? length + 1 : limit;
    const std::uint64_t loadable = CountLoadableBytes(heap, string, wanted);
    if (loadable < wanted) return {loadable, StringExtent::End::kFault};
  }
  return {length, length < limit ? StringExtent::End::kZero
                                 : StringExtent::End::kLimit};
}

}  // namespace kheap::clib
