// SPDX-License-Identifier: Apache-2.0
#include "clib/sort.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "bitshift/bits.h"

namespace kheap::clib {

namespace {

// Up to this many elements, exchanging neighbours beats cutting in two.
constexpr std::uint64_t kSmallCount = 12;

// From this many on, the pivot is the median of nine elements instead of three.
constexpr std::uint64_t kLargeCount = 128;

void Require(const GlobalHeap& heap, Address address,
             std::uint64_t size_bytes) {
  if (heap.IsFreelyStorable(address, size_bytes)) return;
  auto fault = heap.FindFault(address, size_bytes, Access::kStore);
  if (!fault.has_value()) return;
  fault->access = Access::kUpdate;
  throw *fault;
}

// Elements by index; all that the sorting algorithms know of the arena.
class Elements {
 public:
  Elements(GlobalHeap& heap, Address base, std::uint64_t size_bytes,
           Comparison compare)
      : heap_(heap), base_(base), size_(size_bytes), compare_(compare) {}

  bool Less(std::uint64_t a, std::uint64_t b) const {
    return compare_(At(a), At(b)) < 0;
  }

  // The elements are checked again, since the comparison may have freed them.
  void Swap(std::uint64_t a, std::uint64_t b) const {
    if (a == b) return;
    Require(heap_, At(a), size_);
    Require(heap_, At(b), size_);
    SwapBytes(heap_.base(), a, b);
    if (Shadow* shadow = heap_.shadow()) SwapBytes(shadow->data(), a, b);
  }

 private:
  Address At(std::uint64_t index) const { return base_ + index * size_; }

  // Exchanges the bytes that belong to two elements in the arena or its shadow.
  void SwapBytes(std::byte* bytes, std::uint64_t a, std::uint64_t b) const {
    std::byte* const first = bytes + At(a).offset();
    std::swap_ranges(first, first + size_, bytes + At(b).offset());
  }

  GlobalHeap& heap_;
  const Address base_;
  const std::uint64_t size_;
  const Comparison compare_;
};

// ---- few elements ----------------------------------------------------------

void InsertionSort(const Elements& elements, std::uint64_t begin,
                   std::uint64_t end) {
  for (std::uint64_t i = begin + 1; i < end; ++i) {
    for (std::uint64_t j = i; j > begin && elements.Less(j, j - 1); --j) {
      elements.Swap(j, j - 1);
    }
  }
}

// ---- the worst case: heapsort ----------------------------------------------

void SiftDown(const Elements& elements, std::uint64_t begin, std::uint64_t root,
              std::uint64_t count) {
  for (std::uint64_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && elements.Less(begin + child, begin + child + 1)) {
      ++child;
    }
    if (!elements.Less(begin + root, begin + child)) return;
    elements.Swap(begin + root, begin + child);
  }
}

void HeapSort(const Elements& elements, std::uint64_t begin,
              std::uint64_t end) {
  const std::uint64_t count = end - begin;
  for (std::uint64_t root = count / 2; root-- > 0;) {
    SiftDown(elements, begin, root, count);
  }
  for (std::uint64_t rest = count; rest-- > 1;) {
    elements.Swap(begin, begin + rest);
    SiftDown(elements, begin, 0, rest);
  }
}

// ---- quicksort -------------------------------------------------------------

std::uint64_t MedianOf3(const Elements& elements, std::uint64_t a,
                        std::uint64_t b, std::uint64_t c) {
  if (elements.Less(b, a)) std::swap(a, b);
  if (!elements.Less(c, b)) return b;
  return elements.Less(c, a) ? a : c;
}

std::uint64_t ChoosePivot(const Elements& elements, std::uint64_t begin,
                          std::uint64_t end) {
  const std::uint64_t count = end - begin;
  const std::uint64_t middle = begin + count / 2;
  const std::uint64_t last = end - 1;
  if (count < kLargeCount) {
    return MedianOf3(elements, begin, middle, last);
  }
  const std::uint64_t step = count / 8;
  return MedianOf3(elements,
                   MedianOf3(elements, begin, begin + step, begin + 2 * step),
                   MedianOf3(elements, middle - step, middle, middle + step),
                   MedianOf3(elements, last - 2 * step, last - step, last));
}

// Puts the pivot between the elements that are not greater and those that are
// not less, and returns its index. Equal elements go to both sides in turn, so
// an array of equal ones is cut in the middle.
//
//   begin     1 …          left      right          end
//   | pivot | not greater | ? … ?  | not less      |
std::uint64_t Partition(const Elements& elements, std::uint64_t begin,
                        std::uint64_t end) {
  elements.Swap(begin, ChoosePivot(elements, begin, end));
  std::uint64_t left = begin + 1;
  std::uint64_t right = end;
  for (;;) {
    while (left < right && elements.Less(left, begin)) ++left;
    while (left < right && elements.Less(begin, right - 1)) --right;
    if (right - left < 2) break;
    elements.Swap(left++, --right);
  }
  if (left < right) ++left;
  elements.Swap(begin, left - 1);
  return left - 1;
}

// Sorts the smaller part by recursion and the larger one by the loop, so the
// recursion is at most log2(count) deep. Cuts that are too uneven for too long
// end in heapsort (Musser, "Introspective Sorting and Selection Algorithms",
// 1997).
void IntroSort(const Elements& elements, std::uint64_t begin, std::uint64_t end,
               int cuts_left) {
  while (end - begin > kSmallCount) {
    if (cuts_left-- == 0) return HeapSort(elements, begin, end);
    const std::uint64_t pivot = Partition(elements, begin, end);
    if (pivot - begin < end - pivot) {
      IntroSort(elements, begin, pivot, cuts_left);
      begin = pivot + 1;
    } else {
      IntroSort(elements, pivot + 1, end, cuts_left);
      end = pivot;
    }
  }
  InsertionSort(elements, begin, end);
}

}  // namespace

void Qsort(GlobalHeap& heap, Address base, std::uint64_t count,
           std::uint64_t size_bytes, Comparison compare) {
  if (count < 2 || size_bytes == 0) return;
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  Require(heap, base, count > kMax / size_bytes ? kMax : count * size_bytes);
  IntroSort(Elements(heap, base, size_bytes, compare), 0, count,
            2 * bits::Log2Floor(count));
}

Address Bsearch(Address key, Address base, std::uint64_t count,
                std::uint64_t size_bytes, Comparison compare) {
  std::uint64_t begin = 0;
  std::uint64_t end = count;
  while (begin < end) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    const Address element = base + middle * size_bytes;
    const int order = compare(key, element);
    if (order == 0) return element;
    if (order < 0) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return kNullAddress;
}

}  // namespace kheap::clib
