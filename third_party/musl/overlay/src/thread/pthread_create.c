// SPDX-License-Identifier: Apache-2.0
// Threads are refused. What else pthread_create.c holds in musl is here for
// the one thread that there is.

#include <errno.h>
#include <stdlib.h>

#include "pthread_impl.h"

static void run_none(void) {}
weak_alias(run_none, __pthread_tsd_run_dtors);

int __pthread_create(pthread_t *restrict thread,
                     const pthread_attr_t *restrict attributes,
                     void *(*entry)(void *), void *restrict argument) {
  return ENOSYS;
}
weak_alias(__pthread_create, pthread_create);

// The last thread to leave ends the process with success.
_Noreturn void __pthread_exit(void *result) {
  pthread_t self = __pthread_self();
  while (self->cancelbuf) {
    struct __ptcb *handler = self->cancelbuf;
    self->cancelbuf = handler->__next;
    handler->__f(handler->__x);
  }
  __pthread_tsd_run_dtors();
  exit(0);
}
weak_alias(__pthread_exit, pthread_exit);

void __do_cleanup_push(struct __ptcb *handler) {
  pthread_t self = __pthread_self();
  handler->__next = self->cancelbuf;
  self->cancelbuf = handler;
}

void __do_cleanup_pop(struct __ptcb *handler) {
  __pthread_self()->cancelbuf = handler->__next;
}

void __tl_lock(void) {}
void __tl_unlock(void) {}
void __tl_sync(pthread_t thread) {}

void __acquire_ptc(void) {}
void __release_ptc(void) {}
void __inhibit_ptc(void) {}
