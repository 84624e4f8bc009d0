// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_TIME_SOURCE_H_
#define KHEAP_ALLOCATORS_TIME_SOURCE_H_

// Where a registry's time comes from: any object that says in nanoseconds what
// time it is for the guest, such as a Kernel:
//
//   auto registry = Registry::Create(malloc, kernel).value();
//
// It outlives the registry and all that is made from it, and stays where it is.

#include <concepts>
#include <cstdint>

namespace kheap {

template <typename T>
concept GuestClock = requires(const T& clock) {
  { clock.now() } -> std::same_as<std::uint64_t>;
};

class TimeSource {
 public:
  // None, or implicitly a clock.
  TimeSource() = default;
  template <GuestClock T>
  TimeSource(const T& clock)
      : clock_(&clock), now_([](const void* clock) {
          return static_cast<const T*>(clock)->now();
        }) {}
  // A clock that is gone when the call ends.
  template <GuestClock T>
  TimeSource(const T&& clock) = delete;

  explicit operator bool() const { return now_ != nullptr; }
  std::uint64_t Now() const { return now_(clock_); }

 private:
  const void* clock_ = nullptr;
  std::uint64_t (*now_)(const void*) = nullptr;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_TIME_SOURCE_H_
