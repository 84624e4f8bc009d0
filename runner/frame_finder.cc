// SPDX-License-Identifier: Apache-2.0
#include "runner/frame_finder.h"

#include <algorithm>
#include <cstdint>

#include "bitshift/bits.h"
#include "machine/byte_order.h"
#include "runner/guest_abi.h"

namespace kheap {

namespace {

Address PlaceOf(const ImageVariable& variable, Address frame) {
  const Address place = frame + variable.offset;
  return variable.alignment > kFrameAlignment
             ? Address(bits::AlignDown(place.offset(), variable.alignment))
             : place;
}

std::uint64_t Distance(Address address, Address place,
                       std::uint64_t size_bytes) {
  if (address < place) return place - address;
  const std::uint64_t offset = address - place;
  return offset < size_bytes ? 0 : offset - size_bytes + 1;
}

// The variable nearest to the address, of a frame that begins there.
std::optional<FoundVariable> Nearest(const ImageFrame& frame, Address begin,
                                     Address address) {
  std::optional<FoundVariable> best;
  for (const ImageVariable& variable : frame.variables) {
    const Address place = PlaceOf(variable, begin);
    if (!best.has_value() ||
        Distance(address, place, variable.size_bytes) <
            Distance(address, best->begin, best->variable.size_bytes)) {
      best = {&frame, variable, place, begin};
    }
  }
  return best;
}

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
      std::optional<FoundVariable> found = VariableBy(at);
      if (!found.has_value()) continue;
      const ShadowByte state = heap_.shadow()->At(at);
      if (state == ShadowByte::kStackRedZone && IsLaidOut(*found)) {
        found->scope_has_ended = IsPopped(address_);
        live = found;
      } else if (state == ShadowByte::kPoppedFrame && at <= address_ &&
                 !dead.has_value()) {
        if (found->is_array) {
          found->scope_has_ended = true;
        } else {
          found->has_returned = true;
        }
        dead = found;
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

  // What the mark there, if there is one, says of the address.
  std::optional<FoundVariable> VariableBy(Address at) const {
    if (const auto array = ArrayAt(at)) return array;
    const ImageFrame* const frame = FrameAt(at);
    if (frame == nullptr) return std::nullopt;
    const Address begin = at - frame->mark_offset;
    if (address_ - begin >= frame->size_bytes) return std::nullopt;
    return Nearest(*frame, begin, address_);
  }

  std::uint64_t WordAt(Address at, int index) const {
    return machine::LoadLittleEndian<std::uint64_t>(heap_.base() + at.offset() +
                                                    8 * index);
  }

  // A program may have written what looks like a mark: the frame must fit the
  // stack.
  const ImageFrame* FrameAt(Address at) const {
    if (WordAt(at, 0) != kFrameMark) return nullptr;
    const std::uint64_t index = WordAt(at, 1);
    if (index >= frames_.size()) return nullptr;
    const ImageFrame& frame = frames_[index];
    const Address begin = heap_.layout().begin(Region::kStack);
    if (at - begin < frame.mark_offset) return nullptr;
    const Address frame_begin = at - frame.mark_offset;
    const Address end = heap_.layout().end(Region::kStack);
    return end - frame_begin >= frame.size_bytes ? &frame : nullptr;
  }

  // The same for an array's.
  std::optional<FoundVariable> ArrayAt(Address at) const {
    const std::uint64_t room = heap_.layout().end(Region::kStack) - at;
    if (room < kArrayMarkBytes || WordAt(at, 0) != kArrayMark) {
      return std::nullopt;
    }
    const std::uint64_t index = WordAt(at, 1);
    const std::uint64_t taken = WordAt(at, 3);
    if (index >= frames_.size() || frames_[index].variables.size() != 1 ||
        taken > room || address_ - at >= taken) {
      return std::nullopt;
    }
    ImageVariable array = frames_[index].variables.front();
    array.size_bytes = WordAt(at, 2);
    const Address begin = at + array.offset;
    if (begin - at > taken || array.size_bytes >= taken - (begin - at)) {
      return std::nullopt;
    }
    return FoundVariable{&frames_[index], std::move(array), begin, at,
                         /*is_array=*/true};
  }

  // Whether it lies between red zones.
  bool IsLaidOut(const ImageVariable& variable, Address place) const {
    const Shadow& shadow = *heap_.shadow();
    return !IsAddressable(shadow.At(place - 1)) &&
           (variable.size_bytes == 0 ||
            shadow.At(place) != ShadowByte::kStackRedZone) &&
           !IsAddressable(shadow.At(place + variable.size_bytes));
  }
  bool IsLaidOut(const FoundVariable& found) const {
    if (found.is_array) return IsLaidOut(found.variable, found.begin);
    return IsLaidOut(*found.frame, found.frame_begin);
  }
  bool IsLaidOut(const ImageFrame& frame, Address begin) const {
    return std::ranges::all_of(
        frame.variables, [&](const ImageVariable& variable) {
          return IsLaidOut(variable, PlaceOf(variable, begin));
        });
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

bool IsReturned(const GlobalHeap& heap, const std::vector<ImageFrame>& frames,
                Address address) {
  if (!heap.checked()) return false;
  const std::uint64_t distance = address.offset() - kReturnedBase;
  const std::uint64_t reach =
      std::min(heap.layout().size_bytes(Region::kStack), kReturnedMiddle);
  return distance / kReturnedStride < frames.size() &&
         distance % kReturnedStride - (kReturnedMiddle - reach) < 2 * reach;
}

std::optional<FoundVariable> FindReturned(const std::vector<ImageFrame>& frames,
                                          Address address) {
  const std::uint64_t distance = address.offset() - kReturnedBase;
  const std::uint64_t index = distance / kReturnedStride;
  const std::uint64_t offset = distance % kReturnedStride;
  // Below the frame's begin were its arrays of variable length.
  if (index >= frames.size() || offset < kReturnedMiddle) return std::nullopt;
  auto found =
      Nearest(frames[index], Address(), Address(offset - kReturnedMiddle));
  if (found.has_value()) found->has_returned = true;
  return found;
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
