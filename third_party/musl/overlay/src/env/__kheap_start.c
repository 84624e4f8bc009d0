// SPDX-License-Identifier: Apache-2.0
// Where a program begins.

#include <stdlib.h>

int main(int argc, char **argv, char **envp);
void __kheap_init(int argc, char **argv, char **envp);

_Noreturn void __kheap_start(int argc, char **argv, char **envp) {
  __kheap_init(argc, argv, envp);
  exit(main(argc, argv, envp));
}
