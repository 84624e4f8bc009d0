// SPDX-License-Identifier: Apache-2.0
#include "clib/string_length.h"

#include <cstring>

#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"

namespace kheap {
namespace {

template <typename Setting>
class StringLengthTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(StringLengthTest, AllSettings);

TYPED_TEST(StringLengthTest, StrlenIsTheHosts) {
  auto& m = this->memory_;
  for (std::uint64_t from = 480; from < 496; ++from) {
    for (std::uint64_t length = 0; length <= 3000;
         length += length < 400 ? 1 : 211) {
      m.FillWithPattern();
      m.Put(from + length, std::string(2, '\0'));
      ASSERT_EQ(
          clib::Strlen<typename TypeParam::StringMem>(m.heap(), m.At(from)),
          std::strlen(m.Host(from)));
    }
  }
}

TYPED_TEST(StringLengthTest, StrnlenIsTheHosts) {
  auto& m = this->memory_;
  for (std::uint64_t from = 480; from < 496; ++from) {
    for (std::uint64_t length = 0; length <= 90; ++length) {
      m.FillWithPattern();
      m.Put(from + length, std::string(1, '\0'));
      for (std::uint64_t limit = 0; limit <= 100; ++limit) {
        ASSERT_EQ(clib::Strnlen<typename TypeParam::StringMem>(
                      m.heap(), m.At(from), limit),
                  strnlen(m.Host(from), limit));
      }
      ASSERT_EQ(clib::Strnlen<typename TypeParam::StringMem>(
                    m.heap(), m.At(from), clib::kNoLimit),
                length);
    }
  }
}

// The last string of a region, up to its last byte.
TEST(StringLengthEdgeTest, AStringMayEndWithItsRegion) {
  GuestMemory m(/*checked=*/false);
  const MemoryLayout& layout = m.heap().layout();
  for (const Address end :
       {layout.end(Region::kStack), layout.end(Region::kData),
        m.heap().break_address()}) {
    for (std::uint64_t length = 0; length <= 100; ++length) {
      const Address string = end - (length + 1);
      const auto bytes = m.heap().RuntimeSpan(string, length + 1);
      std::memset(bytes.data(), 'a', length);
      bytes[length] = std::byte{0};
      ASSERT_EQ(clib::Strlen(m.heap(), string), length);
      ASSERT_EQ(clib::Strnlen(m.heap(), string, length), length);
      ASSERT_EQ(clib::Strnlen(m.heap(), string, length + 1), length);
    }
  }
}

}  // namespace
}  // namespace kheap
