// SPDX-License-Identifier: Apache-2.0
#include "clib/string_append.h"

#include <algorithm>
#include <cstring>

#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kFrom = 500;
constexpr std::uint64_t kTo = 2200;

template <typename Setting>
class StringAppendTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(StringAppendTest, AllSettings);

void Prepare(GuestMemory& m, std::uint64_t have, std::uint64_t length) {
  m.FillWith('#');
  m.PutString(kTo, std::string(have, 'd'));
  m.PutString(kFrom, std::string(length, 's'));
}

TYPED_TEST(StringAppendTest, StrcatDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  for (std::uint64_t have = 0; have <= 40; ++have) {
    for (std::uint64_t length = 0; length <= 700;
         length += length < 70 ? 1 : 89) {
      Prepare(m, have, length);
      std::strcat(m.Host(kTo), m.Host(kFrom));
      ASSERT_EQ(clib::Strcat<typename TypeParam::StringMem>(m.heap(), m.At(kTo),
                                                            m.At(kFrom)),
                m.At(kTo));
      ASSERT_TRUE(m.IsSame()) << have << " " << length;
    }
  }
}

TYPED_TEST(StringAppendTest, StrncatDoesWhatTheHostsDoes) {
  auto& m = this->memory_;
  for (std::uint64_t have = 0; have <= 20; ++have) {
    for (std::uint64_t length = 0; length <= 40; ++length) {
      for (std::uint64_t limit = 0; limit <= 45; limit += 3) {
        Prepare(m, have, length);
        std::strncat(m.Host(kTo), m.Host(kFrom), limit);
        ASSERT_EQ(clib::Strncat(m.heap(), m.At(kTo), m.At(kFrom), limit),
                  m.At(kTo));
        ASSERT_TRUE(m.IsSame()) << have << " " << length << " " << limit;
      }
    }
  }
}

TYPED_TEST(StringAppendTest, StrlcatAppendsWhatFits) {
  auto& m = this->memory_;
  for (std::uint64_t have = 0; have <= 20; ++have) {
    for (std::uint64_t length = 0; length <= 30; ++length) {
      for (std::uint64_t size = 0; size <= 60; ++size) {
        Prepare(m, have, length);
        if (size > have) {
          const std::uint64_t copied = std::min(length, size - have - 1);
          std::memcpy(m.Host(kTo + have), m.Host(kFrom), copied);
          *m.Host(kTo + have + copied) = '\0';
        }
        ASSERT_EQ(clib::Strlcat(m.heap(), m.At(kTo), m.At(kFrom), size),
                  std::min(have, size) + length);
        ASSERT_TRUE(m.IsSame()) << have << " " << length << " " << size;
      }
    }
  }
}

TEST(StringAppendOverlapTest, AppendingAStringToItselfFaultsWhenChecked) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('#');
  m.PutString(kTo, "word");
  GlobalHeap& heap = m.heap();
  const MemoryFault overlap = {FaultCode::kOverlappingCopy, Access::kStore,
                               m.At(kTo + 4), 5};
  EXPECT_EQ(FaultOf([&] { clib::Strcat(heap, m.At(kTo), m.At(kTo)); }),
            overlap);
  EXPECT_EQ(FaultOf([&] { clib::Strncat(heap, m.At(kTo), m.At(kTo), 9); }),
            overlap);
  EXPECT_EQ(FaultOf([&] { clib::Strlcat(heap, m.At(kTo), m.At(kTo), 99); }),
            overlap);
  EXPECT_TRUE(m.IsSame());
}

TEST(StringAppendOverlapTest, AppendingAStringToItselfDoublesItWhenFast) {
  for (const std::uint64_t length : {0, 1, 4, 40, 400}) {
    GuestMemory m(/*checked=*/false);
    m.FillWith('#');
    const std::string text(length, 'w');
    for (int function = 0; function < 3; ++function) {
      m.PutString(kTo, text + text);
      m.PutString(kTo, text);
      (text + text + '\0').copy(m.Host(kTo), 2 * length + 1);
      switch (function) {
        case 0:
          clib::Strcat(m.heap(), m.At(kTo), m.At(kTo));
          break;
        case 1:
          clib::Strncat(m.heap(), m.At(kTo), m.At(kTo), length + 1);
          break;
        default:
          clib::Strlcat(m.heap(), m.At(kTo), m.At(kTo), 1000);
      }
      EXPECT_TRUE(m.IsSame()) << function << " " << length;
    }
  }
}

TEST(StringAppendFaultTest, NothingIsWrittenWhereTheResultDoesNotFit) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    GlobalHeap& heap = m.heap();
    m.FillWith('#');
    m.PutString(8, "source");
    const Address end = checked ? m.At(kPieceBytes) : heap.break_address();
    const Address to = end - 10;
    const auto bytes = heap.RuntimeSpan(to, 10);
    std::memset(bytes.data(), 'd', 4);
    std::memset(bytes.data() + 4, 0, 6);
    const Digest before = heap.ComputeDigest();
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kStore, to + 4,
                               7};
    EXPECT_EQ(FaultOf([&] { clib::Strcat(heap, to, m.At(8)); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Strncat(heap, to, m.At(8), 6); }), fault);
    EXPECT_EQ(FaultOf([&] { clib::Strlcat(heap, to, m.At(8), 11); }), fault);
    EXPECT_EQ(heap.ComputeDigest(), before);
    clib::Strncat(heap, to, m.At(8), 5);
    EXPECT_EQ(clib::Strlen(heap, to), 9u);
  }
}

}  // namespace
}  // namespace kheap
