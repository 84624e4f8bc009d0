// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_ABI_H_
#define KHEAP_RUNNER_GUEST_ABI_H_

// What compiled guest code and the host agree on. Pointers are 64-bit numbers,
// addresses in the arena. Every guest function takes two arguments before its
// own:
//
//   base   where byte 0 of the arena lies in host memory; a register of its own
//          (LLVM's swiftself) all the way down the calls
//   sp     the guest's stack pointer
//
// so compiled code holds no host address of any arena and serves every process
// of the program. A variadic function takes the guest address of its further
// arguments, 8 bytes each, as its last one.
//
// docs/design/runner.md draws a call and a frame.

#include <array>
#include <cstddef>
#include <cstdint>

namespace kheap {

// Right before the arena (GlobalHeap::context): what compiled code asks of the
// run that it is part of.
struct GuestContext {
  // [k]: from how many addresses on, counted from the first that may be loaded
  // (stored to), an access of 2^k bytes ends below the break.
  std::array<std::uint64_t, 5> load_room;
  std::array<std::uint64_t, 5> store_room;
  std::uint64_t shadow;      // host address of the shadow of byte 0
  std::uint64_t machine;     // host address of the Machine
  std::uint64_t steps_left;  // where steps are counted; wraps without a budget
  std::uint64_t fill_word;   // of uninitialised bytes, or 0 (SeededStart)
  std::uint32_t call_site;   // of the last call of malloc or free: a site
};

// A field of the context, as an offset from base: negative.
constexpr std::int64_t ContextOffset(std::size_t field_offset) {
  return static_cast<std::int64_t>(field_offset) - 65536;
}

// A pointer to the function with index i is kFunctionBase + 16 * i. No arena
// reaches so far.
inline constexpr std::uint64_t kFunctionBase = 4398046511104u;  // 2^42
inline constexpr std::uint64_t kFunctionStride = 16;
// The address of a label (GNU C's &&label), likewise: the first is 1.
inline constexpr std::uint64_t kLabelBase = 2 * kFunctionBase;

// An entry of the table of functions whose address is taken. A call through a
// pointer wants the same type number.
struct FunctionEntry {
  const void* code;
  std::uint64_t type;
};

// What a frame begins at is a multiple of.
inline constexpr std::uint64_t kFrameAlignment = 16;

// Why compiled code calls the host's fault function; the size of an access is
// in the site, and of a call through a pointer the number of its type.
enum class SiteKind : std::uint32_t {
  kLoad = 0,
  kStore = 1,
  kUpdate = 2,
  kPush = 3,         // no room for a frame
  kCall = 4,         // a bad call target
  kDivision = 5,     // by zero, or the one quotient that does not fit
  kUnreachable = 6,  // code that the program says is never reached
  kSteps = 7,        // the budget is used up
  kMisaligned = 9,   // an atomic access at no multiple of its size
  kAllocation = 8,   // no fault: a call of malloc or free
  kAlloca = 10,      // no room for as many bytes as the address says
  kLargePush = 11,   // the same for a frame of 4 GiB and more
};

// A place in the program that may fault: a row of a table in the compiled
// object.
struct SiteRecord {
  SiteKind kind;
  std::uint32_t line;
  std::uint32_t column;
  std::uint32_t size_bytes;
  const char* file;
  const char* function;
};

// Around each variable and array, in checked mode, at least.
inline constexpr std::uint64_t kRedZoneBytes = 16;

// In checked mode a frame with variables has two words in the red zone before
// the first: this, and the frame's index in the image. Reports find it by them.
inline constexpr std::uint64_t kFrameMark = 5715983201642079342u;

// An array of variable length, or what alloca gave, has four words in the red
// zone before it: this, the index in the image of a frame that has one
// variable, the array's size, and how much of the stack it takes in all.
inline constexpr std::uint64_t kArrayMark = 7240916352084517693u;
inline constexpr std::uint64_t kArrayMarkBytes = 32;
static_assert(kArrayMarkBytes >= kRedZoneBytes);
static_assert(kArrayMarkBytes % kFrameAlignment == 0);

// In checked mode a pointer into a function's own frame that the function
// returns becomes one to nowhere (C17 6.2.4: it is indeterminate), which tells
// where it led: kReturnedBase + index of the frame * kReturnedStride +
// kReturnedMiddle + offset from the frame's begin. No arena reaches so far.
inline constexpr std::uint64_t kReturnedBase = 4611686018427387904u;  // 2^62
inline constexpr std::uint64_t kReturnedStride = 2199023255552u;      // 2^41
inline constexpr std::uint64_t kReturnedMiddle = kReturnedStride / 2;
inline constexpr std::uint64_t kReturnedFramesMax = 1048576;

// Names in a compiled object.
inline constexpr char kGuestPrefix[] = "guest.";  // before a function's own
inline constexpr char kEntryPrefix[] = "entry.";  // the same, for the host
inline constexpr char kUndefinedPrefix[] = "undefined.";  // nobody defines it
inline constexpr char kFunctionTableName[] = "kheap.functions";
inline constexpr char kFunctionCountName[] = "kheap.function_count";
inline constexpr char kSiteTableName[] = "kheap.sites";
inline constexpr char kImageName[] = "kheap.image";
inline constexpr char kImageSizeName[] = "kheap.image_size";

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_ABI_H_
