// SPDX-License-Identifier: Apache-2.0
// The lock of a FILE, of which the one thread is the only owner. Another owner
// is a stray store's, and waiting for it would never end.

#include "pthread_impl.h"
#include "stdio_impl.h"

int __lockfile(FILE *f) {
  const int self = __pthread_self()->tid;
  const int owner = f->lock;
  if (owner == self) return 0;
  if (owner) __wait(&f->lock, NULL, owner, 1);
  f->lock = self;
  return 1;
}

void __unlockfile(FILE *f) { f->lock = 0; }
