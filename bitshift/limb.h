// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_LIMB_H_
#define KHEAP_BITSHIFT_LIMB_H_

// A limb: one machine word of a long number, of 8, 16, 32 or 64 bits.

#include <concepts>
#include <cstdint>

namespace kheap {

template <typename T>
concept Limb =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

template <Limb L>
inline constexpr int kLimbBits = static_cast<int>(sizeof(L)) * 8;

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_LIMB_H_
