// SPDX-License-Identifier: Apache-2.0
#include "machine/vector_scan.h"

#include <bit>
#include <cstdint>

#include "machine/packed_bytes.h"

// A matcher keeps vectors, which those without a fixed size do not allow: NEON
// serves a processor with SVE.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// Highway compiles this file once for each kind of vector.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/vector_scan.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most 256 bytes, so that a stride stays within kVectorSlackBytes.
using Tag = hn::CappedTag<std::uint8_t, 256>;
using Vector = hn::Vec<Tag>;
using Mask = hn::Mask<Tag>;

HWY_INLINE Vector LoadBytes(const std::byte* source) {
  return hn::LoadU(Tag(), reinterpret_cast<const std::uint8_t*>(source));
}

HWY_INLINE Vector Splat(std::byte value) {
  return hn::Set(Tag(), std::to_integer<std::uint8_t>(value));
}

// How far behind a vector's boundary the address lies, in bytes.
HWY_INLINE std::size_t Misalignment(const std::byte* address) {
  return reinterpret_cast<std::uintptr_t>(address) % hn::Lanes(Tag());
}

HWY_INLINE Mask ZeroLanes(Vector vector) {
  return hn::Eq(vector, hn::Zero(Tag()));
}

// A matcher says which lanes of the vector at an index qualify (Lanes), and
// whether any lane of several vectors does (an empty Any means none), for which
// it joins the vectors before it compares.

// For a matcher whose ZeroedLanes(i) are zero exactly in the lanes that
// qualify: the minimum of `kCount` such vectors.
template <int kCount, typename Matcher>
HWY_INLINE Vector MinimumOf(const Matcher& matcher, std::size_t i) {
  if constexpr (kCount == 1) {
    return matcher.ZeroedLanes(i);
  } else {
    return hn::Min(
        MinimumOf<kCount / 2>(matcher, i),
        MinimumOf<kCount / 2>(matcher, i + kCount / 2 * hn::Lanes(Tag())));
  }
}

struct MatchByte {
  static constexpr int kStride = 4;
  const std::byte* bytes;
  Vector pattern;

  HWY_INLINE Vector ZeroedLanes(std::size_t i) const {
    return hn::Xor(LoadBytes(bytes + i), pattern);
  }
  HWY_INLINE Mask Lanes(std::size_t i) const {
    return hn::Eq(LoadBytes(bytes + i), pattern);
  }
  HWY_INLINE Mask Any(std::size_t i) const {
    return ZeroLanes(MinimumOf<kStride>(*this, i));
  }
};

struct MatchByteOrZero {
  static constexpr int kStride = 4;
  const std::byte* bytes;
  Vector pattern;

  HWY_INLINE Vector ZeroedLanes(std::size_t i) const {
    const Vector block = LoadBytes(bytes + i);
    return hn::Min(block, hn::Xor(block, pattern));
  }
  HWY_INLINE Mask Lanes(std::size_t i) const {
    return ZeroLanes(ZeroedLanes(i));
  }
  HWY_INLINE Mask Any(std::size_t i) const {
    return ZeroLanes(MinimumOf<kStride>(*this, i));
  }
};

struct MatchBytePair {
  static constexpr int kStride = 4;
  const std::byte* bytes;
  std::size_t distance;
  Vector first;
  Vector second;

  HWY_INLINE Vector ZeroedLanes(std::size_t i) const {
    return hn::Or(hn::Xor(LoadBytes(bytes + i), first),
                  hn::Xor(LoadBytes(bytes + i + distance), second));
  }
  HWY_INLINE Mask Lanes(std::size_t i) const {
    return ZeroLanes(ZeroedLanes(i));
  }
  HWY_INLINE Mask Any(std::size_t i) const {
    return ZeroLanes(MinimumOf<kStride>(*this, i));
  }
};

// With two ranges, longer strides are slower: the loads of a stride then touch
// more lines than the processor fetches ahead.
struct MatchDifferenceOrZero {
  static constexpr int kStride = 2;
  const std::byte* bytes;
  const std::byte* others;

  HWY_INLINE Mask Lanes(std::size_t i) const {
    const Vector block = LoadBytes(bytes + i);
    return ZeroLanes(
        hn::IfThenElseZero(hn::Eq(block, LoadBytes(others + i)), block));
  }
  HWY_INLINE Mask Any(std::size_t i) const {
    const std::size_t next = i + hn::Lanes(Tag());
    const Vector low = LoadBytes(bytes + i);
    const Vector high = LoadBytes(bytes + next);
    const Vector differences = hn::Or(hn::Xor(low, LoadBytes(others + i)),
                                      hn::Xor(high, LoadBytes(others + next)));
    return hn::Or(hn::Ne(differences, hn::Zero(Tag())),
                  ZeroLanes(hn::Min(low, high)));
  }
};

// 'A' … 'Z' as 'a' … 'z'. A letter is what lies at most 25 behind 'A'.
HWY_INLINE Vector LowerCase(Vector vector) {
  const Tag tag;
  const Vector offset = hn::Sub(vector, hn::Set(tag, std::uint8_t{'A'}));
  const Mask letters =
      hn::Eq(offset, hn::Min(offset, hn::Set(tag, std::uint8_t{25})));
  const Vector lower = hn::Add(vector, hn::Set(tag, std::uint8_t{'a' - 'A'}));
  return hn::IfThenElse(letters, lower, vector);
}

struct MatchCaseDifferenceOrZero {
  static constexpr int kStride = 1;
  const std::byte* bytes;
  const std::byte* others;

  HWY_INLINE Mask Lanes(std::size_t i) const {
    const Vector block = LoadBytes(bytes + i);
    return hn::Or(hn::Ne(LowerCase(block), LowerCase(LoadBytes(others + i))),
                  ZeroLanes(block));
  }
  HWY_INLINE Mask Any(std::size_t i) const { return Lanes(i); }
};

// Whether a lane of the vector at `i` qualifies; `i` is then its index.
template <typename Matcher>
HWY_INLINE bool FindAt(const Matcher& matcher, std::size_t& i) {
  const Mask found = matcher.Lanes(i);
  if (hn::AllFalse(Tag(), found)) return false;
  i += hn::FindKnownFirstTrue(Tag(), found);
  return true;
}

// The first vector lies where the search begins; the others begin at multiples
// of their size, so that their loads touch one cache line each. Since most
// searches end soon, four near ones are looked at one by one, without a loop
// and without asking where the range ends: what they find behind it is no index
// of the range.
//
//   begin
//   |  first  |
//        |  near  |  near  |  near  |  near  |      stride      | …
template <typename Matcher>
HWY_INLINE std::size_t FindFirst(const Matcher& matcher, std::size_t begin,
                                 std::size_t size) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const std::size_t stride = Matcher::kStride * lanes;
  if (begin >= size) return size;
  std::size_t i = begin;
  if (FindAt(matcher, i)) return i;
  i += lanes - Misalignment(matcher.bytes + begin);
  if (i >= size) return size;
  if (FindAt(matcher, i)) return i;
  if (FindAt(matcher, i += lanes)) return i;
  if (FindAt(matcher, i += lanes)) return i;
  if (FindAt(matcher, i += lanes)) return i;
  i += lanes;
  while (i + stride <= size && hn::AllFalse(tag, matcher.Any(i))) i += stride;
  for (; i < size; i += lanes) {
    if (FindAt(matcher, i)) return i;
  }
  return size;
}

std::size_t FindByte(const std::byte* bytes, std::size_t begin,
                     std::size_t size, std::byte value) {
  return FindFirst(MatchByte{bytes, Splat(value)}, begin, size);
}

std::size_t FindByteOrZero(const std::byte* bytes, std::size_t begin,
                           std::size_t size, std::byte value) {
  return FindFirst(MatchByteOrZero{bytes, Splat(value)}, begin, size);
}

std::size_t FindDifferenceOrZero(const std::byte* a, const std::byte* b,
                                 std::size_t begin, std::size_t size) {
  return FindFirst(MatchDifferenceOrZero{a, b}, begin, size);
}

std::size_t FindCaseDifferenceOrZero(const std::byte* a, const std::byte* b,
                                     std::size_t begin, std::size_t size) {
  return FindFirst(MatchCaseDifferenceOrZero{a, b}, begin, size);
}

std::size_t FindBytePair(const std::byte* bytes, std::size_t begin,
                         std::size_t size, std::size_t distance,
                         std::byte first, std::byte second) {
  return FindFirst(MatchBytePair{bytes, distance, Splat(first), Splat(second)},
                   begin, size);
}

// The index of the last lane below `size` that is true, or `size`. At most 64
// lanes.
template <class D>
HWY_INLINE std::size_t LastTrue(D tag, hn::Mask<D> mask, std::size_t size) {
  std::uint8_t mask_bytes[sizeof(PackedBytes)] = {};
  hn::StoreMaskBits(tag, mask, mask_bytes);
  PackedBytes bits = LoadPacked(reinterpret_cast<std::byte*>(mask_bytes));
  if (size < 64) bits &= (PackedBytes{1} << size) - 1;
  return bits == 0 ? size
                   : static_cast<std::size_t>(63 - std::countl_zero(bits));
}

// From the end, a vector at a time; the last step, at the front, looks at a
// part of one.
std::size_t FindLastByte(const std::byte* bytes, std::size_t size,
                         std::byte value) {
  const hn::CappedTag<std::uint8_t, 64> tag;
  const std::size_t lanes = hn::Lanes(tag);
  const auto pattern = hn::Set(tag, std::to_integer<std::uint8_t>(value));
  const auto matches = [&](std::size_t i) HWY_ATTR {
    return hn::Eq(
        hn::LoadU(tag, reinterpret_cast<const std::uint8_t*>(bytes + i)),
        pattern);
  };
  std::size_t end = size;
  for (; end >= lanes; end -= lanes) {
    const auto mask = matches(end - lanes);
    if (!hn::AllFalse(tag, mask)) {
      return end - lanes + LastTrue(tag, mask, lanes);
    }
  }
  const std::size_t last = LastTrue(tag, matches(0), end);
  return last < end ? last : size;
}

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {

HWY_EXPORT(FindByte);
HWY_EXPORT(FindByteOrZero);
HWY_EXPORT(FindLastByte);
HWY_EXPORT(FindDifferenceOrZero);
HWY_EXPORT(FindCaseDifferenceOrZero);
HWY_EXPORT(FindBytePair);

namespace vector_scan {

void ChooseKernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  find_byte = &HWY_DYNAMIC_DISPATCH(FindByte);
  find_byte_or_zero = &HWY_DYNAMIC_DISPATCH(FindByteOrZero);
  find_last_byte = &HWY_DYNAMIC_DISPATCH(FindLastByte);
  find_difference_or_zero = &HWY_DYNAMIC_DISPATCH(FindDifferenceOrZero);
  find_case_difference_or_zero =
      &HWY_DYNAMIC_DISPATCH(FindCaseDifferenceOrZero);
  find_byte_pair = &HWY_DYNAMIC_DISPATCH(FindBytePair);
}

namespace {

template <auto& kKernel, typename... Arguments>
std::size_t ChooseAndCall(Arguments... arguments) {
  ChooseKernels();
  return kKernel.load()(arguments...);
}

}  // namespace

constinit std::atomic<ByteScan*> find_byte = &ChooseAndCall<find_byte>;
constinit std::atomic<ByteScan*> find_byte_or_zero =
    &ChooseAndCall<find_byte_or_zero>;
constinit std::atomic<BackwardScan*> find_last_byte =
    &ChooseAndCall<find_last_byte>;
constinit std::atomic<PairScan*> find_difference_or_zero =
    &ChooseAndCall<find_difference_or_zero>;
constinit std::atomic<PairScan*> find_case_difference_or_zero =
    &ChooseAndCall<find_case_difference_or_zero>;
constinit std::atomic<BytePairScan*> find_byte_pair =
    &ChooseAndCall<find_byte_pair>;

}  // namespace vector_scan

}  // namespace kheap::machine
#endif  // HWY_ONCE
