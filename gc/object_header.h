// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_OBJECT_HEADER_H_
#define KHEAP_GC_OBJECT_HEADER_H_

// The 8 bytes before every object of the collector.
//
//    63          32 31          16 15      12 11       8 7           0
//   |   granules   |     type     |     0    |   slack  |    flags    |
//
//   bit 7  filler            bit 3  in the list of pins
//   bit 6  large             bit 2  pinned
//   bit 5  in the nursery    bit 1  marked
//   bit 4  kept in place     bit 0  forwarded
//
// An object takes `granules` times 16 bytes, its header among them: up to
// 64 GiB, all that malloc can give. Of these the last `slack` hold nothing. A
// forwarded object's header is the address of its new place plus 1: addresses
// of objects are multiples of 16. A filler is no object; it makes what lies
// between objects as easy to step over as they are.

#include <cstdint>

#include "bitshift/bits.h"

namespace kheap::gc {

inline constexpr std::uint64_t kGranuleBytes = 16;
inline constexpr std::uint64_t kHeaderBytes = 8;
// With its header; larger objects are large ones.
inline constexpr std::uint64_t kSmallBytesMax = 16384;
inline constexpr std::uint64_t kPayloadBytesMax =
    (std::uint64_t{1} * 4294967295) * kGranuleBytes - kHeaderBytes;

// Where the old generation keeps an object: among others in a block, or in
// blocks of its own.
enum class SizeClass : std::uint8_t { kSmall, kLarge };

class ObjectHeader {
 public:
  static constexpr std::uint64_t kForwarded = bits::Bit(0);
  static constexpr std::uint64_t kMarked = bits::Bit(1);
  static constexpr std::uint64_t kPinned = bits::Bit(2);
  static constexpr std::uint64_t kPinListed = bits::Bit(3);
  static constexpr std::uint64_t kKept = bits::Bit(4);
  static constexpr std::uint64_t kNursery = bits::Bit(5);
  static constexpr std::uint64_t kLarge = bits::Bit(6);
  static constexpr std::uint64_t kFiller = bits::Bit(7);

  constexpr ObjectHeader() = default;
  constexpr explicit ObjectHeader(std::uint64_t word) : word_(word) {}

  // An object in the nursery, or a large one. `payload_bytes` is at most
  // kPayloadBytesMax.
  static constexpr ObjectHeader Of(std::uint16_t type,
                                   std::uint64_t payload_bytes) {
    const std::uint64_t footprint =
        bits::AlignUp(payload_bytes + kHeaderBytes, kGranuleBytes);
    const std::uint64_t slack = footprint - kHeaderBytes - payload_bytes;
    const std::uint64_t flag = footprint > kSmallBytesMax ? kLarge : kNursery;
    return ObjectHeader(bits::ShiftLeft(footprint / kGranuleBytes, 32) +
                        bits::ShiftLeft(std::uint64_t{type}, 16) +
                        bits::ShiftLeft(slack, 8) + flag);
  }
  static constexpr ObjectHeader Filler(std::uint64_t footprint_bytes) {
    return ObjectHeader(bits::ShiftLeft(footprint_bytes / kGranuleBytes, 32) +
                        kFiller);
  }
  static constexpr ObjectHeader Forward(std::uint64_t new_address) {
    return ObjectHeader(new_address + kForwarded);
  }

  constexpr std::uint64_t word() const { return word_; }
  constexpr bool Has(std::uint64_t flag) const {
    return bits::HasAny(word_, flag);
  }
  constexpr ObjectHeader With(std::uint64_t flag) const {
    return ObjectHeader(bits::With(word_, flag));
  }
  constexpr ObjectHeader Without(std::uint64_t flag) const {
    return ObjectHeader(bits::Without(word_, flag));
  }

  constexpr bool forwarded() const { return Has(kForwarded); }
  constexpr std::uint64_t new_address() const { return word_ - kForwarded; }
  constexpr bool marked() const { return Has(kMarked); }
  constexpr bool pinned() const { return Has(kPinned); }
  constexpr bool in_nursery() const { return Has(kNursery); }
  constexpr bool filler() const { return Has(kFiller); }
  constexpr SizeClass size_class() const {
    return Has(kLarge) ? SizeClass::kLarge : SizeClass::kSmall;
  }
  constexpr std::uint16_t type() const {
    return static_cast<std::uint16_t>(bits::Field(word_, 16, 16));
  }
  // With its header and slack.
  constexpr std::uint64_t footprint_bytes() const {
    return bits::HighHalf(word_) * kGranuleBytes;
  }
  // What was asked for.
  constexpr std::uint64_t payload_bytes() const {
    return footprint_bytes() - kHeaderBytes - bits::Field(word_, 8, 4);
  }

  friend constexpr bool operator==(ObjectHeader, ObjectHeader) = default;

 private:
  std::uint64_t word_ = 0;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_OBJECT_HEADER_H_
