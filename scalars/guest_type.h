// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_GUEST_TYPE_H_
#define KHEAP_SCALARS_GUEST_TYPE_H_

// What the typed classes need to know of a type T of the guest: its size, its
// alignment, and its place, the host class that stands for an lvalue of it.
//
//   T                    size  alignment  place
//   std::int8_t …        1     1          CVar<T>         c_var.h
//   std::int32_t, float  4     4          CVar<T>
//   std::int64_t, double 8     8          CVar<T>
//   Ptr<U>               8     8          CVar<Ptr<U>>    ptr_var.h
//   CArray<U, N>         N U   as of U    CArray<U, N>    c_array.h
//   a struct of yours    kSizeBytes, kAlignment, itself   CStruct below
//
// A place is a heap and an address. Copying one gives another name for the same
// object, as a C++ reference would.

#include <concepts>
#include <cstdint>
#include <limits>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "scalars/c_number.h"

namespace kheap {

template <typename T>
class CVar;

// A class that describes a struct or union of the guest.
template <typename T>
concept GuestStruct = requires {
  { T::kSizeBytes } -> std::convertible_to<std::uint64_t>;
  { T::kAlignment } -> std::convertible_to<std::uint64_t>;
}
&&std::constructible_from<T, GlobalHeap&, Address>;

template <typename T>
struct GuestType;

template <CNumber T>
struct GuestType<T> {
  static constexpr std::uint64_t kSizeBytes = sizeof(T);
  static constexpr std::uint64_t kAlignment = sizeof(T);
  using Place = CVar<T>;
};

template <GuestStruct T>
struct GuestType<T> {
  static constexpr std::uint64_t kSizeBytes = T::kSizeBytes;
  static constexpr std::uint64_t kAlignment = T::kAlignment;
  using Place = T;
};

// sizeof and alignof, in the guest.
template <typename T>
constexpr std::uint64_t SizeOf() {
  return GuestType<T>::kSizeBytes;
}
template <typename T>
constexpr std::uint64_t AlignOf() {
  return GuestType<T>::kAlignment;
}
// The size of `count` Ts in bytes; where 64 bits do not hold it the largest
// number, a size that nothing has.
template <typename T>
constexpr std::uint64_t ArrayBytes(std::uint64_t count) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  return count <= kMax / SizeOf<T>() ? count * SizeOf<T>() : kMax;
}

template <typename T>
using PlaceOf = typename GuestType<T>::Place;

// What p-> needs: something that lasts as long as the expression and has the
// place's members.
template <typename Place>
class ArrowOf {
 public:
  explicit ArrowOf(Place place) : place_(place) {}
  Place* operator->() { return &place_; }

 private:
  Place place_;
};

// The base of a class that describes a struct:
//
//   struct Node : CStruct {                 // struct node {
//     static constexpr std::uint64_t kSizeBytes = 16, kAlignment = 8;
//     using CStruct::CStruct;
//     CIntVar key() const { return Member<std::int32_t>(0); }    //  int key;
//     CPtrVar<Node> next() const { return Member<Ptr<Node>>(8); }
//   };                                      //   struct node* next; };
//
// struct_layout.h computes the numbers.
class CStruct {
 public:
  CStruct(GlobalHeap& heap, Address address)
      : heap_(&heap), address_(address) {}
  CStruct(const CStruct&) = default;
  // Would it copy the struct or rename the place? See Assign.
  CStruct& operator=(const CStruct&) = delete;

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }

 protected:
  // The T that lies `offset_bytes` from the struct's begin.
  template <typename T>
  PlaceOf<T> Member(std::uint64_t offset_bytes) const {
    return PlaceOf<T>(*heap_, address_ + offset_bytes);
  }

 private:
  GlobalHeap* heap_;
  Address address_;
};

// C's `to = from` for structs: all bytes, padding included. Uninitialised bytes
// may be copied; overlapping structs are copied as if through a third.
template <GuestStruct T>
void Assign(const T& to, const T& from) {
  to.heap().Move(to.address(), from.address(), T::kSizeBytes);
}

}  // namespace kheap

#endif  // KHEAP_SCALARS_GUEST_TYPE_H_
