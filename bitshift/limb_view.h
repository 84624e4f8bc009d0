// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_LIMB_VIEW_H_
#define KHEAP_BITSHIFT_LIMB_VIEW_H_

// Views over limbs in the arena: `count` limbs of 8, 16, 32 or 64 bits in
// little-endian order, one after the other, at any alignment.
//
//   U16View limbs(heap, address, /*count=*/4);
//   limbs.Fill(0);
//   limbs.Set(3, 32768);
//   for (const std::uint16_t limb : limbs.Slice(2, 2)) Use(limb);  // 0, 32768
//
// A view owns nothing: it is an address and a count, and every read and write
// goes to the arena. Views of the same bytes see each other's writes. To make a
// view touches no byte.
//
// Errors: an index or a slice beyond the view is fault 111 (out of bounds) at
// the limbs that were asked for; within the view the rules for the guest's
// accesses hold. After a fault the arena is as it was.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>

#include "bitshift/limb.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "machine/byte_order.h"

namespace kheap {

template <Limb L>
class LimbView {
 public:
  // Reads one limb after the other. Good as long as the heap lives.
  class Iterator;

  // A view ends where the addresses do, whatever the count.
  LimbView(GlobalHeap& heap, Address address, std::uint64_t count)
      : heap_(&heap),
        address_(address),
        count_(std::min(count, (kMax - address.offset()) / sizeof(L))) {}

  Address address() const { return address_; }
  std::uint64_t count() const { return count_; }
  std::uint64_t size_bytes() const { return count_ * sizeof(L); }

  L Get(std::uint64_t index) const {
    return heap_->Load<L>(AddressOf(index, Access::kLoad));
  }
  void Set(std::uint64_t index, L value) {
    heap_->Store<L>(AddressOf(index, Access::kStore), value);
  }

  // Sets every limb.
  void Fill(L value) {
    const std::span<std::byte> bytes = Bytes(Access::kStore);
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(L)) {
      machine::StoreLittleEndian<L>(bytes.data() + at, value);
    }
  }

  // Copies all of `source` over the lowest limbs of this view, as memmove does:
  // where the two overlap, the source is read as it was before. A source with
  // more limbs than this view is out of bounds here. In one arena uninitialised
  // bytes are copied as such; between two arenas they fault.
  void CopyFrom(const LimbView& source) {
    RequireInside(0, source.count_, Access::kStore);
    if (heap_ == source.heap_) {
      heap_->Move(address_, source.address_, source.size_bytes());
      return;
    }
    const std::span<const std::byte> from = source.Bytes(Access::kLoad);
    const std::span<std::byte> to =
        heap_->Span(address_, from.size(), Access::kStore);
    if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
  }

  // The limbs [first, first + count).
  LimbView Slice(std::uint64_t first, std::uint64_t count) const {
    RequireInside(first, count, Access::kLoad);
    return LimbView(*heap_, address_ + first * sizeof(L), count);
  }

  // All limbs after one check, for loops that are to run fast. As
  // GlobalHeap::Span.
  std::span<std::byte> Bytes(Access access) const {
    return heap_->Span(address_, size_bytes(), access);
  }

  Iterator begin() const { return Iterator(*this, 0); }
  Iterator end() const { return Iterator(*this, count_); }

 private:
  static constexpr std::uint64_t kMax =
      std::numeric_limits<std::uint64_t>::max();

  Address AddressOf(std::uint64_t index, Access access) const {
    if (index >= count_) [[unlikely]]
      RequireInside(index, 1, access);
    return address_ + index * sizeof(L);
  }

  void RequireInside(std::uint64_t first, std::uint64_t count,
                     Access access) const {
    if (first <= count_ && count <= count_ - first) return;
    RaiseFault(FaultCode::kOutOfBounds, access, address_ + first * sizeof(L),
               count > kMax / sizeof(L) ? kMax : count * sizeof(L));
  }

  GlobalHeap* heap_;
  Address address_;
  std::uint64_t count_;
};

template <Limb L>
class LimbView<L>::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = L;
  using difference_type = std::ptrdiff_t;
  using pointer = const L*;
  using reference = L;

  Iterator(const LimbView& view, std::uint64_t index)
      : view_(view), index_(index) {}

  L operator*() const { return view_.Get(index_); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator old = *this;
    ++index_;
    return old;
  }
  // For iterators of one view.
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.index_ == b.index_;
  }

 private:
  LimbView view_;
  std::uint64_t index_;
};

using U8View = LimbView<std::uint8_t>;
using U16View = LimbView<std::uint16_t>;
using U32View = LimbView<std::uint32_t>;
using U64View = LimbView<std::uint64_t>;

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_LIMB_VIEW_H_
