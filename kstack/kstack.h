// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KSTACK_KSTACK_H_
#define KHEAP_KSTACK_KSTACK_H_

// KStack is the guest's stack: frames, last in, first out, that grow down from
// the end of the stack region towards the guard below it.
//
//   end(kStack)  +--------------------+  stack pointer of an empty stack
//                | record of main     |
//                | objects of main    |
//                +--------------------+  stack pointer before the call of f
//                | 0 to 15 bytes      |  so that the frame begins at 16 n
//                | record of f        |  what to go back to (frame_record.h)
//                | objects of f       |  Alloca, downwards
//                +--------------------+  stack pointer: the lowest byte in use
//                | unused             |
//   begin(kStack)+--------------------+
//                | guard              |  fault 112
//
// In checked mode each object has a red zone of kStackRedZoneBytes on both
// sides, its bytes are uninitialised until stored to, and what a frame leaves
// behind is fault 123 to touch.
//
// A KStack is a view: the stack pointer, the newest frame and the number of
// frames are in the arena's control page, and what each frame keeps of its
// caller is on the stack. Any number of views of one arena agree.
//
// docs/design/kstack.md gives the invariants that CheckInvariants checks.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "kstack/frame_record.h"

namespace kheap {

inline constexpr std::uint64_t kStackObjectAlignmentMax = 4096;
inline constexpr std::uint64_t kStackRedZoneBytes = 32;

// Names one frame that was pushed, for PopFrame: no two frames that ever were
// on a stack have equal markers.
class FrameMarker {
 public:
  Address record() const { return record_; }

  friend bool operator==(const FrameMarker&, const FrameMarker&) = default;

 private:
  friend class KStack;

  Address record_;
  // What popping the frame restores, kept besides the record so that host code
  // can unwind a stack whose records the guest has overwritten.
  Address caller_frame_;
  Address caller_pointer_;
  std::uint64_t caller_depth_ = 0;
  std::uint64_t serial_ = 0;
};

// A frame as reports show it. Its objects lie in [begin, record), and the whole
// of it is [begin, end).
struct StackFrame {
  std::string name;
  Address begin;
  Address record;
  Address end;
  std::uint64_t serial;  // 1 for the first frame ever pushed

  friend bool operator==(const StackFrame&, const StackFrame&) = default;
};

class KStack {
 public:
  explicit KStack(GlobalHeap& heap) : heap_(&heap) {}

  GlobalHeap& heap() const { return *heap_; }

  // Begins a frame. The stack pointer is then a multiple of kStackAlignment.
  // The first kFrameNameBytesMax bytes of `name` are kept for reports.
  // Fault 112 without room, with the stack pointer for its address.
  FrameMarker PushFrame(std::string_view name = {});

  // Ends the newest frame and puts the stack pointer back exactly to where it
  // was before the push. Nothing happens, and the result is FailedPrecondition,
  // if `marker` does not name the newest frame: that is the host's mistake.
  // Fault 116 if the guest has overwritten the frame's record.
  [[nodiscard]] absl::Status PopFrame(const FrameMarker& marker);

  // Takes `size_bytes` of the newest frame (or, where there is none, of the
  // stack until it is reset), at a multiple of `alignment`: a power of two of
  // at most kStackObjectAlignmentMax. A size of 0 takes no bytes; the address
  // may then be that of another object.
  //   fault 112  no room, even for sizes near 2^64
  //   fault 119  any other alignment
  // Both have the stack pointer for their address, and change nothing.
  Address Alloca(std::uint64_t size_bytes,
                 std::uint64_t alignment = kStackAlignment);

  // Runs `callable` in a frame of its own and returns what it returns. See
  // ScopedFrame for how the frame ends.
  template <std::invocable Callable>
  decltype(auto) WithFrame(std::string_view name, Callable&& callable);
  template <std::invocable Callable>
  decltype(auto) WithFrame(Callable&& callable) {
    return WithFrame({}, std::forward<Callable>(callable));
  }

  // The lowest byte in use.
  Address pointer() const { return Address(heap_->control().stack_pointer); }
  // How many frames there are.
  std::uint64_t depth() const { return heap_->control().stack_depth; }
  // The bytes below the stack pointer, for objects and all overhead.
  std::uint64_t unused_bytes() const;

  // ---- for reports ----------------------------------------------------------

  // Visits the frames, newest first. DataLoss at the first one whose record was
  // overwritten, after those above it were visited.
  absl::Status ForEachFrame(
      absl::FunctionRef<void(const StackFrame&)> visit) const;
  // The frame that holds `address`, as far as the records are whole.
  std::optional<StackFrame> FrameAt(Address address) const;
  // Visits the address and size in bytes of each object of a live frame, lowest
  // first. Only checked mode knows them: otherwise nothing is visited.
  void ForEachObject(
      const StackFrame& frame,
      absl::FunctionRef<void(Address, std::uint64_t)> visit) const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  friend class ScopedFrame;

  // Where `size_bytes` with that many red-zone bytes on both sides can begin,
  // or fault 112.
  Address FindRoom(std::uint64_t size_bytes, std::uint64_t alignment,
                   std::uint64_t red_zone_bytes) const;
  enum class FrameState { kGone, kWhole, kOverwritten };
  FrameState StateOf(const FrameMarker& marker) const;
  void Restore(const FrameMarker& marker);
  absl::Status CheckFrames() const;
  absl::Status CheckShadow() const;

  GlobalHeap* heap_;
};

// A frame that lasts as long as this object. Its end also ends whatever newer
// frames are still there, as a longjmp would, and is nothing where the frame is
// gone already.
//
// Like a function's return, the end is fault 116 if the guest has overwritten
// the frame's record (the frame is gone then as well), unless an exception is
// on its way through: that one is the older news.
class ScopedFrame {
 public:
  explicit ScopedFrame(KStack stack, std::string_view name = {});
  ~ScopedFrame() noexcept(false);

  ScopedFrame(const ScopedFrame&) = delete;
  ScopedFrame& operator=(const ScopedFrame&) = delete;

 private:
  KStack stack_;
  const FrameMarker marker_;
  const int exceptions_;  // on their way when the frame began
};

template <std::invocable Callable>
decltype(auto) KStack::WithFrame(std::string_view name, Callable&& callable) {
  const ScopedFrame frame(*this, name);
  return std::forward<Callable>(callable)();
}

}  // namespace kheap

#endif  // KHEAP_KSTACK_KSTACK_H_
