// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOLD_PLACE_H_
#define KHEAP_KERNEL_HOLD_PLACE_H_

// Holding a place: an inode that stands for it, whether it is in the arena or
// on the host, for an open file description or the working directory.

#include "kernel/file_system.h"
#include "kernel/linux_errno.h"
#include "kernel/path_walk.h"

namespace kheap::kernel {

// The inode, held once: the place's own, or a new one that keeps a host path.
// -ENFILE if there is no room for it, -ENAMETOOLONG for a path above a block.
inline Result HoldPlace(FileSystem& files, const Place& place) {
  if (place.mount == 0 || place.host_path.empty()) {
    files.Hold(place.inode);
    return place.inode;
  }
  if (place.host_path.size() > kBlockBytes) return -kENAMETOOLONG;
  const Result made = files.CreateUnnamed(kHostPathMode, place.host_path);
  if (made < 0) return -kENFILE;
  Inode& inode = files.At(static_cast<InodeNumber>(made));
  inode.mount = place.mount;
  inode.device = place.inode;
  return made;
}

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOLD_PLACE_H_
