// SPDX-License-Identifier: Apache-2.0
#include "machine/secret_memory.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

TEST(SecretMemoryTest, ZeroesItsBytesAndNoOther) {
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t size = 0; size < 80; ++size) {
      std::array<std::byte, 96> bytes;
      bytes.fill(std::byte{0x5A});
      SecureZero(bytes.data() + begin, size);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool zeroed = i >= begin && i < begin + size;
        ASSERT_EQ(bytes[i], zeroed ? std::byte{0} : std::byte{0x5A});
      }
    }
  }
}

// The sanitizer for undefined behaviour sees a null pointer that is handed on.
TEST(SecretMemoryTest, NoBytesNeedNoPlace) {
  SecureZero(nullptr, 0);
  EXPECT_TRUE(EqualInConstantTime(nullptr, nullptr, 0));
}

TEST(SecretMemoryTest, EveryBitOfEveryByteCounts) {
  for (std::size_t size = 0; size <= 33; ++size) {
    const std::vector<std::byte> a(size, std::byte{0xA5});
    std::vector<std::byte> b = a;
    EXPECT_TRUE(EqualInConstantTime(a.data(), b.data(), size));
    for (std::size_t i = 0; i < size; ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        b[i] = a[i] ^ static_cast<std::byte>(1 << bit);
        ASSERT_FALSE(EqualInConstantTime(a.data(), b.data(), size));
      }
      b[i] = a[i];
    }
  }
}

RC_GTEST_PROP(SecretMemoryTest, EqualIsWhatBytesAre,
              (const std::vector<std::uint8_t>& a,
               const std::vector<std::uint8_t>& b)) {
  const std::size_t size = std::min(a.size(), b.size());
  const auto* const bytes_a = reinterpret_cast<const std::byte*>(a.data());
  const auto* const bytes_b = reinterpret_cast<const std::byte*>(b.data());
  RC_ASSERT(EqualInConstantTime(bytes_a, bytes_b, size) ==
            std::equal(a.begin(), a.begin() + size, b.begin()));
  RC_ASSERT(EqualInConstantTime(bytes_a, bytes_a, a.size()));
}

}  // namespace
}  // namespace kheap::machine
