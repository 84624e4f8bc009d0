// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_FRAME_FINDER_H_
#define KHEAP_RUNNER_FRAME_FINDER_H_

// Which variable of which call an address of the stack belongs to, in checked
// mode: by the marks that frames leave in their red zones.

#include <optional>
#include <vector>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "runner/program_image.h"

namespace kheap {

struct FoundVariable {
  const ImageFrame* frame;
  ImageVariable variable;
  Address begin;
  Address frame_begin;
  bool is_array = false;      // of variable length, or what alloca gave
  bool has_returned = false;  // the call that it belonged to
  // Its own, in a call that goes on; an array's whether the call does or not.
  bool scope_has_ended = false;
};

// A call that has not returned, and where its frame ends and its caller's
// begins.
struct FoundCall {
  const ImageFrame* frame;
  Address end;
};

// The variable at or nearest to the address, in the frame that holds it.
// Nothing without a shadow, and where no frame with variables is known.
std::optional<FoundVariable> FindVariable(const GlobalHeap& heap,
                                          const std::vector<ImageFrame>& frames,
                                          Address address);

// Whether an address is a pointer that a function returned into its own frame
// (kReturnedBase), or as near to one as the stack is large. Few other numbers
// of that size lie so close to where a frame of the program would be.
bool IsReturned(const GlobalHeap& heap, const std::vector<ImageFrame>& frames,
                Address address);

// The variable at or nearest to an address for which IsReturned holds.
// Addresses are offsets from the frame's begin.
std::optional<FoundVariable> FindReturned(const std::vector<ImageFrame>& frames,
                                          Address address);

// Of the calls whose frames end at or below the address, the outermost that has
// variables. Nothing without a shadow.
std::optional<FoundCall> FindCallBelow(const GlobalHeap& heap,
                                       const std::vector<ImageFrame>& frames,
                                       Address address);

}  // namespace kheap

#endif  // KHEAP_RUNNER_FRAME_FINDER_H_
