// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOST_LINKS_H_
#define KHEAP_KERNEL_HOST_LINKS_H_

// Which symbolic links a guest may make in a host folder, and which it may
// move: programs of the host follow what it leaves behind.
//
//   make   a relative path whose ".." come first, and are no more than there
//          are folders of the given one above the link
//   move   within the folder that it is in: any. To another folder: none that
//          is relative and has a "..", and no folder that holds such a one
//
// So a link that was made stays as deep as it was, and one of the host's with a
// ".." never counts it from another place.

#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/linux_errno.h"

namespace kheap::kernel {

// Whether a link with this text may be made, `depth` folders below the given
// one. Behind a name ".." may lead anywhere, since the name may be a link.
bool MayMakeLink(std::string_view text, std::ptrdiff_t depth);

// Whether what lies at `name` in a folder may move to another one: 0; -EPERM
// for a link with a "..", or a folder with one at any depth; the host's error
// where that cannot be told.
Result CheckMoveAway(int folder, const std::string& name);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOST_LINKS_H_
