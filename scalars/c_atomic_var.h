// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_ATOMIC_VAR_H_
#define KHEAP_SCALARS_C_ATOMIC_VAR_H_

// CAtomicVar<T> is an _Atomic integer of the guest, which several host threads
// may use at the same time on one arena, in checked mode too.
//
//   CAtomicVar<std::int64_t> hits(heap, address);
//   hits.FetchAdd(1, std::memory_order_relaxed);
//
// Without a memory order an operation is sequentially consistent, as in C. An
// order that it cannot have counts as that one, too (machine/atomics.h).
//
// Faults are those of GlobalHeap's SharedPlace: its Load's, Store's and, for
// everything that does both, Update's; and fault 119 where the address is no
// multiple of the size. Meanwhile no thread may move the break.
//
// Source: C23 7.17.

#include <atomic>
#include <concepts>
#include <cstddef>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "machine/atomics.h"
#include "scalars/c_number.h"

namespace kheap {

// What an atomic variable holds.
template <typename T>
concept CAtomicInteger = CInteger<T> && !std::same_as<T, bool>;

template <CAtomicInteger T>
class CAtomicVar {
 public:
  using Order = std::memory_order;
  static constexpr Order kSequential = std::memory_order_seq_cst;

  CAtomicVar(GlobalHeap& heap, Address address)
      : heap_(&heap), address_(address) {}
  CAtomicVar(const CAtomicVar&) = default;
  // Would it copy the number or rename the place?
  CAtomicVar& operator=(const CAtomicVar&) = delete;

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }

  static constexpr bool is_lock_free() {
    return machine::Atomic<T>::is_lock_free();
  }

  T Load(Order order = kSequential) const {
    return Place(Access::kLoad).Load(order);
  }
  void Store(T value, Order order = kSequential) const {
    Place(Access::kStore).Store(value, order);
  }

  // ---- these give the old value; sums wrap ----------------------------------

  T Exchange(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).Exchange(value, order);
  }
  T FetchAdd(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).FetchAdd(value, order);
  }
  T FetchSubtract(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).FetchSubtract(value, order);
  }
  T FetchAnd(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).FetchAnd(value, order);
  }
  T FetchOr(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).FetchOr(value, order);
  }
  T FetchXor(T value, Order order = kSequential) const {
    return Place(Access::kUpdate).FetchXor(value, order);
  }

  // Stores `desired` if the number is `expected`, and says whether it did; if
  // not, `expected` becomes the number. The weak form may fail without cause.
  bool CompareExchangeStrong(T& expected, T desired,
                             Order success = kSequential,
                             Order failure = kSequential) const {
    return Place(Access::kUpdate)
        .CompareExchangeStrong(expected, desired, success, failure);
  }
  bool CompareExchangeWeak(T& expected, T desired, Order success = kSequential,
                           Order failure = kSequential) const {
    return Place(Access::kUpdate)
        .CompareExchangeWeak(expected, desired, success, failure);
  }

  // Sleeps while the number is `old`, until a notification finds it another.
  void Wait(T old, Order order = kSequential) const {
    Place(Access::kLoad).Wait(old, order);
  }
  void NotifyOne() const { Place(Access::kLoad).NotifyOne(); }
  void NotifyAll() const { Place(Access::kLoad).NotifyAll(); }

 private:
  machine::Atomic<T> Place(Access access) const {
    return machine::Atomic<T>(heap_->SharedPlace(address_, sizeof(T), access));
  }

  GlobalHeap* heap_;
  Address address_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_ATOMIC_VAR_H_
