// SPDX-License-Identifier: Apache-2.0
#include "machine/vector_copy.h"

#include <cstdint>

#include "machine/short_memory.h"

// Highway compiles this file once for each kind of vector.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/vector_copy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most kShortBytesMax, so that CopyShort covers a part of one vector.
using Tag = hn::CappedTag<std::uint8_t, kShortBytesMax>;
using Vector = hn::Vec<Tag>;
using Mask = hn::Mask<Tag>;

// A string of 256 bytes and its zero byte take five vectors of 64.
constexpr int kVectorsMax = 5;

HWY_INLINE Vector LoadBytes(const std::byte* source) {
  return hn::LoadU(Tag(), reinterpret_cast<const std::uint8_t*>(source));
}
HWY_INLINE void StoreBytes(Vector vector, std::byte* destination) {
  hn::StoreU(vector, Tag(), reinterpret_cast<std::uint8_t*>(destination));
}

// Stores what `first` has of `size` bytes, at most one vector.
HWY_INLINE void StorePart(Vector first, std::byte* destination,
                          const std::byte* source, std::size_t size) {
#if HWY_TARGET <= HWY_AVX3  // Later x86 targets have smaller numbers.
  (void)source;
  hn::BlendedStore(first, hn::FirstN(Tag(), size), Tag(),
                   reinterpret_cast<std::uint8_t*>(destination));
#else
  (void)first;
  CopyShort(destination, source, size);
#endif
}

// `loaded` are the vectors of the source so far, in which it does not end. Once
// it does, the last vector of the copy is loaded anew so that it ends with the
// zero byte, and overlaps the one before it.
template <typename... Vectors>
HWY_INLINE std::size_t CopyFrom(std::byte* destination, const std::byte* source,
                                std::size_t room, Vectors... loaded) {
  constexpr int kLoaded = sizeof...(Vectors);
  if constexpr (kLoaded == kVectorsMax) {
    return room;
  } else {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Vector next = LoadBytes(source + kLoaded * lanes);
    const Mask zeros = hn::Eq(next, hn::Zero(tag));
    if (hn::AllFalse(tag, zeros)) {
      return CopyFrom(destination, source, room, loaded..., next);
    }
    const std::size_t length =
        kLoaded * lanes + hn::FindKnownFirstTrue(tag, zeros);
    if (length >= room) return room;
    if constexpr (kLoaded == 0) {
      StorePart(next, destination, source, length + 1);
    } else {
      const std::size_t last = length + 1 - lanes;
      const Vector tail = LoadBytes(source + last);
      std::byte* to = destination;
      ((StoreBytes(loaded, to), to += lanes), ...);
      StoreBytes(tail, destination + last);
    }
    return length;
  }
}

std::size_t CopyString(std::byte* destination, const std::byte* source,
                       std::size_t room) {
  return CopyFrom(destination, source, room);
}

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {

HWY_EXPORT(CopyString);

namespace vector_copy {

void ChooseKernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  copy_string = &HWY_DYNAMIC_DISPATCH(CopyString);
}

namespace {

std::size_t ChooseAndCopy(std::byte* destination, const std::byte* source,
                          std::size_t room) {
  ChooseKernels();
  return CopyShortString(destination, source, room);
}

}  // namespace

constinit std::atomic<StringCopy*> copy_string = &ChooseAndCopy;

}  // namespace vector_copy

}  // namespace kheap::machine
#endif  // HWY_ONCE
