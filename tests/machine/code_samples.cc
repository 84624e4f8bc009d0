// SPDX-License-Identifier: Apache-2.0
// Functions whose optimised instructions code_test.sh looks at. Work that an
// optimiser may drop comes in a form that keeps it and in one that loses it, so
// that the test shows that it can tell them apart. What changes no value, only
// what the processor does, comes alone: its instruction is there or not.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/atomics.h"
#include "machine/cache.h"
#include "machine/cycles.h"
#include "machine/fences.h"
#include "machine/secret_memory.h"
#include "machine/volatile_access.h"

namespace kheap::machine {

// The first of the two is dead unless it is volatile.
template <typename T>
void StoreTwice(T* place) {
  *place = 1;
  *place = 2;
}
template <typename T>
void StoreTwiceVolatile(std::byte* place) {
  VolatileStore<T>(place, 1);
  VolatileStore<T>(place, 2);
}

// A number that several threads use.
using Shared = Atomic<std::uint32_t>;

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

void KheapStoresTwice8(std::uint8_t* place) { StoreTwice(place); }
void KheapStoresTwice16(std::uint16_t* place) { StoreTwice(place); }
void KheapStoresTwice32(std::uint32_t* place) { StoreTwice(place); }
void KheapStoresTwice64(std::uint64_t* place) { StoreTwice(place); }
void KheapStoresTwiceVolatile8(std::byte* place) {
  StoreTwiceVolatile<std::uint8_t>(place);
}
void KheapStoresTwiceVolatile16(std::byte* place) {
  StoreTwiceVolatile<std::uint16_t>(place);
}
void KheapStoresTwiceVolatile32(std::byte* place) {
  StoreTwiceVolatile<std::uint32_t>(place);
}
void KheapStoresTwiceVolatile64(std::byte* place) {
  StoreTwiceVolatile<std::uint64_t>(place);
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
void KheapLoadsVolatile8(const std::byte* place) {
  (void)VolatileLoad<std::uint8_t>(place);
}
void KheapLoadsVolatile16(const std::byte* place) {
  (void)VolatileLoad<std::uint16_t>(place);
}
void KheapLoadsVolatile32(const std::byte* place) {
  (void)VolatileLoad<std::uint32_t>(place);
}
void KheapLoadsVolatile64(const std::byte* place) {
  (void)VolatileLoad<std::uint64_t>(place);
}

// Operations and their orders.
void KheapStoresRelaxed(std::byte* place) {
  Shared(place).Store(1, std::memory_order_relaxed);
}
void KheapStoresReleasing(std::byte* place) {
  Shared(place).Store(1, std::memory_order_release);
}
void KheapStoresSequentially(std::byte* place) {
  Shared(place).Store(1, std::memory_order_seq_cst);
}
std::uint32_t KheapLoadsRelaxed(std::byte* place) {
  return Shared(place).Load(std::memory_order_relaxed);
}
std::uint32_t KheapLoadsAcquiring(std::byte* place) {
  return Shared(place).Load(std::memory_order_acquire);
}
std::uint32_t KheapLoadsSequentially(std::byte* place) {
  return Shared(place).Load(std::memory_order_seq_cst);
}
std::uint32_t KheapExchangesRelaxed(std::byte* place) {
  return Shared(place).Exchange(1, std::memory_order_relaxed);
}
std::uint32_t KheapExchangesSequentially(std::byte* place) {
  return Shared(place).Exchange(1, std::memory_order_seq_cst);
}
std::uint32_t KheapAddsRelaxed(std::byte* place) {
  return Shared(place).FetchAdd(1, std::memory_order_relaxed);
}
std::uint32_t KheapAddsSequentially(std::byte* place) {
  return Shared(place).FetchAdd(1, std::memory_order_seq_cst);
}
bool KheapSwapsRelaxed(std::byte* place, std::uint32_t expected) {
  return Shared(place).CompareExchangeStrong(
      expected, 1, std::memory_order_relaxed, std::memory_order_relaxed);
}
bool KheapSwapsSequentially(std::byte* place, std::uint32_t expected) {
  return Shared(place).CompareExchangeStrong(
      expected, 1, std::memory_order_seq_cst, std::memory_order_seq_cst);
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

// Bytes are what they are, so that there is nothing to compare, unless the
// compiler knows nothing of the differences found so far.
bool KheapComparesWithThemselves(const std::byte* a, std::size_t size) {
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < size; ++i) {
    difference |= std::to_integer<std::uint64_t>(a[i] ^ a[i]);
  }
  return difference == 0;
}
bool KheapComparesWordsWithThemselves(const std::byte* a) {
  return EqualInConstantTime(a, a, 4096);
}
bool KheapComparesBytesWithThemselves(const std::byte* a, std::size_t size) {
  return EqualInConstantTime(a, a, size % 8);
}

void KheapFences() { FullFence(); }
void KheapPauses() { Pause(); }
std::uint64_t KheapCounts() { return CycleCount(); }
std::uint64_t KheapCountsSerialised() { return CycleCountSerialised(); }

void KheapPrefetches(const void* place) { PrefetchForRead(place); }
void KheapPrefetchesNone(const void* place) {
  PrefetchForRead<Locality::kNone>(place);
}
void KheapPrefetchesLow(const void* place) {
  PrefetchForRead<Locality::kLow>(place);
}
void KheapPrefetchesModerate(const void* place) {
  PrefetchForRead<Locality::kModerate>(place);
}
void KheapPrefetchesHigh(const void* place) {
  PrefetchForRead<Locality::kHigh>(place);
}
void KheapPrefetchesForWrite(const void* place) { PrefetchForWrite(place); }
void KheapPrefetchesForWriteNone(const void* place) {
  PrefetchForWrite<Locality::kNone>(place);
}
void KheapPrefetchesForWriteLow(const void* place) {
  PrefetchForWrite<Locality::kLow>(place);
}
void KheapPrefetchesForWriteModerate(const void* place) {
  PrefetchForWrite<Locality::kModerate>(place);
}
void KheapPrefetchesForWriteHigh(const void* place) {
  PrefetchForWrite<Locality::kHigh>(place);
}

void KheapFlushes(const std::byte* place) { FlushCacheLines(place, 256); }
void KheapCopiesNonTemporally(std::byte* to, const std::byte* from) {
  CopyNonTemporal(to, from, 4096);
}

}  // extern "C"

}  // namespace kheap::machine
