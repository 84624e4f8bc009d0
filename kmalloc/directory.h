// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_DIRECTORY_H_
#define KHEAP_KMALLOC_DIRECTORY_H_

// The tables of directory_layout.h as host pointers: a view, as good as its
// heap. Indices are trusted.

#include <cstdint>

#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"
#include "kmalloc/directory_layout.h"

namespace kheap {

class Directory {
 public:
  explicit Directory(GlobalHeap& heap)
      : Directory(heap,
                  DirectoryLayout::Of(heap.layout().begin(Region::kDirectory),
                                      heap.layout().capacity_bytes())) {}

  DirectoryHeader& header() const { return *header_; }
  ClassState& size_class(int index) const { return classes_[index]; }
  LittleEndian<Granule>& cache_slot(std::uint32_t index) const {
    return cache_slots_[index];
  }
  UnitRecord& unit(std::uint32_t number) const { return units_[number]; }
  // The class of the page that a granule lies in, or kNoClass.
  int ClassOf(Granule granule) const {
    return units_[granule / kGranulesPerUnit].size_class;
  }
  PageRecord& page(std::uint32_t first_unit) const {
    return pages_[first_unit / kUnitsPerFrame];
  }

  bool IsStart(Granule granule) const {
    return bits::TestBit(start_bits_[granule / kGranulesPerUnit].get(),
                         StartBitOf(granule));
  }
  void SetStart(Granule granule) const {
    auto& word = start_bits_[granule / kGranulesPerUnit];
    word = bits::SetBit(word.get(), StartBitOf(granule));
  }
  void ClearStart(Granule granule) const {
    auto& word = start_bits_[granule / kGranulesPerUnit];
    word = bits::ClearBit(word.get(), StartBitOf(granule));
  }
  // The start bits of unit `unit`, the lowest granule first.
  std::uint64_t StartWord(std::uint64_t unit) const {
    return start_bits_[unit];
  }

 private:
  Directory(GlobalHeap& heap, const DirectoryLayout& layout)
      : header_(At<DirectoryHeader>(heap, layout.header)),
        classes_(At<ClassState>(heap, layout.classes)),
        cache_slots_(At<LittleEndian<Granule>>(heap, layout.cache_slots)),
        units_(At<UnitRecord>(heap, layout.units)),
        pages_(At<PageRecord>(heap, layout.pages)),
        start_bits_(At<LittleEndian<std::uint64_t>>(heap, layout.start_bits)) {}

  template <typename T>
  static T* At(GlobalHeap& heap, Address address) {
    return reinterpret_cast<T*>(heap.base() + address.offset());
  }

  DirectoryHeader* header_;
  ClassState* classes_;
  LittleEndian<Granule>* cache_slots_;
  UnitRecord* units_;
  PageRecord* pages_;
  LittleEndian<std::uint64_t>* start_bits_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_DIRECTORY_H_
