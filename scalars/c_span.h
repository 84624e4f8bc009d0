// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_SPAN_H_
#define KHEAP_SCALARS_C_SPAN_H_

// CSpan<T> is a row of numbers in the arena that has been checked as a whole:
// a loop over it runs at the speed of host memory, and vectorises. CSpan<const
// T> can only be read.
//
//   std::int64_t sum = 0;
//   for (const std::int32_t value : p.Span(count)) sum += value;
//
// The numbers may lie at any alignment, in little-endian order on any host.
// Indices are not checked. A span is to be used at once: it is good until the
// break moves down.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "machine/byte_order.h"
#include "machine/check.h"
#include "scalars/c_number.h"

namespace kheap {

template <typename T>
requires CNumber<std::remove_const_t<T>>
class CSpan {
 public:
  using Value = std::remove_const_t<T>;
  using Byte =
      std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;

  // Stands for one element: converts to its value, and can be assigned to.
  class Element {
   public:
    explicit Element(Byte* bytes) : bytes_(bytes) {}
    operator Value() const { return machine::LoadLittleEndian<Value>(bytes_); }
    const Element& operator=(Value value) const requires(!std::is_const_v<T>) {
      machine::StoreLittleEndian(bytes_, value);
      return *this;
    }
    const Element& operator=(const Element& other) const
        requires(!std::is_const_v<T>) {
      return *this = static_cast<Value>(other);
    }

   private:
    Byte* bytes_;
  };

  class Iterator {
   public:
    explicit Iterator(Byte* bytes) : bytes_(bytes) {}
    Element operator*() const { return Element(bytes_); }
    Iterator& operator++() {
      bytes_ += sizeof(Value);
      return *this;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    Byte* bytes_;
  };

  // Of bytes whose number is a multiple of sizeof(T).
  explicit CSpan(std::span<Byte> bytes)
      : bytes_(bytes.data()), size_(bytes.size() / sizeof(Value)) {}

  // How many elements there are.
  std::uint64_t size() const { return size_; }
  Element operator[](std::uint64_t index) const {
    KHEAP_DCHECK(index < size_, "an index lies in its span");
    return Element(bytes_ + index * sizeof(Value));
  }
  Iterator begin() const { return Iterator(bytes_); }
  Iterator end() const { return Iterator(bytes_ + size_ * sizeof(Value)); }

 private:
  Byte* bytes_;
  std::uint64_t size_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_SPAN_H_
