// SPDX-License-Identifier: Apache-2.0
// Joining, detaching and cancelling: the only thread is the caller.

#define _GNU_SOURCE
#include <errno.h>

#include "pthread_impl.h"

static int join(pthread_t thread) {
  return thread == __pthread_self() ? EDEADLK : ESRCH;
}

int __pthread_join(pthread_t thread, void **result) { return join(thread); }
weak_alias(__pthread_join, pthread_join);

int __pthread_tryjoin_np(pthread_t thread, void **result) {
  return join(thread);
}
weak_alias(__pthread_tryjoin_np, pthread_tryjoin_np);

int __pthread_timedjoin_np(pthread_t thread, void **result,
                           const struct timespec *until) {
  return join(thread);
}
weak_alias(__pthread_timedjoin_np, pthread_timedjoin_np);

int __pthread_detach(pthread_t thread) {
  return thread == __pthread_self() ? 0 : ESRCH;
}
weak_alias(__pthread_detach, pthread_detach);
weak_alias(__pthread_detach, thrd_detach);

int pthread_cancel(pthread_t thread) { return ENOSYS; }
