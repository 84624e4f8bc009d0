// SPDX-License-Identifier: Apache-2.0
// Runs a function in every thread: there is one.

#include "pthread_impl.h"

void __synccall(void (*function)(void *), void *argument) {
  function(argument);
}
