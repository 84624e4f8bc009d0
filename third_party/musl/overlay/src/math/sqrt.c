// SPDX-License-Identifier: Apache-2.0
// The host's instruction: IEEE 754 leaves it one result.

#include <math.h>

double sqrt(double x) { return __builtin_sqrt(x); }
