// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_LITTLE_ENDIAN_H_
#define KHEAP_HEAP_LITTLE_ENDIAN_H_

// A number as it lies in the arena, for the structs that the runtime keeps
// there: little-endian on every host, and without alignment, so a struct of
// such fields has no padding and the same layout everywhere.
//
//   struct Header { LittleEndian<std::uint64_t> size_bytes; };
//   static_assert(sizeof(Header) == 8);

#include <cstddef>

#include "heap/address.h"
#include "machine/byte_order.h"

namespace kheap {

template <typename T>
class LittleEndian {
 public:
  operator T() const { return machine::LoadLittleEndian<T>(bytes_); }
  T get() const { return machine::LoadLittleEndian<T>(bytes_); }

  LittleEndian& operator=(T value) {
    machine::StoreLittleEndian(bytes_, value);
    return *this;
  }
  LittleEndian& operator+=(T value) {
    return *this = static_cast<T>(get() + value);
  }
  LittleEndian& operator-=(T value) {
    return *this = static_cast<T>(get() - value);
  }

 private:
  std::byte bytes_[sizeof(T)];
};

}  // namespace kheap

#endif  // KHEAP_HEAP_LITTLE_ENDIAN_H_
