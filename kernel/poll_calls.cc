// SPDX-License-Identifier: Apache-2.0
// ppoll and pselect6: waiting for descriptors.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "bitshift/bits.h"
#include "kernel/file_calls.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"
#include "kernel/time_calls.h"

namespace kheap::kernel {

namespace {

constexpr std::uint16_t kPollIn = 1;
constexpr std::uint16_t kPollOut = 4;
constexpr std::uint16_t kPollErr = 8;
constexpr std::uint16_t kPollHup = 16;
constexpr std::uint16_t kPollNval = 32;

std::uint16_t PipeEvents(KernelState& state, const OpenFile& file) {
  const Inode& pipe = state.files.At(file.inode);
  unsigned ready = 0;
  if (file.IsReadable()) {
    if (pipe.pipe_count != 0) ready += kPollIn;
    if (state.descriptors.CountWriters(file.inode) == 0) ready += kPollHup;
  } else {
    if (pipe.size_bytes - pipe.pipe_count >= kBlockBytes) ready += kPollOut;
    if (state.descriptors.CountReaders(file.inode) == 0) ready += kPollErr;
  }
  return static_cast<std::uint16_t>(ready);
}

// All that is ready.
std::uint16_t EventsOf(KernelState& state, std::int32_t descriptor) {
  const OpenFile* const file = state.descriptors.Find(descriptor);
  if (file == nullptr || file->HasFlags(kO_PATH)) return kPollNval;
  if (state.files.At(file->inode).type() == kS_IFIFO) {
    return PipeEvents(state, *file);
  }
  return kPollIn + kPollOut;
}

// What is ready of the events that were asked for.
std::uint16_t ReadyEvents(KernelState& state, const LinuxPollfd& entry) {
  if (entry.fd < 0) return 0;
  const unsigned ready = EventsOf(state, entry.fd);
  if (ready == kPollNval) return kPollNval;
  const unsigned wanted = entry.events.get() + 0u;
  return static_cast<std::uint16_t>(
      bits::And(ready, bits::Or(wanted, unsigned{kPollErr} + kPollHup)));
}

// A timeout in nanoseconds, or less than 0 for none.
Result ReadTimeout(KernelState& state, Address address,
                   std::int64_t& nanoseconds) {
  nanoseconds = -1;
  return address.is_null() ? 0 : ReadTimespec(state, address, nanoseconds);
}

// Nothing but time can pass while the one process waits.
Result WaitFor(KernelState& state, std::int64_t timeout) {
  if (timeout < 0) return -kEDEADLK;
  state.clock.Sleep(timeout);
  return 0;
}

}  // namespace

Result Ppoll(KernelState& state, const Arguments& arguments) {
  const Address entries = ToAddress(arguments[0]);
  const std::uint64_t count = arguments[1];
  if (count > KernelPageOf(state.heap).descriptor_count) return -kEINVAL;
  const std::uint64_t size = count * sizeof(LinuxPollfd);
  if (!state.memory.CanRead(entries, size) ||
      !state.memory.CanWrite(entries, size)) {
    return -kEFAULT;
  }
  std::int64_t timeout = -1;
  const Result error = ReadTimeout(state, ToAddress(arguments[2]), timeout);
  if (error != 0) return error;
  auto* const polled = reinterpret_cast<LinuxPollfd*>(
      state.memory.BytesToWrite(entries, size).data());
  Result ready = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    polled[i].revents = ReadyEvents(state, polled[i]);
    ready += polled[i].revents != 0;
  }
  state.memory.MarkWritten(entries, size);
  if (ready != 0) return ready;
  return WaitFor(state, timeout);
}

// ---- pselect6 ---------------------------------------------------------------

namespace {

// A set of descriptors: bit i % 64 of word i / 64.
constexpr std::uint64_t kSetBits = 64;

struct DescriptorSet {
  Address address;
  std::uint16_t events;  // what makes a descriptor ready
};

std::uint64_t WordsFor(std::uint64_t count) {
  return (count + kSetBits - 1) / kSetBits;
}

std::span<Uint64> WordsOf(KernelState& state, const DescriptorSet& set,
                          std::uint64_t count) {
  if (set.address.is_null()) return {};
  const std::uint64_t words = WordsFor(count);
  const auto bytes =
      state.memory.BytesToWrite(set.address, words * sizeof(Uint64));
  return {reinterpret_cast<Uint64*>(bytes.data()), words};
}

// The descriptors of the word that are ready; -EBADF for one that is not open.
Result ReadyOf(KernelState& state, std::uint64_t word, std::uint64_t first,
               std::uint16_t events, std::uint64_t& ready) {
  ready = 0;
  for (; word != 0; word = bits::ClearLowestSetBit(word)) {
    const int bit = bits::TrailingZeros(word);
    const std::uint16_t found =
        EventsOf(state, static_cast<std::int32_t>(first) + bit);
    if (found == kPollNval) return -kEBADF;
    if (bits::HasAny(found, events)) ready = bits::SetBit(ready, bit);
  }
  return bits::PopCount(ready);
}

// How many are ready in all the sets; with `change` the sets then hold them.
Result CountReady(KernelState& state, std::span<const DescriptorSet> sets,
                  std::uint64_t count, bool change) {
  Result total = 0;
  for (const DescriptorSet& set : sets) {
    std::uint64_t first = 0;
    for (Uint64& word : WordsOf(state, set, count)) {
      const int in_range = static_cast<int>(std::min(count - first, kSetBits));
      std::uint64_t ready = 0;
      const Result found =
          ReadyOf(state, bits::And(word.get(), bits::LowMask(in_range)), first,
                  set.events, ready);
      if (found < 0) return found;
      total += found;
      if (change) word = ready;
      first += kSetBits;
    }
  }
  return total;
}

}  // namespace

Result Pselect6(KernelState& state, const Arguments& arguments) {
  if (ToInt(arguments[0]) < 0) return -kEINVAL;
  const std::uint64_t count = std::min<std::uint64_t>(
      ToUnsigned(arguments[0]), state.page().descriptor_count.get());
  const std::array<DescriptorSet, 3> sets = {{
      {ToAddress(arguments[1]), kPollIn + kPollHup},
      {ToAddress(arguments[2]), kPollOut + kPollErr},
      {ToAddress(arguments[3]), 0},
  }};
  const std::uint64_t size = WordsFor(count) * sizeof(Uint64);
  for (const DescriptorSet& set : sets) {
    if (!set.address.is_null() && (!state.memory.CanRead(set.address, size) ||
                                   !state.memory.CanWrite(set.address, size))) {
      return -kEFAULT;
    }
  }
  std::int64_t timeout = -1;
  const Result error = ReadTimeout(state, ToAddress(arguments[4]), timeout);
  if (error != 0) return error;
  const Result ready = CountReady(state, sets, count, false);
  if (ready < 0 || (ready == 0 && timeout < 0)) {
    return ready < 0 ? ready : -kEDEADLK;
  }
  CountReady(state, sets, count, true);
  for (const DescriptorSet& set : sets) {
    if (!set.address.is_null()) state.memory.MarkWritten(set.address, size);
  }
  return ready != 0 ? ready : WaitFor(state, timeout);
}

}  // namespace kheap::kernel
