// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CHECK_H_
#define KHEAP_MACHINE_CHECK_H_

// Stops the host process when one of our own invariants is broken. Never used
// on what a guest did (that is a MemoryFault) or on what a caller asked for
// (that is a Status).
//
//   KHEAP_CHECK(next != kNoPage, "a listed page has a successor");
//
// KHEAP_CHECK stays on in every build and belongs on cold paths.
// KHEAP_DCHECK costs nothing unless built with --config=paranoid.

#include <cstdio>
#include <cstdlib>

namespace kheap::machine {

[[noreturn]] inline void CheckFailed(const char* file, int line,
                                     const char* condition,
                                     const char* invariant) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line,
               invariant, condition);
  std::abort();
}

}  // namespace kheap::machine

#define KHEAP_CHECK(condition, invariant)                              \
  (static_cast<bool>(condition)                                        \
       ? static_cast<void>(0)                                          \
       : ::kheap::machine::CheckFailed(__FILE__, __LINE__, #condition, \
                                       invariant))

#ifdef KHEAP_PARANOID
#define KHEAP_DCHECK(condition, invariant) KHEAP_CHECK(condition, invariant)
#else
#define KHEAP_DCHECK(condition, invariant) \
  static_cast<void>(sizeof(static_cast<bool>(condition)))
#endif

#endif  // KHEAP_MACHINE_CHECK_H_
