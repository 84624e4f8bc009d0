// SPDX-License-Identifier: Apache-2.0
// There is no other process to trace.

#include <errno.h>
#include <sys/ptrace.h>

long ptrace(int request, ...) {
  errno = ENOSYS;
  return -1;
}
