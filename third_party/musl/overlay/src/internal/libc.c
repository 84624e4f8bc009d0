// SPDX-License-Identifier: Apache-2.0
// The library's state, as it is before and without __kheap_init.

#include "libc.h"

#include <elf.h>

static size_t auxiliary_vector[] = {AT_PAGESZ, 4096, AT_CLKTCK, 100,
                                    AT_SECURE, 0,    AT_NULL,   0};

struct __libc __libc = {
    .page_size = 4096,
    .auxv = auxiliary_vector,
};

size_t __hwcap;
char *__progname = "";
char *__progname_full = "";

weak_alias(__progname, program_invocation_short_name);
weak_alias(__progname_full, program_invocation_name);
