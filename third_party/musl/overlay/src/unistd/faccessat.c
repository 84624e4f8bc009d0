// SPDX-License-Identifier: Apache-2.0
// The effective ids are the real ones, so AT_EACCESS asks for nothing else.

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "syscall.h"

int faccessat(int folder, const char *name, int mode, int flags) {
  if (flags & ~AT_EACCESS) {
    return __syscall_ret(__syscall(SYS_faccessat2, folder, name, mode, flags));
  }
  return syscall(SYS_faccessat, folder, name, mode);
}
