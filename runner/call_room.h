// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CALL_ROOM_H_
#define KHEAP_RUNNER_CALL_ROOM_H_

// The part of the guest's stack that holds the structs of one call. `sp` is an
// address of the stack or ends it.

#include <cstdint>

#include "heap/global_heap.h"

namespace kheap {

class CallRoom {
 public:
  CallRoom(GlobalHeap& heap, std::uint64_t sp)
      : heap_(heap), end_(sp), sp_(sp) {}
  CallRoom(const CallRoom&) = delete;
  CallRoom& operator=(const CallRoom&) = delete;
  ~CallRoom() {
    if (sp_ != end_) GiveBack();
  }

  std::uint64_t sp() const { return sp_; }
  // Room for bytes that the guest is going to write. Raises fault 112 where the
  // stack is full.
  std::uint64_t Take(std::uint64_t size_bytes);
  // Room that holds a copy of host bytes.
  std::uint64_t Put(const void* bytes, std::uint64_t size_bytes);
  // Copies from what Take returned.
  void Get(std::uint64_t address, void* bytes, std::uint64_t size_bytes) const;

 private:
  void GiveBack();

  GlobalHeap& heap_;
  const std::uint64_t end_;
  std::uint64_t sp_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_CALL_ROOM_H_
