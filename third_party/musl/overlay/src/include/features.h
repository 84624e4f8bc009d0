// SPDX-License-Identifier: Apache-2.0
// What musl's own sources add to <features.h>. Nothing is hidden: the whole
// library is one module, and some of what musl hides the host provides.
#ifndef FEATURES_H
#define FEATURES_H

#include "../../include/features.h"

#define weak __attribute__((__weak__))
#define hidden
#define weak_alias(old, new) \
  extern __typeof(old) new __attribute__((__weak__, __alias__(#old)))

#endif
