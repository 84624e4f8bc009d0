// SPDX-License-Identifier: Apache-2.0
// Waiting for another thread. There is none, so a wait without a time limit
// would never end: the program is told and ended; one with a limit sleeps.

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "pthread_impl.h"

static _Noreturn void report_deadlock(void) {
  static const char text[] =
      "deadlock: waits for another thread, and there is only one\n";
  __syscall(SYS_write, STDERR_FILENO, text, sizeof text - 1);
  abort();
}

void __wait(volatile int *cell, volatile int *waiters, int value, int private) {
  if (*cell == value) report_deadlock();
}

int __timedwait(volatile int *cell, int value, clockid_t clock,
                const struct timespec *until, int private) {
  if (*cell != value) return 0;
  if (!until) report_deadlock();
  if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000) return EINVAL;
  int error = __clock_nanosleep(clock, TIMER_ABSTIME, until, NULL);
  return error ? error : ETIMEDOUT;
}

weak_alias(__timedwait, __timedwait_cp);
