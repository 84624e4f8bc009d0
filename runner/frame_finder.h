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
  const ImageVariable* variable;
  Address begin;
  Address frame_begin;
  bool has_returned;     // the call that it belonged to
  bool scope_has_ended;  // its own, in a call that goes on
};

// The variable at or nearest to the address, in the frame that holds it.
// Nothing without a shadow, and where no frame with variables is known.
std::optional<FoundVariable> FindVariable(const GlobalHeap& heap,
                                          const std::vector<ImageFrame>& frames,
                                          Address address);

}  // namespace kheap

#endif  // KHEAP_RUNNER_FRAME_FINDER_H_
