// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_SIZE_CLASS_H_
#define KHEAP_KMALLOC_SIZE_CLASS_H_

// Which sizes share a cache and pages of slots.
//
//   classes 1 … 64     slots of 16, 32, … 1024 bytes
//   classes 65 … 161   16 steps per doubling from 1 KiB to 64 KiB, and 16 bytes
//                      on top: programs like to add a small header of their own
//                      to a round number
//   class 0            everything larger, and nothing: no slots
//
// All sizes are in bytes.

#include <array>
#include <cstdint>

namespace kheap {

// Every block begins at a multiple of this, and every size is one.
inline constexpr std::uint64_t kGranuleBytes = 16;

inline constexpr int kSmallClassCount = 64;
inline constexpr std::uint64_t kSmallBytesMax =
    kSmallClassCount * kGranuleBytes;

inline constexpr int kDoublings = 6;
inline constexpr int kStepsPerDoubling = 16;

inline constexpr int kClassCount =
    1 + kSmallClassCount + kDoublings * kStepsPerDoubling + 1;
inline constexpr int kNoClass = 0;

// The slot size of a class other than kNoClass.
constexpr std::uint64_t ClassBytes(int size_class) {
  if (size_class <= kSmallClassCount) return size_class * kGranuleBytes;
  const int step = size_class - kSmallClassCount - 1;
  std::uint64_t base = kSmallBytesMax;
  for (int i = 0; i < step / kStepsPerDoubling; ++i) base *= 2;
  return base + base / kStepsPerDoubling * (step % kStepsPerDoubling) +
         kGranuleBytes;
}

// The largest request that any class serves.
inline constexpr std::uint64_t kClassedBytesMax = ClassBytes(kClassCount - 1);

namespace internal {

// The smallest step between classes above kSmallBytesMax.
inline constexpr std::uint64_t kStepBytesMin =
    kSmallBytesMax / kStepsPerDoubling;

constexpr std::uint64_t StepIndex(std::uint64_t size_bytes) {
  return (size_bytes - kGranuleBytes + kStepBytesMin - 1) / kStepBytesMin;
}

// From the step index of a size above kSmallBytesMax to its class.
inline constexpr auto kClassOfStep = [] {
  std::array<std::uint8_t, StepIndex(kClassedBytesMax) + 1> table{};
  int size_class = kSmallClassCount + 1;
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    while (ClassBytes(size_class) < i * kStepBytesMin + kGranuleBytes) {
      ++size_class;
    }
    table[i] = static_cast<std::uint8_t>(size_class);
  }
  return table;
}();

}  // namespace internal

// The class that serves a request of `size_bytes`.
constexpr int SizeClassOf(std::uint64_t size_bytes) {
  if (size_bytes <= kSmallBytesMax) {
    return static_cast<int>((size_bytes + kGranuleBytes - 1) / kGranuleBytes);
  }
  if (size_bytes > kClassedBytesMax) return kNoClass;
  return internal::kClassOfStep[internal::StepIndex(size_bytes)];
}

static_assert(ClassBytes(64) == 1024 && ClassBytes(65) == 1040);
static_assert(ClassBytes(kClassCount - 1) == 65536 + 16);
static_assert(SizeClassOf(0) == kNoClass && SizeClassOf(1) == 1);
static_assert(SizeClassOf(1024) == 64 && SizeClassOf(1025) == 65);
static_assert(SizeClassOf(1040) == 65 && SizeClassOf(1041) == 66);
static_assert(SizeClassOf(4096) == SizeClassOf(4096 + 16));
static_assert(SizeClassOf(4096 + 17) == SizeClassOf(4096) + 1);
static_assert(SizeClassOf(kClassedBytesMax) == kClassCount - 1);
static_assert(SizeClassOf(kClassedBytesMax + 1) == kNoClass);

}  // namespace kheap

#endif  // KHEAP_KMALLOC_SIZE_CLASS_H_
