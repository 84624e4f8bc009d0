// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INCLUDE_FEATURES_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INCLUDE_FEATURES_H_

// What musl's own sources add to <features.h>. Nothing is hidden: the whole
// library is one module, and some of what musl hides the host provides.
#include "../../include/features.h"

#define weak __attribute__((__weak__))
#define hidden
#define weak_alias(old, new) \
  extern __typeof(old) new __attribute__((__weak__, __alias__(#old)))

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INCLUDE_FEATURES_H_
