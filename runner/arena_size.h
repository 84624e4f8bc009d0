// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_ARENA_SIZE_H_
#define KHEAP_RUNNER_ARENA_SIZE_H_

// What to say of an arena in which a program has no room.

#include "absl/status/status.h"
#include "heap/memory_layout.h"

namespace kheap {

// OutOfRange with the bytes that it would take, where the arena is too small
// for its regions, or with what is too much, where the stack leaves them no
// room in any arena; else `refusal`, which is why there is no process.
absl::Status ExplainRefusal(const LayoutOptions& layout,
                            const absl::Status& refusal);

// Whether it is the stack's size that an OutOfRange of the above is about.
bool IsAboutStack(const absl::Status& status);

}  // namespace kheap

#endif  // KHEAP_RUNNER_ARENA_SIZE_H_
