// SPDX-License-Identifier: Apache-2.0
// Clears memory. The host's memset is not known to the optimiser here, so the
// call stays.

#define _BSD_SOURCE
#include <string.h>

void explicit_bzero(void *destination, size_t size) {
  memset(destination, 0, size);
}
