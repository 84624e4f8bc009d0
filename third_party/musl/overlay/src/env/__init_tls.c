// SPDX-License-Identifier: Apache-2.0
// The one thread.

#include "libc.h"
#include "pthread_impl.h"

struct __pthread __kheap_thread = {
    .self = &__kheap_thread,
    .prev = &__kheap_thread,
    .next = &__kheap_thread,
    .tid = 1,
    .detach_state = DT_JOINABLE,
    .robust_list.head = &__kheap_thread.robust_list.head,
    .locale = &__libc.global_locale,
};

volatile int __thread_list_lock;
