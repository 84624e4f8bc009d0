// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_CALL_H_
#define KHEAP_RUNNER_GUEST_CALL_H_

// Calls of a compiled program's entries; what they take is in guest_value.h.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "heap/global_heap.h"
#include "runner/call_room.h"
#include "runner/guest_value.h"

namespace kheap {

// Calls an entry of this type. `R` is not void.
template <typename R, typename... A>
R CallEntry(void* entry, GlobalHeap& heap, std::byte* base, std::uint64_t sp,
            const A&... arguments) {
  using internal::Way;
  using internal::Wire;
  constexpr Way kWay = internal::kWayOf<R>;
  CallRoom room(heap, sp);
  const std::uint64_t in_memory =
      kWay == Way::kInMemory ? room.Take(sizeof(R)) : 0;
  const std::tuple<Wire<A>...> wires{internal::ToWire<A>(room, arguments)...};
  if constexpr (kWay == Way::kInParts || kWay == Way::kInMemory) {
    std::array<std::byte, sizeof(R)> bytes;
    using Place =
        std::conditional_t<kWay == Way::kInParts, void*, std::uint64_t>;
    using Entry = void (*)(std::byte*, std::uint64_t, Place, Wire<A>...);
    Place place;
    if constexpr (kWay == Way::kInParts) {
      place = bytes.data();
    } else {
      place = in_memory;
    }
    std::apply(
        [&](Wire<A>... values) {
          reinterpret_cast<Entry>(entry)(base, room.sp(), place, values...);
        },
        wires);
    if constexpr (kWay == Way::kInMemory) {
      room.Get(in_memory, bytes.data(), bytes.size());
    }
    return std::bit_cast<R>(bytes);
  } else {
    using Entry = Wire<R> (*)(std::byte*, std::uint64_t, Wire<A>...);
    return internal::FromWire<R>(heap,
                                 std::apply(
                                     [&](Wire<A>... values) {
                                       return reinterpret_cast<Entry>(entry)(
                                           base, room.sp(), values...);
                                     },
                                     wires));
  }
}

// The same for a function that returns nothing.
template <typename... A>
void CallVoidEntry(void* entry, GlobalHeap& heap, std::byte* base,
                   std::uint64_t sp, const A&... arguments) {
  using internal::Wire;
  CallRoom room(heap, sp);
  const std::tuple<Wire<A>...> wires{internal::ToWire<A>(room, arguments)...};
  using Entry = void (*)(std::byte*, std::uint64_t, Wire<A>...);
  std::apply(
      [&](Wire<A>... values) {
        reinterpret_cast<Entry>(entry)(base, room.sp(), values...);
      },
      wires);
}

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_CALL_H_
