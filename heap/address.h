// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_ADDRESS_H_
#define KHEAP_HEAP_ADDRESS_H_

// A byte offset into the arena: what a pointer is to the guest. Address 0 is
// null. Arithmetic wraps at 64 bits as a guest's pointer arithmetic does;
// whether an address may be touched is decided where it is used.

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

namespace kheap {

class Address {
 public:
  constexpr Address() = default;
  constexpr explicit Address(std::uint64_t offset) : offset_(offset) {}

  constexpr std::uint64_t offset() const { return offset_; }
  constexpr bool is_null() const { return offset_ == 0; }

  constexpr Address& operator+=(std::uint64_t size_bytes) {
    offset_ += size_bytes;
    return *this;
  }
  constexpr Address& operator-=(std::uint64_t size_bytes) {
    offset_ -= size_bytes;
    return *this;
  }
  friend constexpr Address operator+(Address address,
                                     std::uint64_t size_bytes) {
    return address += size_bytes;
  }
  friend constexpr Address operator-(Address address,
                                     std::uint64_t size_bytes) {
    return address -= size_bytes;
  }
  // The bytes from `begin` up to `end`, modulo 2^64.
  friend constexpr std::uint64_t operator-(Address end, Address begin) {
    return end.offset_ - begin.offset_;
  }
  friend constexpr auto operator<=>(Address, Address) = default;

 private:
  std::uint64_t offset_ = 0;
};

inline constexpr Address kNullAddress{};

// As C prints a pointer: "0x11040".
std::string ToString(Address address);
std::ostream& operator<<(std::ostream& out, Address address);

}  // namespace kheap

#endif  // KHEAP_HEAP_ADDRESS_H_
