// SPDX-License-Identifier: Apache-2.0
#include "machine/volatile_access.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"
#include "machine/byte_order.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

template <typename T>
void ExpectRoundTrip(std::uint64_t value) {
  alignas(8) std::array<std::byte, 24> bytes;
  bytes.fill(std::byte{0x5A});
  const T number = static_cast<T>(value);
  VolatileStore<T>(bytes.data() + 8, number);
  RC_ASSERT(VolatileLoad<T>(bytes.data() + 8) == number);
  RC_ASSERT(LoadLittleEndian<T>(bytes.data() + 8) == number);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i < 8 || i >= 8 + sizeof(T)) RC_ASSERT(bytes[i] == std::byte{0x5A});
  }
}

RC_GTEST_PROP(VolatileAccessTest, WhatIsWrittenLiesInLittleEndianOrder,
              (std::uint64_t value)) {
  ExpectRoundTrip<std::uint8_t>(value);
  ExpectRoundTrip<std::int8_t>(value);
  ExpectRoundTrip<std::uint16_t>(value);
  ExpectRoundTrip<std::int16_t>(value);
  ExpectRoundTrip<std::uint32_t>(value);
  ExpectRoundTrip<std::int32_t>(value);
  ExpectRoundTrip<std::uint64_t>(value);
  ExpectRoundTrip<std::int64_t>(value);
}

}  // namespace
}  // namespace kheap::machine
