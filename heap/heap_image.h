// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_HEAP_IMAGE_H_
#define KHEAP_HEAP_HEAP_IMAGE_H_

// All bytes and shadow states of an arena at one moment, for fresh arenas to
// begin with: GlobalHeap::CaptureImage makes one, GlobalHeap::CreateFrom uses
// it. So what takes long to set up is set up once.
//
// An image does not change; any number of threads may use it.

#include <optional>

#include "heap/address.h"
#include "heap/memory_layout.h"
#include "machine/memory_image.h"

namespace kheap {

struct HeapImage {
  MemoryLayout layout;
  Address break_address;
  machine::MemoryImage arena;
  std::optional<machine::MemoryImage> shadow;  // in checked mode
};

}  // namespace kheap

#endif  // KHEAP_HEAP_HEAP_IMAGE_H_
