// SPDX-License-Identifier: Apache-2.0
// There is nothing here that prctl could change.

#include <errno.h>
#include <sys/prctl.h>

int prctl(int operation, ...) {
  errno = ENOSYS;
  return -1;
}
