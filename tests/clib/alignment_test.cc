// SPDX-License-Identifier: Apache-2.0
//
// Every alignment to a vector of 64 bytes with every size up to four of them.

#include <algorithm>
#include <cstring>
#include <string>

#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"

namespace kheap {
namespace {

constexpr std::uint64_t kAlignments = 64;
constexpr std::uint64_t kSizeMax = 256;
constexpr std::uint64_t kText = 512;
constexpr std::uint64_t kSame = 1024;  // the same text, aligned otherwise
constexpr std::uint64_t kRoom = 2048;

template <typename Setting>
class AlignmentTest : public GuestMemoryTest<Setting> {
 protected:
  AlignmentTest() { this->memory_.FillWithPattern(); }

  // Runs `check(text, same, size)` with two equal strings of every size at
  // every alignment. The bytes around them are what the last check left.
  template <typename Check>
  void ForEachText(Check check) {
    std::string text(kSizeMax + 1, '\0');
    for (std::uint64_t i = 0; i < kSizeMax; ++i) {
      text[i] = static_cast<char>('a' + i * 5 % 23);
    }
    for (std::uint64_t alignment = 0; alignment < kAlignments; ++alignment) {
      for (std::uint64_t size = 0; size <= kSizeMax; ++size) {
        const std::uint64_t at = kText + alignment;
        const std::uint64_t same = kSame + (alignment * 7 + size) % kAlignments;
        this->memory_.PutString(at, text.substr(0, size));
        this->memory_.PutString(same, text.substr(0, size));
        check(at, same, size);
        if (this->HasFailure()) return;
      }
    }
  }
};
TYPED_TEST_SUITE(AlignmentTest, AllSettings);

TYPED_TEST(AlignmentTest, MemoryIsWrittenAsByTheHost) {
  using Mem = typename TypeParam::Mem;
  auto& m = this->memory_;
  this->ForEachText(
      [&](std::uint64_t from, std::uint64_t same, std::uint64_t size) {
        const std::uint64_t to = kRoom + same % kAlignments;
        std::memcpy(m.Host(to), m.Host(from), size);
        clib::Memcpy<Mem>(m.heap(), m.At(to), m.At(from), size);
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
        std::memset(m.Host(to), static_cast<int>(size), size);
        clib::Memset<Mem>(m.heap(), m.At(to), static_cast<int>(size), size);
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
        // Over itself, up and down, by less than its size.
        const std::uint64_t near = from + same % 17 - 8;
        std::memmove(m.Host(near), m.Host(from), size);
        clib::Memmove<Mem>(m.heap(), m.At(near), m.At(from), size);
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
      });
}

TYPED_TEST(AlignmentTest, MemoryIsSearchedAsByTheHost) {
  using Mem = typename TypeParam::Mem;
  auto& m = this->memory_;
  this->ForEachText([&](std::uint64_t at, std::uint64_t same,
                        std::uint64_t size) {
    GlobalHeap& heap = m.heap();
    ASSERT_EQ(clib::Memchr<Mem>(heap, m.At(at), 0, size + 1), m.At(at + size));
    ASSERT_EQ(clib::Memchr<Mem>(heap, m.At(at), 0, size), kNullAddress);
    ASSERT_EQ(m.OffsetOf(clib::Memrchr<Mem>(heap, m.At(at), 'a', size)),
              m.OffsetOf(memrchr(m.Host(at), 'a', size)));
    ASSERT_EQ(clib::Memrchr<Mem>(heap, m.At(at), 'z', size), kNullAddress);
    ASSERT_EQ(clib::Memcmp<Mem>(heap, m.At(at), m.At(same), size + 1), 0);
    m.Put(same + size, "!");
    ASSERT_EQ(clib::Memcmp<Mem>(heap, m.At(at), m.At(same), size), 0);
    ASSERT_EQ(clib::Memcmp<Mem>(heap, m.At(at), m.At(same), size + 1), -1);
    ASSERT_EQ(clib::Memcmp<Mem>(heap, m.At(same), m.At(at), size + 1), 1);
  });
}

TYPED_TEST(AlignmentTest, StringsAreWrittenAsByTheHost) {
  using StringMem = typename TypeParam::StringMem;
  auto& m = this->memory_;
  this->ForEachText(
      [&](std::uint64_t from, std::uint64_t same, std::uint64_t size) {
        GlobalHeap& heap = m.heap();
        const std::uint64_t to = kRoom + same % kAlignments;
        stpcpy(m.Host(to), m.Host(from));
        ASSERT_EQ(clib::Stpcpy<StringMem>(heap, m.At(to), m.At(from)),
                  m.At(to + size));
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
        std::strcat(m.Host(to), m.Host(same));
        clib::Strcat<StringMem>(heap, m.At(to), m.At(same));
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
        const std::uint64_t limit = size * (1 + size % 3) / 2;
        std::strncpy(m.Host(to), m.Host(same), limit);
        clib::Strncpy<StringMem>(heap, m.At(to), m.At(same), limit);
        ASSERT_TRUE(m.IsSame()) << from << " " << size;
      });
}

TYPED_TEST(AlignmentTest, StringsAreSearchedAsByTheHost) {
  using StringMem = typename TypeParam::StringMem;
  auto& m = this->memory_;
  this->ForEachText([&](std::uint64_t at, std::uint64_t same,
                        std::uint64_t size) {
    GlobalHeap& heap = m.heap();
    ASSERT_EQ(clib::Strlen<StringMem>(heap, m.At(at)), size);
    ASSERT_EQ(clib::Strnlen<StringMem>(heap, m.At(at), size / 2), size / 2);
    ASSERT_EQ(clib::Strchr<StringMem>(heap, m.At(at), 'z'), kNullAddress);
    ASSERT_EQ(clib::Strchrnul<StringMem>(heap, m.At(at), 'z'), m.At(at + size));
    ASSERT_EQ(m.OffsetOf(clib::Strrchr<StringMem>(heap, m.At(at), 'a')),
              m.OffsetOf(std::strrchr(m.Host(at), 'a')));
    ASSERT_EQ(clib::Strcmp<StringMem>(heap, m.At(at), m.At(same)), 0);
    ASSERT_EQ(clib::Strcasecmp<StringMem>(heap, m.At(at), m.At(same)), 0);
    // Longer by one character.
    m.Put(same + size, std::string("!\0", 2));
    ASSERT_EQ(clib::Strcmp<StringMem>(heap, m.At(at), m.At(same)), -1);
    ASSERT_EQ(clib::Strcasecmp<StringMem>(heap, m.At(same), m.At(at)), 1);
    ASSERT_EQ(clib::Strncmp<StringMem>(heap, m.At(at), m.At(same), size), 0);
    ASSERT_EQ(clib::Strncmp<StringMem>(heap, m.At(at), m.At(same), size + 1),
              -1);
  });
}

}  // namespace
}  // namespace kheap
