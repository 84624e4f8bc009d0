// SPDX-License-Identifier: Apache-2.0
// ioctl, with no look at an argument that the request does not take.

#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "syscall.h"

static int takes_argument(int request) {
  switch (request) {
    case FIOCLEX:
    case FIONCLEX:
    case TIOCEXCL:
    case TIOCNXCL:
    case TIOCNOTTY:
      return 0;
    default:
      return 1;
  }
}

int ioctl(int file, int request, ...) {
  void *argument = NULL;
  if (takes_argument(request)) {
    va_list arguments;
    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
  }
  return syscall(SYS_ioctl, file, request, argument);
}
