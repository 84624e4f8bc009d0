// SPDX-License-Identifier: Apache-2.0
// Functions whose optimised instructions code_test.sh looks at. Each comes in a
// form that keeps its work and in one that loses it, so that the test shows
// that it can tell them apart.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/fences.h"
#include "machine/secret_memory.h"
#include "machine/volatile_access.h"

namespace kheap::machine {

extern "C" {

// Nothing reads the key after it was zeroed.
void KheapForgetsByMemset() {
  std::byte key[64];
  std::memset(key, 0, sizeof(key));
}
void KheapForgetsSecurely() {
  std::byte key[64];
  SecureZero(key, sizeof(key));
}

// The first of two stores to one place is dead.
void KheapStoresTwice(std::byte* place) {
  constexpr std::uint32_t kFirst = 1, kSecond = 2;
  std::memcpy(place, &kFirst, sizeof(kFirst));
  std::memcpy(place, &kSecond, sizeof(kSecond));
}
void KheapStoresTwiceVolatile(std::byte* place) {
  VolatileStore<std::uint32_t>(place, 1);
  VolatileStore<std::uint32_t>(place, 2);
}
void KheapStoresTwiceFenced(std::uint32_t* place) {
  *place = 1;
  CompilerFence();
  *place = 2;
}

// A value that nobody wants need not be loaded.
void KheapLoadsForNothing(const std::byte* place) {
  std::uint32_t value;
  std::memcpy(&value, place, sizeof(value));
}
void KheapLoadsVolatile(const std::byte* place) {
  (void)VolatileLoad<std::uint32_t>(place);
}

// Stops at the first difference, or does not.
bool KheapComparesQuickly(const std::byte* a, const std::byte* b) {
  for (std::size_t i = 0; i < 32; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}
bool KheapComparesConstantly(const std::byte* a, const std::byte* b) {
  return EqualInConstantTime(a, b, 32);
}

}  // extern "C"

}  // namespace kheap::machine
