// SPDX-License-Identifier: Apache-2.0
// Functions whose optimised instructions code_test.sh looks at. Work that an
// optimiser may drop comes in a form that keeps it and in one that loses it, so
// that the test shows that it can tell them apart. What changes no value, only
// what the processor does, comes alone: its instruction is there or not.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/cache.h"
#include "machine/cycles.h"
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
void KheapStoresTwice(std::uint32_t* place) {
  *place = 1;
  *place = 2;
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
void KheapStoresTwiceSignalFenced(std::uint32_t* place) {
  *place = 1;
  SignalFence(std::memory_order_seq_cst);
  *place = 2;
}
void KheapStoresTwiceReleased(std::uint32_t* place) {
  *place = 1;
  ReleaseFence();
  *place = 2;
}

// The second of two loads of one place is as good as the first.
std::uint32_t KheapLoadsTwice(const std::uint32_t* place) {
  const std::uint32_t first = *place;
  return first + *place;
}
std::uint32_t KheapLoadsTwiceAcquired(const std::uint32_t* place) {
  const std::uint32_t first = *place;
  AcquireFence();
  return first + *place;
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
bool KheapComparesWordsConstantly(const std::byte* a, const std::byte* b) {
  return EqualInConstantTime(a, b, 32);
}
bool KheapComparesBytesConstantly(const std::byte* a, const std::byte* b) {
  return EqualInConstantTime(a, b, 7);
}
bool KheapComparesBothConstantly(const std::byte* a, const std::byte* b) {
  return EqualInConstantTime(a, b, 39);
}

void KheapFences() { FullFence(); }
void KheapPauses() { Pause(); }
std::uint64_t KheapCounts() { return CycleCount(); }
std::uint64_t KheapCountsSerialised() { return CycleCountSerialised(); }

void KheapPrefetches(const void* place) { PrefetchForRead(place); }
void KheapPrefetchesOnce(const void* place) {
  PrefetchForRead<Locality::kNone>(place);
}
void KheapPrefetchesForWrite(const void* place) { PrefetchForWrite(place); }

void KheapFlushes(const std::byte* place) { FlushCacheLines(place, 256); }
void KheapCopiesNonTemporally(std::byte* to, const std::byte* from) {
  CopyNonTemporal(to, from, 4096);
}

}  // extern "C"

}  // namespace kheap::machine
