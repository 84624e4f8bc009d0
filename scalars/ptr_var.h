// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_PTR_VAR_H_
#define KHEAP_SCALARS_PTR_VAR_H_

// CPtrVar<T>, that is CVar<Ptr<T>>, is a variable of the guest that holds a
// pointer: 8 bytes in the arena. It can be used as the pointer that it holds.
//
//   CPtrVar<std::int32_t> p(heap, address);   // int* p;
//   p = array;
//   *p++ = 5;
//   Ptr<Ptr<std::int32_t>> pp = AddressOf(p);
//   **pp = 6;

#include <cstddef>
#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "machine/check.h"
#include "scalars/c_var.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"

namespace kheap {

// It stores the address only: a pointer into another heap cannot be assigned.
// Faults are those of GlobalHeap's Load, Store and Update.
template <typename T>
class CVar<Ptr<T>> {
 public:
  CVar(GlobalHeap& heap, Address address) : heap_(&heap), address_(address) {}
  CVar(const CVar&) = default;

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }

  Ptr<T> get() const { return Ptr<T>(*heap_, heap_->Load<Address>(address_)); }
  operator Ptr<T>() const { return get(); }
  explicit operator bool() const { return !get().is_null(); }

  CVar& operator=(const CVar& value) { return *this = value.get(); }
  CVar& operator=(Ptr<T> value) {
    KHEAP_CHECK(&value.heap() == heap_, "a pointer stays in its own arena");
    heap_->Store<Address>(address_, value.address());
    return *this;
  }
  CVar& operator=(std::nullptr_t) {
    heap_->Store<Address>(address_, kNullAddress);
    return *this;
  }

  auto operator*() const { return *get(); }
  auto operator[](std::int64_t index) const { return get()[index]; }
  auto operator->() const { return get().operator->(); }

  CVar& operator+=(std::int64_t count) {
    return Step(static_cast<std::uint64_t>(count));
  }
  CVar& operator-=(std::int64_t count) {
    return Step(0 - static_cast<std::uint64_t>(count));
  }
  CVar& operator++() { return *this += 1; }
  CVar& operator--() { return *this -= 1; }
  Ptr<T> operator++(int) { return (*this += 1).get() - 1; }
  Ptr<T> operator--(int) { return (*this -= 1).get() + 1; }

  friend void swap(CVar a, CVar b) {
    swap(CVar<std::uint64_t>(*a.heap_, a.address_),
         CVar<std::uint64_t>(*b.heap_, b.address_));
  }

 private:
  CVar& Step(std::uint64_t count) {
    heap_->Update<Address>(address_, [count](Address target) {
      return target + count * SizeOf<T>();
    });
    return *this;
  }

  GlobalHeap* heap_;
  Address address_;
};

template <typename T>
using CPtrVar = CVar<Ptr<T>>;

}  // namespace kheap

#endif  // KHEAP_SCALARS_PTR_VAR_H_
