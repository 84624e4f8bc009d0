// SPDX-License-Identifier: Apache-2.0
#include "runner/frame_finder.h"

#include <algorithm>
#include <cstdint>

#include "bitshift/bits.h"
#include "machine/byte_order.h"
#include "runner/guest_abi.h"

namespace kheap {

namespace {

constexpr std::uint64_t kFrameAlignment = 16;

class FrameFinder {
 public:
  FrameFinder(const GlobalHeap& heap, const std::vector<ImageFrame>& frames,
              Address address)
      : heap_(heap), frames_(frames), address_(address) {}

  // The live frame that holds the address lies below any mark that an earlier
  // call left in it; of dead frames, the newest mark is the nearest.
  std::optional<FoundVariable> Find() {
    std::optional<FoundVariable> live;
    std::optional<FoundVariable> dead;
    const Address begin = heap_.layout().begin(Region::kStack);
    for (Address at = Highest(); at >= begin; at = at - kFrameAlignment) {
      const ImageFrame* const frame = FrameAt(at);
      if (frame == nullptr) continue;
      const Address frame_begin = at - frame->mark_offset;
      if (address_ - frame_begin >= frame->size_bytes) continue;
      const ShadowByte state = heap_.shadow()->At(at);
      if (state == ShadowByte::kStackRedZone &&
          IsLaidOut(*frame, frame_begin)) {
        live = Nearest(*frame, frame_begin, /*has_returned=*/false);
        if (live.has_value()) live->scope_has_ended = IsPopped(address_);
      } else if (state == ShadowByte::kPoppedFrame && at <= address_ &&
                 !dead.has_value()) {
        dead = Nearest(*frame, frame_begin, /*has_returned=*/true);
      }
    }
    return live.has_value() ? live : dead;
  }

  std::optional<FoundCall> FindCallBelow() {
    const Address begin = heap_.layout().begin(Region::kStack);
    for (Address at(bits::AlignDown(address_.offset(), kFrameAlignment));
         at >= begin; at = at - kFrameAlignment) {
      const ImageFrame* const frame = FrameAt(at);
      if (frame == nullptr) continue;
      const Address frame_begin = at - frame->mark_offset;
      const Address end = frame_begin + frame->size_bytes;
      if (end <= address_ &&
          heap_.shadow()->At(at) == ShadowByte::kStackRedZone &&
          IsLaidOut(*frame, frame_begin)) {
        return FoundCall{frame, end};
      }
    }
    return std::nullopt;
  }

 private:
  // Where the mark of a live frame can be: what its calls take lies below it.
  Address Highest() const {
    std::uint64_t most = 0;
    for (const ImageFrame& frame : frames_) {
      most = std::max(most, frame.mark_offset);
    }
    const std::uint64_t end = heap_.layout().end(Region::kStack).offset();
    return Address(bits::AlignDown(
        std::min(address_.offset() + most, end - kFrameAlignment),
        kFrameAlignment));
  }

  bool IsPopped(Address at) const {
    return heap_.shadow()->At(at) == ShadowByte::kPoppedFrame;
  }

  // A program may have written what looks like a mark: the frame must fit the
  // stack.
  const ImageFrame* FrameAt(Address at) const {
    const std::byte* const words = heap_.base() + at.offset();
    if (machine::LoadLittleEndian<std::uint64_t>(words) != kFrameMark) {
      return nullptr;
    }
    const auto index = machine::LoadLittleEndian<std::uint64_t>(words + 8);
    if (index >= frames_.size()) return nullptr;
    const ImageFrame& frame = frames_[index];
    const Address begin = heap_.layout().begin(Region::kStack);
    if (at - begin < frame.mark_offset) return nullptr;
    const Address frame_begin = at - frame.mark_offset;
    const Address end = heap_.layout().end(Region::kStack);
    return end - frame_begin >= frame.size_bytes ? &frame : nullptr;
  }

  static Address PlaceOf(const ImageVariable& variable, Address frame) {
    const Address place = frame + variable.offset;
    return variable.alignment > kFrameAlignment
               ? Address(bits::AlignDown(place.offset(), variable.alignment))
               : place;
  }

  // Whether each variable lies between red zones.
  bool IsLaidOut(const ImageFrame& frame, Address begin) const {
    const Shadow& shadow = *heap_.shadow();
    for (const ImageVariable& variable : frame.variables) {
      const Address place = PlaceOf(variable, begin);
      if (IsAddressable(shadow.At(place - 1)) ||
          (variable.size_bytes != 0 &&
           shadow.At(place) == ShadowByte::kStackRedZone) ||
          IsAddressable(shadow.At(place + variable.size_bytes))) {
        return false;
      }
    }
    return true;
  }

  std::uint64_t DistanceTo(const ImageVariable& variable, Address place) const {
    if (address_ < place) return place - address_;
    const std::uint64_t offset = address_ - place;
    return offset < variable.size_bytes ? 0 : offset - variable.size_bytes + 1;
  }

  std::optional<FoundVariable> Nearest(const ImageFrame& frame, Address begin,
                                       bool has_returned) const {
    std::optional<FoundVariable> best;
    for (const ImageVariable& variable : frame.variables) {
      const Address place = PlaceOf(variable, begin);
      if (!best.has_value() || DistanceTo(variable, place) <
                                   DistanceTo(*best->variable, best->begin)) {
        best = {&frame, &variable, place, begin, has_returned, false};
      }
    }
    return best;
  }

  const GlobalHeap& heap_;
  const std::vector<ImageFrame>& frames_;
  Address address_;
};

}  // namespace

std::optional<FoundVariable> FindVariable(const GlobalHeap& heap,
                                          const std::vector<ImageFrame>& frames,
                                          Address address) {
  if (!heap.checked() || heap.layout().RegionOf(address) != Region::kStack) {
    return std::nullopt;
  }
  return FrameFinder(heap, frames, address).Find();
}

std::optional<FoundCall> FindCallBelow(const GlobalHeap& heap,
                                       const std::vector<ImageFrame>& frames,
                                       Address address) {
  if (!heap.checked() || heap.layout().RegionOf(address) != Region::kStack) {
    return std::nullopt;
  }
  return FrameFinder(heap, frames, address).FindCallBelow();
}

}  // namespace kheap
