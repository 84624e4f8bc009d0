// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_TAG_H_
#define KHEAP_KMALLOC_TAG_H_

// The boundary tag: the 8 bytes before a chunk's payload.
//
//   63      48 47                         4 3     0
//   |  seal   |  chunk size in bytes       | flags |
//
//   flags   bit 0  in use          bit 1  the chunk before is in use
//           bit 2  holds a page    bit 3  unused
//   seal    a hash of the other bits and of the tag's own address
//
// A chunk runs from its tag to the next chunk's tag; both lie 8 bytes below a
// multiple of 16, so the payload between them is aligned. A free chunk repeats
// its tag in its last 8 bytes, where the next chunk finds it: Knuth's boundary
// tags (The Art of Computer Programming, volume 1, section 2.5), with the
// previous-in-use bit of Doug Lea's malloc, which leaves those 8 bytes to the
// payload of a chunk in use.
//
// Tags lie among the guest's own bytes. A stray store that changes one breaks
// its seal: 65535 of 65536 damaged tags are found wherever one is read.

#include <cstdint>

#include "bitshift/bits.h"
#include "heap/address.h"

namespace kheap {

inline constexpr std::uint64_t kTagBytes = 8;
// A tag, two links, and the repeated tag.
inline constexpr std::uint64_t kChunkBytesMin = 32;

class Tag {
 public:
  using Flags = std::uint64_t;
  static constexpr Flags kInUse = 1;
  static constexpr Flags kPreviousInUse = 2;
  static constexpr Flags kPage = 4;

  constexpr Tag(std::uint64_t size_bytes, Flags flags)
      : bits_(size_bytes + flags) {}

  constexpr std::uint64_t size_bytes() const {
    return bits::AlignDown(bits_, 16);
  }
  constexpr Flags flags() const { return bits::Field(bits_, 0, 4); }
  constexpr bool in_use() const { return Has(kInUse); }
  constexpr bool previous_in_use() const { return Has(kPreviousInUse); }
  constexpr bool is_page() const { return Has(kPage); }

  constexpr Tag With(Flags flags) const {
    return Tag(bits::With(bits_, flags));
  }
  constexpr Tag Without(Flags flags) const {
    return Tag(bits::Without(bits_, flags));
  }
  constexpr Tag WithSize(std::uint64_t size_bytes) const {
    return Tag(size_bytes, flags());
  }

  // The word to store at `address`.
  constexpr std::uint64_t SealedFor(Address address) const {
    return bits::Or(bits_, Seal(address));
  }
  // The tag in a word read from `address`, whatever its seal says.
  static constexpr Tag FromWord(std::uint64_t word) {
    return Tag(bits::Field(word, 0, kSealShift));
  }
  static constexpr bool IsSealedFor(Address address, std::uint64_t word) {
    return FromWord(word).SealedFor(address) == word;
  }

  friend constexpr bool operator==(Tag, Tag) = default;

 private:
  static constexpr int kSealShift = 48;
  // Sizes and addresses of neighbours resemble each other; apart, they do not
  // cancel out.
  static constexpr int kAddressShift = 20;

  explicit constexpr Tag(std::uint64_t bits) : bits_(bits) {}

  constexpr bool Has(Flags flag) const { return bits::HasFlag(bits_, flag); }
  // One multiplication carries every bit of the size and of the address into
  // the top ones (Fibonacci hashing: Knuth, volume 3, section 6.4).
  constexpr std::uint64_t Seal(Address address) const {
    const std::uint64_t mixed =
        bits::Xor(bits_, bits::ShiftLeft(address.offset(), kAddressShift)) *
        11400714819323198485u;
    return mixed - bits::Field(mixed, 0, kSealShift);
  }

  std::uint64_t bits_;
};

// A chunk as its tag describes it. The default one is no chunk at all.
struct Chunk {
  Address begin;  // of the tag
  Tag tag = Tag(0, 0);

  constexpr bool exists() const { return !begin.is_null(); }
  constexpr std::uint64_t size_bytes() const { return tag.size_bytes(); }
  constexpr Address end() const { return begin + tag.size_bytes(); }
  constexpr Address payload() const { return begin + kTagBytes; }
  constexpr std::uint64_t payload_bytes() const {
    return tag.size_bytes() - kTagBytes;
  }
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_TAG_H_
