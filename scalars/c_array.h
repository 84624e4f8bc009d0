// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_ARRAY_H_
#define KHEAP_SCALARS_C_ARRAY_H_

// CArray<T, N> is an array of the guest: T a[N], at an address of the arena. It
// nests, as T a[M][N] does.
//
//   CArray<CArray<std::int32_t, 3>, 2> matrix(heap, address);
//   matrix[1][2] = 7;                       // 20 bytes from its begin
//   Ptr<std::int32_t> row = matrix[1].data();
//
// An index outside [0, N) is fault 111 (access update, the address that the
// element would have, its size): the array knows its size. A pointer into it
// does not, and is checked like any other.

#include <cstddef>
#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "scalars/c_span.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"

namespace kheap {

template <typename T, std::uint64_t N>
class CArray {
 public:
  static_assert(N > 0, "an array of C has at least one element");
  static constexpr std::uint64_t kSizeBytes = N * SizeOf<T>();
  static constexpr std::uint64_t kAlignment = AlignOf<T>();

  CArray(GlobalHeap& heap, Address address) : data_(heap, address) {}
  CArray(const CArray&) = default;
  CArray& operator=(const CArray&) = delete;  // as in C

  GlobalHeap& heap() const { return data_.heap(); }
  Address address() const { return data_.address(); }

  static constexpr std::uint64_t size() { return N; }

  // What the array decays to.
  Ptr<T> data() const { return data_; }
  operator Ptr<T>() const { return data_; }
  Ptr<T> begin() const { return data_; }
  Ptr<T> end() const { return data_ + N; }

  PlaceOf<T> operator[](std::int64_t index) const {
    if (static_cast<std::uint64_t>(index) >= N) [[unlikely]] {
      RaiseFault(FaultCode::kOutOfBounds, Access::kUpdate,
                 (data_ + index).address(), SizeOf<T>());
    }
    return data_[index];
  }

  // All elements after one check (c_span.h).
  auto Span(Access access) const { return data_.Span(N, access); }
  auto Span() const { return data_.Span(N); }

 private:
  Ptr<T> data_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_ARRAY_H_
