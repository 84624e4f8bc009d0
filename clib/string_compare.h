// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_STRING_COMPARE_H_
#define KHEAP_CLIB_STRING_COMPARE_H_

// Comparing strings: strcmp, strncmp, strcoll, strcasecmp, strncasecmp,
// strverscmp.
//
// Each returns -1, 0 or 1 on every host (C promises the sign only), as unsigned
// bytes compare. No byte behind the first difference is read.
//
// The template argument says which kernels do the work, as in string_length.h.
//
// Sources: C23 7.26.4; POSIX <strings.h>; GNU for strverscmp.

#include <cstdint>

#include "clib/ctype.h"
#include "clib/guest_string.h"
#include "clib/scan.h"
#include "heap/global_heap.h"
#include "machine/block16.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

namespace string_compare {

// The searches as types, so that a call of theirs is a direct one.
template <typename StringMem>
inline constexpr auto kFar = [](const std::byte* a, const std::byte* b,
                                std::uint64_t begin, std::uint64_t size) {
  return StringMem::FindDifferenceOrEnd(a, b, begin, size);
};

template <typename StringMem>
inline constexpr auto kNearCase = [](const std::byte* a, const std::byte* b) {
  return StringMem::FindCaseDifferenceOrEndNear(a, b);
};
template <typename StringMem>
inline constexpr auto kFarCase = [](const std::byte* a, const std::byte* b,
                                    std::uint64_t begin, std::uint64_t size) {
  return StringMem::FindCaseDifferenceOrEnd(a, b, begin, size);
};

inline int CompareLowerCase(std::byte a, std::byte b) {
  return machine::SignOfDifference(ToByte(Tolower(std::to_integer<int>(a))),
                                   ToByte(Tolower(std::to_integer<int>(b))));
}

}  // namespace string_compare

template <typename StringMem = machine::HostStringMem>
inline int Strcmp(const GlobalHeap& heap, Address a, Address b) {
  using string_compare::kFar;
  std::uint64_t i = 0;
  if (EndsForSure(heap, a) && heap.IsInFreeHeap(b)) [[likely]] {
    const std::byte* const bytes = HostBytes(heap, a);
    const std::byte* const others = HostBytes(heap, b);
    i = StringMem::FindDifferenceOrEndNear(bytes, others);
    if (i >= StringMem::kNearBytes) [[unlikely]] {
      i = StringMem::FindDifferenceOrEnd(bytes, others, i, kNoLimit);
    }
  } else {
    i = ScanBothByByte(heap, a, b, kNoLimit, kFar<StringMem>);
  }
  return machine::SignOfDifference(*HostBytes(heap, a + i),
                                   *HostBytes(heap, b + i));
}

// Compares at most `limit` bytes.
template <typename StringMem = machine::HostStringMem>
inline int Strncmp(const GlobalHeap& heap, Address a, Address b,
                   std::uint64_t limit) {
  using string_compare::kFar;
  if (EndsForSure(heap, a) && heap.IsInFreeHeap(b)) [[likely]] {
    const std::byte* const bytes = HostBytes(heap, a);
    const std::byte* const others = HostBytes(heap, b);
    const std::uint64_t near =
        StringMem::FindDifferenceOrEndNear(bytes, others);
    if (near >= limit) return 0;
    return near < StringMem::kNearBytes
               ? machine::SignOfDifference(bytes[near], others[near])
               : StringMem::CompareUpTo(bytes + near, others + near,
                                        limit - near);
  }
  const std::uint64_t i = ScanBothByByte(heap, a, b, limit, kFar<StringMem>);
  if (i >= limit) return 0;
  return machine::SignOfDifference(*HostBytes(heap, a + i),
                                   *HostBytes(heap, b + i));
}

// In the locale "C", the only one here, strings collate as their bytes do.
inline int Strcoll(const GlobalHeap& heap, Address a, Address b) {
  return Strcmp(heap, a, b);
}

// Compares the letters A to Z as their lower case.
template <typename StringMem = machine::HostStringMem>
inline int Strcasecmp(const GlobalHeap& heap, Address a, Address b) {
  using string_compare::CompareLowerCase;
  using string_compare::kFarCase;
  using string_compare::kNearCase;
  const std::uint64_t i = ScanBoth<StringMem>(heap, a, b, kNearCase<StringMem>,
                                              kFarCase<StringMem>);
  return CompareLowerCase(*HostBytes(heap, a + i), *HostBytes(heap, b + i));
}

// The same for at most `limit` bytes.
template <typename StringMem = machine::HostStringMem>
inline int Strncasecmp(const GlobalHeap& heap, Address a, Address b,
                       std::uint64_t limit) {
  using string_compare::CompareLowerCase;
  using string_compare::kFarCase;
  using string_compare::kNearCase;
  const std::uint64_t i = ScanBothUpTo<StringMem>(
      heap, a, b, limit, kNearCase<StringMem>, kFarCase<StringMem>);
  if (i >= limit) return 0;
  return CompareLowerCase(*HostBytes(heap, a + i), *HostBytes(heap, b + i));
}

// Compares names with version numbers in them: digits that differ compare as
// the whole numbers they are in, and numbers with leading zeros as fractions:
// "a9" < "a10", "a01" < "a1", "a010" < "a09".
int Strverscmp(const GlobalHeap& heap, Address a, Address b);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_STRING_COMPARE_H_
