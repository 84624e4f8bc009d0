// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_KSIGACTION_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_KSIGACTION_H_

// What rt_sigaction reads and writes on riscv64: no restorer. sigaction.c sets
// one all the same, so it has a place behind what the kernel knows of.

struct k_sigaction {
  void (*handler)(int);
  unsigned long flags;
  unsigned mask[2];
  void (*restorer)(void);
};

void __restore(void);
void __restore_rt(void);

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_KSIGACTION_H_
