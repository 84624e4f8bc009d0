// SPDX-License-Identifier: Apache-2.0
// Makes the library ready: its names, its environment, the thread's number;
// then runs the program's constructors. Without this call a function of the
// library works too, with an empty environment.

#include "libc.h"
#include "pthread_impl.h"
#include "syscall.h"

extern char **__environ;

static void run_none(void) {}
weak_alias(run_none, __kheap_run_constructors);

static char *base_name(char *path) {
  char *base = path;
  for (char *p = path; *p; p++) {
    if (*p == '/') base = p + 1;
  }
  return base;
}

void __kheap_init(int argc, char **argv, char **envp) {
  __environ = envp;
  if (argc > 0) {
    __progname_full = argv[0];
    __progname = base_name(argv[0]);
  }
  __kheap_thread.tid = (int)__syscall(SYS_set_tid_address, &__thread_list_lock);
  __kheap_run_constructors();
}
