// SPDX-License-Identifier: Apache-2.0
// fcntl, with no look at an argument that the command does not take: there may
// be nothing to see.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>

#include "syscall.h"

static int takes_argument(int command) {
  switch (command) {
    case F_GETFD:
    case F_GETFL:
    case F_GETOWN:
    case F_GETSIG:
    case F_GETLEASE:
    case F_GETPIPE_SZ:
    case F_GET_SEALS:
      return 0;
    default:
      return 1;
  }
}

int fcntl(int file, int command, ...) {
  unsigned long argument = 0;
  if (takes_argument(command)) {
    va_list arguments;
    va_start(arguments, command);
    argument = va_arg(arguments, unsigned long);
    va_end(arguments);
  }
  if (command == F_SETFL) argument |= O_LARGEFILE;
  return syscall(SYS_fcntl, file, command, argument);
}
