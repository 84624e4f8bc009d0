// SPDX-License-Identifier: Apache-2.0
// The host's instruction: IEEE 754 leaves it one result.

#include <math.h>

float sqrtf(float x) { return __builtin_sqrtf(x); }
