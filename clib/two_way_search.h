// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_TWO_WAY_SEARCH_H_
#define KHEAP_CLIB_TWO_WAY_SEARCH_H_

// Finds a needle of n bytes in a haystack of h bytes in O(n + h) steps with no
// memory but a few counters, whatever the bytes are.
//
// The needle is cut in two at a critical position. Its right part is compared
// first, forwards; where that fails after k bytes, the needle moves on by k.
// Only when it matches is the left part compared, backwards; where that fails,
// the needle moves on by its period.
//
//   haystack   . . . a b a b a a b . . .
//   needle           a b a b a a b
//                    ‹left›|right ›        compared → then ←
//
// Source: Crochemore and Perrin, "Two-way string-matching", JACM 38(3), 1991.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kheap::clib {

// Compares bytes as they are.
struct ExactBytes {
  static std::byte Fold(std::byte byte) { return byte; }
};

// `Bytes::Fold` maps bytes that count as equal to the same byte.
template <typename Bytes>
class TwoWaySearch {
 public:
  // The needle is not empty and outlives the search.
  TwoWaySearch(const std::byte* needle, std::uint64_t needle_bytes)
      : needle_(needle), size_(needle_bytes) {
    const Suffix less = MaximalSuffix</*kReversed=*/false>();
    const Suffix greater = MaximalSuffix</*kReversed=*/true>();
    const Suffix& critical = less.begin > greater.begin ? less : greater;
    cut_ = critical.begin;
    period_ = critical.period;
    is_periodic_ = IsPeriodic();
    if (!is_periodic_) period_ = std::max(cut_, size_ - cut_) + 1;
  }

  // The index of the first occurrence, or `haystack_bytes`.
  std::uint64_t Find(const std::byte* haystack,
                     std::uint64_t haystack_bytes) const {
    std::uint64_t begin = 0;
    // The needle's first bytes that are known to match at `begin`.
    std::uint64_t known = 0;
    while (size_ <= haystack_bytes && begin <= haystack_bytes - size_) {
      std::uint64_t i = std::max(cut_, known);
      while (i < size_ && Matches(haystack, begin, i)) ++i;
      if (i < size_) {
        begin += i - cut_ + 1;
        known = 0;
        continue;
      }
      i = cut_;
      while (i > known && Matches(haystack, begin, i - 1)) --i;
      if (i <= known) return begin;
      begin += period_;
      known = is_periodic_ ? size_ - period_ : 0;
    }
    return haystack_bytes;
  }

 private:
  // A suffix of the needle and the period of that suffix.
  struct Suffix {
    std::uint64_t begin;
    std::uint64_t period;
  };

  std::byte At(std::uint64_t index) const {
    return Bytes::Fold(needle_[index]);
  }
  bool Matches(const std::byte* haystack, std::uint64_t begin,
               std::uint64_t index) const {
    return Bytes::Fold(haystack[begin + index]) == At(index);
  }

  // The suffix that is greatest in the order of bytes, or in its reverse.
  template <bool kReversed>
  Suffix MaximalSuffix() const {
    Suffix best = {0, 1};
    std::uint64_t candidate = 1;  // a suffix that may be greater
    std::uint64_t matched = 0;    // bytes it has in common with the best one
    while (candidate + matched < size_) {
      const std::byte ours = At(best.begin + matched);
      const std::byte theirs = At(candidate + matched);
      if (ours == theirs) {
        if (++matched == best.period) {
          candidate += best.period;
          matched = 0;
        }
      } else if (kReversed ? ours < theirs : ours > theirs) {
        candidate += matched + 1;
        matched = 0;
        best.period = candidate - best.begin;
      } else {
        best = {candidate, 1};
        ++candidate;
        matched = 0;
      }
    }
    return best;
  }

  // Whether the period of the right part is that of the whole needle.
  bool IsPeriodic() const {
    if (cut_ + period_ > size_) return false;
    std::uint64_t i = 0;
    while (i < cut_ && At(i) == At(i + period_)) ++i;
    return i == cut_;
  }

  const std::byte* needle_;
  std::uint64_t size_;
  std::uint64_t cut_;
  std::uint64_t period_;
  bool is_periodic_;
};

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_TWO_WAY_SEARCH_H_
