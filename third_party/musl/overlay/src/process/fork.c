// SPDX-License-Identifier: Apache-2.0
// Processes are refused: there is one.

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

static int refuse(void) {
  errno = ENOSYS;
  return -1;
}

pid_t _Fork(void) { return refuse(); }
pid_t fork(void) { return refuse(); }
pid_t vfork(void) { return refuse(); }

int clone(int (*function)(void *), void *stack, int flags, void *argument,
          ...) {
  return refuse();
}

int posix_spawn(pid_t *restrict process, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes,
                char *const argv[restrict], char *const envp[restrict]) {
  return ENOSYS;
}

int posix_spawnp(pid_t *restrict process, const char *restrict file,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes,
                 char *const argv[restrict], char *const envp[restrict]) {
  return ENOSYS;
}

// A null command asks whether there is a shell.
int system(const char *command) { return command ? refuse() : 0; }
