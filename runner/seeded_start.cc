// SPDX-License-Identifier: Apache-2.0
#include "runner/seeded_start.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "bitshift/bits.h"
#include "heap/shadow.h"
#include "kernel/random_source.h"
#include "machine/byte_order.h"

namespace kheap {

namespace {

constexpr std::uint64_t kPlaceAlignment = 16;
// A few pages, and no more than a 16th of a small region.
constexpr std::uint64_t kShiftBytesMax = 16 * 1024;

std::uint64_t ShiftFrom(std::uint64_t number, std::uint64_t region_bytes) {
  const std::uint64_t bytes_max = std::min(kShiftBytesMax, region_bytes / 16);
  return number % (bytes_max / kPlaceAlignment + 1) * kPlaceAlignment;
}

// A number of the library's own, by the name that third_party/musl gives it;
// nothing in a program without it, or where the program took the name.
std::optional<Address> LibraryState(const GlobalData& data,
                                    std::string_view name,
                                    std::uint64_t size_bytes) {
  const auto symbol = data.Find(name);
  if (!symbol.has_value() || symbol->size_bytes != size_bytes) {
    return std::nullopt;
  }
  return symbol->address;
}

// As srand(seed) leaves it.
void StartRand(Process& process, std::uint32_t seed) {
  const auto state = LibraryState(process.data(), "__kheap_rand_state", 8);
  if (!state.has_value()) return;
  process.heap().Store<std::uint64_t>(*state, seed - 1);
}

// As srandom(seed) leaves it: 31 numbers behind the word that says which of
// them come next, and which is as it was.
void StartRandom(Process& process, std::uint32_t seed) {
  constexpr std::uint64_t kNumbers = 31;
  const auto state =
      LibraryState(process.data(), "__kheap_random_state", 4 * (1 + kNumbers));
  if (!state.has_value()) return;
  std::uint64_t generator = seed;
  for (std::uint64_t i = 0; i < kNumbers; ++i) {
    generator = generator * 6364136223846793005u + 1;
    auto number = static_cast<std::uint32_t>(bits::ShiftRight(generator, 32));
    if (i == 0) number = bits::SetBit(number, 0);
    process.heap().Store<std::uint32_t>(*state + 4 * (1 + i), number);
  }
}

// As srand48(seed) leaves it.
void StartRand48(Process& process, std::uint32_t seed) {
  constexpr std::uint16_t kLowest = 13070;
  const auto state = LibraryState(process.data(), "__seed48", 14);
  if (!state.has_value()) return;
  process.heap().Store<std::uint16_t>(*state, kLowest);
  process.heap().Store<std::uint32_t>(*state + 2, seed);
}

}  // namespace

SeededStart SeededStart::Of(std::uint64_t seed, const MemoryLayout& layout) {
  if (seed == 0) return {};
  // Far from the numbers that the kernel takes.
  kernel::RandomState random{};
  kernel::SeedRandom(random, bits::Xor(seed, bits::Bit<std::uint64_t>(63)));
  const auto& words = random.words;
  return {
      .fill_word = std::max<std::uint64_t>(words[0], 1),
      .stack_shift_bytes =
          ShiftFrom(words[1], layout.size_bytes(Region::kStack)),
      .heap_shift_bytes = ShiftFrom(words[2], layout.size_bytes(Region::kHeap)),
      .library_seed = std::max(static_cast<std::uint32_t>(words[3].get()), 2u)};
}

absl::Status SeededStart::ApplyTo(Process& process) const {
  if (fill_word == 0) return absl::OkStatus();
  GlobalHeap& heap = process.heap();
  if (!process.malloc().Indent(heap_shift_bytes)) {
    return absl::ResourceExhaustedError(
        "the host has no memory for the first bytes of the heap");
  }
  const Address stack_begin = heap.layout().begin(Region::kStack);
  const std::uint64_t stack_pointer =
      heap.control().stack_pointer - stack_shift_bytes;
  heap.control().stack_pointer = stack_pointer;
  if (Shadow* const shadow = heap.shadow()) {
    shadow->Set(Address(stack_pointer), stack_shift_bytes,
                ShadowByte::kStackRedZone);
  }
  const std::uint64_t filled_bytes =
      std::min(kFilledStackBytes, stack_pointer - stack_begin.offset());
  FillUninitialised(heap, Address(stack_pointer) - filled_bytes, filled_bytes,
                    fill_word);
  StartRand(process, library_seed);
  StartRandom(process, library_seed);
  StartRand48(process, library_seed);
  return absl::OkStatus();
}

void FillUninitialised(GlobalHeap& heap, Address begin,
                       std::uint64_t size_bytes, std::uint64_t fill_word) {
  std::byte* to = heap.base() + begin.offset();
  const auto turn = static_cast<int>(begin.offset() % sizeof(fill_word) * 8);
  const std::uint64_t word = bits::RotateRight(fill_word, turn);
  for (; size_bytes >= sizeof(word); size_bytes -= sizeof(word)) {
    machine::StoreLittleEndian(to, word);
    to += sizeof(word);
  }
  std::array<std::byte, sizeof(word)> rest;
  machine::StoreLittleEndian(rest.data(), word);
  std::copy_n(rest.begin(), size_bytes, to);
}

}  // namespace kheap
