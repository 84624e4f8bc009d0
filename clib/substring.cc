// SPDX-License-Identifier: Apache-2.0
#include "clib/substring.h"

#include <algorithm>

#include "clib/byte_search.h"
#include "clib/ctype.h"
#include "clib/guest_string.h"
#include "clib/string_length.h"
#include "clib/two_way_search.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

namespace {

using machine::HostStringMem;

constexpr std::uint64_t kFirstWindowBytes = 256;

struct CaseFoldedBytes {
  static std::byte Fold(std::byte byte) {
    return static_cast<std::byte>(Tolower(std::to_integer<int>(byte)));
  }
};

// Searches the haystack in windows that double, each measured before it is
// searched, so that what is read is at most twice what had to be. Two windows
// have all but one byte of a needle in common:
//
//   | window                |
//                     |-----| needle_bytes - 1
//                     | next window                                   |
template <typename Search>
Address FindInString(const GlobalHeap& heap, Address haystack,
                     std::uint64_t limit, std::uint64_t needle_bytes,
                     const Search& search) {
  std::uint64_t begin = 0;
  std::uint64_t window = std::max(kFirstWindowBytes, 2 * needle_bytes);
  for (;; window *= 2) {
    const Address from = haystack + begin;
    const StringExtent extent =
        MeasureString(heap, from, std::min(window, limit - begin));
    if (extent.length >= needle_bytes) {
      const std::uint64_t i = search.Find(HostBytes(heap, from), extent.length);
      if (i < extent.length) return from + i;
    }
    if (extent.end == StringExtent::End::kFault) {
      RaiseByteFault(heap, from, extent.length);
    }
    if (extent.end == StringExtent::End::kZero || extent.length < window) {
      return kNullAddress;
    }
    begin += window - (needle_bytes - 1);
  }
}

}  // namespace

Address Strnstr(const GlobalHeap& heap, Address haystack, Address needle,
                std::uint64_t limit) {
  const std::uint64_t size = Strlen(heap, needle);
  if (size == 0) return haystack;
  return FindInString(heap, haystack, limit, size,
                      ByteSearch(HostBytes(heap, needle), size));
}

Address Strstr(const GlobalHeap& heap, Address haystack, Address needle) {
  // The host's search may be quadratic, which with few bytes is no harm.
  if (EndsForSure(heap, haystack) && heap.IsInFreeHeap(needle) &&
      HostStringMem::FindEndNear(HostBytes(heap, needle)) <
          HostStringMem::kNearBytes) {
    const std::byte* const found = HostStringMem::FindText(
        HostBytes(heap, haystack), HostBytes(heap, needle));
    return found != nullptr ? AddressOf(heap, found) : kNullAddress;
  }
  return Strnstr(heap, haystack, needle, kNoLimit);
}

Address Strcasestr(const GlobalHeap& heap, Address haystack, Address needle) {
  const std::uint64_t size = Strlen(heap, needle);
  if (size == 0) return haystack;
  return FindInString(
      heap, haystack, kNoLimit, size,
      TwoWaySearch<CaseFoldedBytes>(HostBytes(heap, needle), size));
}

}  // namespace kheap::clib
