// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_PTR_H_
#define KHEAP_SCALARS_PTR_H_

// Ptr<T> is a pointer of the guest as a host value: a heap and an address. The
// variable that holds one, and is what a Ptr<Ptr<T>> leads to, is in ptr_var.h.
//
//   Ptr<std::int32_t> p(heap, address);
//   p[3] = *p + 1;                          // places: CIntVar
//
// Arithmetic is in steps of SizeOf<T>(), the same for p[i] and *(p + i) and for
// every T, and wraps at 64 bits; only a load or store asks whether an address
// is good. So is arithmetic beyond an array, or on null, defined. Ptr<void> has
// no arithmetic and no target.
//
// A difference is in elements, rounded towards zero; ordering is that of the
// addresses. Pointers into different heaps are unequal.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "scalars/c_span.h"
#include "scalars/c_var.h"
#include "scalars/guest_type.h"

namespace kheap {

template <typename T>
class Ptr;

template <typename T>
struct GuestType<Ptr<T>> {
  static constexpr std::uint64_t kSizeBytes = 8;
  static constexpr std::uint64_t kAlignment = 8;
  using Place = CVar<Ptr<T>>;
};

template <typename T>
class Ptr {
 public:
  Ptr(GlobalHeap& heap, Address address) : heap_(&heap), address_(address) {}
  // Null.
  Ptr(GlobalHeap& heap, std::nullptr_t) : heap_(&heap) {}

  // Any pointer is a Ptr<void>, as in C; the way back is explicit, as in C++.
  template <typename U>
  requires(std::is_void_v<T> && !std::is_void_v<U>)  //
      Ptr(Ptr<U> other)
      : Ptr(other.heap(), other.address()) {}
  // (U*)p
  template <typename U>
  Ptr<U> Cast() const {
    return Ptr<U>(*heap_, address_);
  }

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }
  bool is_null() const { return address_.is_null(); }
  explicit operator bool() const { return !is_null(); }
  Ptr& operator=(std::nullptr_t) {
    address_ = kNullAddress;
    return *this;
  }

  // The target. Deferred to a template, so that T may be incomplete here.
  template <typename U = T>
  PlaceOf<U> operator*() const {
    return PlaceOf<U>(*heap_, address_);
  }
  template <typename U = T>
  PlaceOf<U> operator[](std::int64_t index) const {
    return *(*this + index);
  }
  template <typename U = T>
  ArrowOf<PlaceOf<U>> operator->() const {
    return ArrowOf<PlaceOf<U>>(**this);
  }

  // `count` elements from here on, after one check; see c_span.h. Fault as of
  // GlobalHeap::Span, with the size in bytes or, where that is none, 2^64 - 1.
  template <typename U = T>
  CSpan<U> Span(std::uint64_t count, Access access) const {
    return CSpan<U>(heap_->Span(address_, ArrayBytes<T>(count), access));
  }
  template <typename U = T>
  CSpan<const U> Span(std::uint64_t count) const {
    return CSpan<const U>(
        std::as_const(*heap_).Span(address_, ArrayBytes<T>(count)));
  }

  Ptr& operator+=(std::int64_t count) {
    address_ += static_cast<std::uint64_t>(count) * SizeOf<T>();
    return *this;
  }
  Ptr& operator-=(std::int64_t count) {
    address_ -= static_cast<std::uint64_t>(count) * SizeOf<T>();
    return *this;
  }
  Ptr& operator++() { return *this += 1; }
  Ptr& operator--() { return *this -= 1; }
  Ptr operator++(int) { return std::exchange(*this, *this + 1); }
  Ptr operator--(int) { return std::exchange(*this, *this - 1); }

  friend Ptr operator+(Ptr p, std::int64_t count) { return p += count; }
  friend Ptr operator+(std::int64_t count, Ptr p) { return p += count; }
  friend Ptr operator-(Ptr p, std::int64_t count) { return p -= count; }
  friend std::int64_t operator-(Ptr a, Ptr b) {
    return static_cast<std::int64_t>(a.address_ - b.address_) /
           static_cast<std::int64_t>(SizeOf<T>());
  }
  friend bool operator==(Ptr a, Ptr b) {
    return a.address_ == b.address_ && a.heap_ == b.heap_;
  }
  friend bool operator==(Ptr p, std::nullptr_t) { return p.is_null(); }
  friend std::strong_ordering operator<=>(Ptr a, Ptr b) {
    return a.address_ <=> b.address_;
  }

 private:
  GlobalHeap* heap_;
  Address address_;
};

// &variable
template <typename T>
Ptr<T> AddressOf(const CVar<T>& variable) {
  return Ptr<T>(variable.heap(), variable.address());
}
template <GuestStruct T>
Ptr<T> AddressOf(const T& place) {
  return Ptr<T>(place.heap(), place.address());
}

}  // namespace kheap

#endif  // KHEAP_SCALARS_PTR_H_
