// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_LOCK_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_LOCK_H_

// Locks inside the library: one thread needs none.
#define LOCK(x) ((void)(x))
#define UNLOCK(x) ((void)(x))

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_LOCK_H_
