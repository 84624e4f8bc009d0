// SPDX-License-Identifier: Apache-2.0
#include "kernel/random_source.h"

#include <algorithm>
#include <array>

#include "bitshift/bits.h"
#include "machine/byte_order.h"

namespace kheap::kernel {

void SeedRandom(RandomState& state, std::uint64_t seed) {
  for (Uint64& word : state.words) {
    seed += 11400714819323198485u;
    std::uint64_t z = seed;
    z = bits::Xor(z, bits::ShiftRight(z, 30)) * 13787848793156543929u;
    z = bits::Xor(z, bits::ShiftRight(z, 27)) * 10723151780598845931u;
    word = bits::Xor(z, bits::ShiftRight(z, 31));
  }
}

std::uint64_t NextRandom(RandomState& state) {
  std::array<Uint64, 4>& s = state.words;
  const std::uint64_t number = bits::RotateLeft(s[1].get() * 5, 7) * 9;
  const std::uint64_t shifted = bits::ShiftLeft(s[1].get(), 17);
  s[2] = bits::Xor(s[2].get(), s[0].get());
  s[3] = bits::Xor(s[3].get(), s[1].get());
  s[1] = bits::Xor(s[1].get(), s[2].get());
  s[0] = bits::Xor(s[0].get(), s[3].get());
  s[2] = bits::Xor(s[2].get(), shifted);
  s[3] = bits::RotateLeft(s[3].get(), 45);
  return number;
}

void FillRandom(RandomState& state, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    std::array<std::byte, 8> number;
    machine::StoreLittleEndian(number.data(), NextRandom(state));
    const std::size_t count = std::min(bytes.size(), number.size());
    std::copy_n(number.begin(), count, bytes.begin());
    bytes = bytes.subspan(count);
  }
}

}  // namespace kheap::kernel
