// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KSTACK_FRAME_RECORD_H_
#define KHEAP_KSTACK_FRAME_RECORD_H_

// What a frame keeps of its caller, in the arena at the frame's upper end:
//
//   record + 0    seal            over everything below, and the address
//          + 8    caller_frame    the caller's record, or 0
//          + 16   caller_pointer  the stack pointer to go back to
//          + 24   serial          its number among all frames ever pushed
//          + 32   name            0 to 64 bytes up to the first zero, filled
//                                 up with zeros to a multiple of 16
//   frame top                     = caller_pointer, rounded down to 16
//
// The guest can write to its stack, so a record may hold anything by the time
// it is read: ReadFrameRecord believes nothing. The seal lies lowest because
// an overrun of a local variable comes from below, as with the canary of
// StackGuard (Cowan et al., USENIX Security 1998). It guards against accidents;
// a guest that forges it still reaches nothing outside the arena.

#include <cstdint>
#include <optional>
#include <string_view>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"

namespace kheap {

// The stack pointer is a multiple of this wherever a frame begins.
inline constexpr std::uint64_t kStackAlignment = 16;

// A longer name is kept up to this many bytes. C itself promises no more than
// 63 significant characters (C23 5.2.5.2).
inline constexpr std::uint64_t kFrameNameBytesMax = 64;

struct FrameRecord {
  LittleEndian<std::uint64_t> seal;
  LittleEndian<std::uint64_t> caller_frame;
  LittleEndian<std::uint64_t> caller_pointer;
  LittleEndian<std::uint64_t> serial;
};
static_assert(sizeof(FrameRecord) == 32);
static_assert(sizeof(FrameRecord) % kStackAlignment == 0);
static_assert(kFrameNameBytesMax % kStackAlignment == 0);

// The contents of a record that was found to be whole.
struct FrameFacts {
  Address record;
  Address caller_frame;
  Address caller_pointer;
  std::uint64_t serial;
  std::string_view name;  // in the arena, good until the frame is popped

  friend bool operator==(const FrameFacts&, const FrameFacts&) = default;
};

// The bytes from the record up to the frame's top.
std::uint64_t FrameRecordBytes(std::string_view name);

// Writes the record for `facts`, whose name has at most kFrameNameBytesMax
// bytes, at `facts.record`.
void WriteFrameRecord(GlobalHeap& heap, const FrameFacts& facts);

// The facts of the record at `record`, or nothing if any of its bytes was
// overwritten.
std::optional<FrameFacts> ReadFrameRecord(const GlobalHeap& heap,
                                          Address record);

}  // namespace kheap

#endif  // KHEAP_KSTACK_FRAME_RECORD_H_
