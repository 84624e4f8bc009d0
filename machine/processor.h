// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROCESSOR_H_
#define KHEAP_MACHINE_PROCESSOR_H_

// The operations for which each processor has instructions of its own, and
// which of the processor_*-inl.h files has this host's. cache.h and cycles.h
// make functions of them.

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "machine/processor_aarch64-inl.h"
#include "machine/processor_portable-inl.h"
#include "machine/processor_riscv64-inl.h"
#include "machine/processor_x86_64-inl.h"

namespace kheap::machine {

template <typename T>
concept Processor = requires(std::byte* to, const std::byte* from) {
  // A moment's rest in a loop that waits for another thread.
  T::Pause();
  // A counter that never runs backwards on one thread; its rate is the host's.
  { T::Cycles() } -> std::same_as<std::uint64_t>;
  // The same, after all instructions before it and before all behind it.
  { T::CyclesSerialised() } -> std::same_as<std::uint64_t>;
  // Fetch the line of the cache that holds a place, which need not be readable;
  // for a write it also becomes this processor's own. How soon it is used again
  // is a number from 0 to 3, that of cache.h's Locality.
  T::template PrefetchForRead<0>(from);
  T::template PrefetchForWrite<3>(from);
  // Writes back the line of the cache that holds a byte; EndFlush waits.
  T::FlushLine(from);
  T::EndFlush();
  // Copies 64 bytes to a multiple of 64, past the caches where the processor
  // can; EndStream orders them before later stores.
  T::StreamBlock(to, from);
  T::EndStream();
  // 0 where the processor does not say.
  { T::CacheLineBytes() } -> std::same_as<std::size_t>;
};

#if defined(__GNUC__) && defined(__x86_64__)
using HostProcessor = X86Processor;
#elif defined(__GNUC__) && defined(__aarch64__)
using HostProcessor = AArch64Processor;
#elif defined(__GNUC__) && defined(__riscv) && __riscv_xlen == 64
using HostProcessor = RiscVProcessor;
#else
using HostProcessor = PortableProcessor;
#endif

static_assert(Processor<PortableProcessor> && Processor<HostProcessor>);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_PROCESSOR_H_
