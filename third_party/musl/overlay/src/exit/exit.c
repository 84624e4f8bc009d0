// SPDX-License-Identifier: Apache-2.0
// Ends the program: what atexit registered, the program's destructors, the
// streams, then the process.

#include <stdlib.h>

#include "libc.h"

static void run_none(void) {}
weak_alias(run_none, __funcs_on_exit);
weak_alias(run_none, __stdio_exit);
weak_alias(run_none, __kheap_run_destructors);

_Noreturn void exit(int code) {
  __funcs_on_exit();
  __kheap_run_destructors();
  __stdio_exit();
  _Exit(code);
}
