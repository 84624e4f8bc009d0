// SPDX-License-Identifier: Apache-2.0
// Dynamic loading is refused; dlopen and dlerror are musl's, which say so.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>

#include "dynlink.h"

void *dlsym(void *restrict library, const char *restrict name) {
  __dl_seterr("Dynamic loading not supported");
  return NULL;
}

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *),
                    void *argument) {
  return 0;
}
