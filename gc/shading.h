// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_SHADING_H_
#define KHEAP_GC_SHADING_H_

// What the shadow says of the collector's space in checked mode: the payloads
// of objects may be touched, headers and free memory may not.

#include <cstdint>

#include "gc/object_header.h"
#include "heap/global_heap.h"
#include "heap/shadow.h"

namespace kheap::gc {

class Shading {
 public:
  explicit Shading(GlobalHeap& heap) : shadow_(heap.shadow()) {}

  void Object(std::uint64_t at, ObjectHeader header) const {
    if (shadow_ == nullptr) [[likely]]
      return;
    shadow_->Set(Address(at), header.footprint_bytes(),
                 ShadowByte::kHeapRedZone);
    shadow_->Set(Address(at + kHeaderBytes), header.payload_bytes(),
                 ShadowByte::kInitialised);
  }
  // Whether an object may begin there: in checked mode, whether one does.
  bool MayBegin(std::uint64_t at) const {
    return shadow_ == nullptr ||
           shadow_->At(Address(at)) == ShadowByte::kHeapRedZone;
  }
  void Freed(std::uint64_t begin, std::uint64_t size_bytes) const {
    if (shadow_ == nullptr) [[likely]]
      return;
    shadow_->Set(Address(begin), size_bytes, ShadowByte::kFreed);
  }
  void NeverUsed(std::uint64_t begin, std::uint64_t size_bytes) const {
    if (shadow_ == nullptr) [[likely]]
      return;
    shadow_->Set(Address(begin), size_bytes, ShadowByte::kNeverAllocated);
  }

 private:
  Shadow* shadow_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_SHADING_H_
