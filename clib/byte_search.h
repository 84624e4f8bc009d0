// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_BYTE_SEARCH_H_
#define KHEAP_CLIB_BYTE_SEARCH_H_

// Finds a needle in haystacks by a vector search for its first and last byte at
// their distance. Where these two mislead too often, the search goes on with
// the algorithm that is linear for all bytes.

#include <cstddef>
#include <cstdint>

#include "clib/two_way_search.h"

namespace kheap::clib {

class ByteSearch {
 public:
  // The needle is not empty and outlives the search.
  ByteSearch(const std::byte* needle, std::uint64_t needle_bytes)
      : needle_(needle), size_(needle_bytes) {}

  // The index of the first occurrence, or `haystack_bytes`. Behind the haystack
  // machine::kVectorSlackBytes are readable.
  std::uint64_t Find(const std::byte* haystack,
                     std::uint64_t haystack_bytes) const;

 private:
  const std::byte* needle_;
  std::uint64_t size_;
};

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_BYTE_SEARCH_H_
