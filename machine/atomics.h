// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_ATOMICS_H_
#define KHEAP_MACHINE_ATOMICS_H_

// Atomic<T> is a number in memory that several threads use at the same time: an
// integer of 8 to 64 bits at an address that is a multiple of its size.
//
//   Atomic<std::uint32_t> hits(bytes);
//   hits.FetchAdd(1, std::memory_order_relaxed);
//
// Every operation names its memory order. One that the operation cannot have
// (a load that releases, a store that acquires) counts as sequentially
// consistent, as gcc decides it; consume counts as acquire.
//
// The number lies in little-endian order on every host. Where the host's order
// is another, bitwise operations and exchanges turn their operands round, and
// additions are compare-and-swap loops. `kOrder` is there for tests: it takes
// the other way on any host.
//
// Sums wrap. Portable C++; the compiler knows each processor's instructions.
//
// Source: C++20 [atomics.order], [atomics.ref].

#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "machine/byte_order.h"
#include "machine/check.h"

namespace kheap::machine {

template <typename T>
concept AtomicInteger =
    std::integral<T> && !std::same_as<T, bool> &&
    (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8);

// What a load, a store or a failed comparison makes of an order.
constexpr std::memory_order LoadOrder(std::memory_order order) {
  const bool releases =
      order == std::memory_order_release || order == std::memory_order_acq_rel;
  return releases ? std::memory_order_seq_cst : order;
}
constexpr std::memory_order StoreOrder(std::memory_order order) {
  const bool possible =
      order == std::memory_order_relaxed || order == std::memory_order_release;
  return possible ? order : std::memory_order_seq_cst;
}

template <AtomicInteger T, std::endian kOrder = std::endian::little>
class Atomic {
 public:
  // `place` is aligned to sizeof(T) and outlives the object.
  explicit Atomic(std::byte* place) : bits_(reinterpret_cast<Bits*>(place)) {
    KHEAP_DCHECK(reinterpret_cast<std::uintptr_t>(place) % sizeof(T) == 0,
                 "atomic operations want aligned numbers");
  }

  static constexpr bool is_lock_free() { return Ref::is_always_lock_free; }

  T Load(std::memory_order order) const {
    return ToNumber(ref().load(LoadOrder(order)));
  }
  void Store(T value, std::memory_order order) const {
    ref().store(ToBits(value), StoreOrder(order));
  }

  // ---- these give the old value ---------------------------------------------

  T Exchange(T value, std::memory_order order) const {
    return ToNumber(ref().exchange(ToBits(value), order));
  }
  T FetchAdd(T value, std::memory_order order) const {
    if constexpr (kIsHostOrder) {
      return ToNumber(ref().fetch_add(ToBits(value), order));
    } else {
      return FetchSum(static_cast<Bits>(value), order);
    }
  }
  T FetchSubtract(T value, std::memory_order order) const {
    if constexpr (kIsHostOrder) {
      return ToNumber(ref().fetch_sub(ToBits(value), order));
    } else {
      return FetchSum(static_cast<Bits>(0 - static_cast<Bits>(value)), order);
    }
  }
  T FetchAnd(T value, std::memory_order order) const {
    return ToNumber(ref().fetch_and(ToBits(value), order));
  }
  T FetchOr(T value, std::memory_order order) const {
    return ToNumber(ref().fetch_or(ToBits(value), order));
  }
  T FetchXor(T value, std::memory_order order) const {
    return ToNumber(ref().fetch_xor(ToBits(value), order));
  }

  // ---- compare and swap -----------------------------------------------------
  // Stores `desired` if the number is `expected`, and says whether it did; if
  // not, `expected` becomes the number. `failure` is the order of a load. The
  // weak form may fail although the number is as expected.

  bool CompareExchangeStrong(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) const {
    Bits bits = ToBits(expected);
    const bool stored = ref().compare_exchange_strong(
        bits, ToBits(desired), success, LoadOrder(failure));
    if (!stored) expected = ToNumber(bits);
    return stored;
  }
  bool CompareExchangeWeak(T& expected, T desired, std::memory_order success,
                           std::memory_order failure) const {
    Bits bits = ToBits(expected);
    const bool stored = ref().compare_exchange_weak(
        bits, ToBits(desired), success, LoadOrder(failure));
    if (!stored) expected = ToNumber(bits);
    return stored;
  }

  // ---- waiting --------------------------------------------------------------

  // Sleeps while the number is `old`: until a notification finds it another. A
  // number that changes and changes back may be slept through.
  void Wait(T old, std::memory_order order) const {
    ref().wait(ToBits(old), LoadOrder(order));
  }
  void NotifyOne() const { ref().notify_one(); }
  void NotifyAll() const { ref().notify_all(); }

 private:
  using Bits = std::make_unsigned_t<T>;
  using Ref = std::atomic_ref<Bits>;
  static constexpr bool kIsHostOrder = kOrder == std::endian::native;

  static Bits Turned(Bits bits) {
    Bits turned;
    CopyReversed(reinterpret_cast<std::byte*>(&turned),
                 reinterpret_cast<const std::byte*>(&bits), sizeof(Bits));
    return turned;
  }
  static Bits ToBits(T value) {
    const Bits bits = static_cast<Bits>(value);
    return kIsHostOrder ? bits : Turned(bits);
  }
  static T ToNumber(Bits bits) {
    return static_cast<T>(kIsHostOrder ? bits : Turned(bits));
  }
  Ref ref() const { return Ref(*bits_); }

  T FetchSum(Bits summand, std::memory_order order) const {
    T old = Load(std::memory_order_relaxed);
    while (!CompareExchangeWeak(
        old, static_cast<T>(static_cast<Bits>(old) + summand), order,
        std::memory_order_relaxed)) {
    }
    return old;
  }

  Bits* bits_;
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_ATOMICS_H_
