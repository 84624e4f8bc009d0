// SPDX-License-Identifier: Apache-2.0
// Locks inside the library: one thread needs none.
#ifndef LOCK_H
#define LOCK_H

#define LOCK(x) ((void)(x))
#define UNLOCK(x) ((void)(x))

#endif
