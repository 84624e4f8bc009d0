// SPDX-License-Identifier: Apache-2.0
#include "clib/substring.h"

#include <cstring>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kHaystack = 100;
constexpr std::uint64_t kNeedle = 3000;

template <typename Setting>
class SubstringTest : public GuestMemoryTest<Setting> {};
TYPED_TEST_SUITE(SubstringTest, AllSettings);

void ExpectWhatTheHostFinds(GuestMemory& m) {
  const char* const haystack = m.Host(kHaystack);
  const char* const needle = m.Host(kNeedle);
  ASSERT_EQ(m.OffsetOf(clib::Strstr(m.heap(), m.At(kHaystack), m.At(kNeedle))),
            m.OffsetOf(std::strstr(haystack, needle)))
      << haystack << " / " << needle;
  ASSERT_EQ(
      m.OffsetOf(clib::Strcasestr(m.heap(), m.At(kHaystack), m.At(kNeedle))),
      m.OffsetOf(strcasestr(haystack, needle)))
      << haystack << " / " << needle;
  for (const std::uint64_t limit : {0, 1, 3, 7, 100}) {
    const std::string_view limited =
        std::string_view(haystack).substr(0, limit);
    const std::size_t found = limited.find(needle);
    ASSERT_EQ(m.OffsetOf(clib::Strnstr(m.heap(), m.At(kHaystack), m.At(kNeedle),
                                       limit)),
              found == std::string_view::npos
                  ? -1
                  : static_cast<std::int64_t>(kHaystack + found))
        << haystack << " / " << needle << " " << limit;
  }
}

TYPED_TEST(SubstringTest, AllShortTextsAreSearchedAsTheHostDoes) {
  auto& m = this->memory_;
  for (std::size_t h = 0; h <= 7; ++h) {
    for (unsigned text = 0; text < 1u << h; ++text) {
      std::string haystack;
      for (std::size_t i = 0; i < h; ++i) {
        haystack += (text >> i & 1) != 0 ? 'a' : 'B';
      }
      m.PutString(kHaystack, haystack);
      for (std::size_t n = 0; n <= 4; ++n) {
        for (unsigned code = 0; code < 1u << n; ++code) {
          std::string needle;
          for (std::size_t i = 0; i < n; ++i) {
            needle += (code >> i & 1) != 0 ? 'a' : 'b';
          }
          m.PutString(kNeedle, needle);
          ExpectWhatTheHostFinds(m);
        }
      }
    }
  }
}

// The needle at each place of a long haystack: across every seam between the
// windows in which the search proceeds.
TYPED_TEST(SubstringTest, NeedlesAreFoundAtEveryPlaceOfALongHaystack) {
  auto& m = this->memory_;
  for (const std::size_t size : {1, 2, 9, 200}) {
    const std::string needle = std::string(size - 1, 'x') + 'Y';
    m.PutString(kNeedle, needle);
    for (std::size_t at = 0; at + size <= 1400; at += size < 10 ? 1 : 7) {
      std::string haystack(1400, 'x');
      haystack.replace(at, size, needle);
      m.PutString(kHaystack, haystack);
      ASSERT_EQ(clib::Strstr(m.heap(), m.At(kHaystack), m.At(kNeedle)),
                m.At(kHaystack + at));
      ASSERT_EQ(clib::Strcasestr(m.heap(), m.At(kHaystack), m.At(kNeedle)),
                m.At(kHaystack + at));
      // What lies behind the string does not count.
      haystack[at + size - 1] = '\0';
      m.Put(kHaystack, haystack);
      ASSERT_EQ(clib::Strstr(m.heap(), m.At(kHaystack), m.At(kNeedle)),
                kNullAddress);
    }
  }
}

RC_GTEST_PROP(SubstringProperty, TextsAreSearchedAsTheHostDoes, ()) {
  static GuestMemory m(/*checked=*/true);
  const auto letters = rc::gen::container<std::string>(
      rc::gen::weightedElement<char>({{6, 'a'}, {2, 'A'}, {2, 'b'}, {1, 'C'}}));
  const std::string haystack = *rc::gen::resize(1000, letters);
  const std::string needle =
      *rc::gen::resize(*rc::gen::inRange(0, 40), letters);
  RC_PRE(haystack.size() < 2500 && needle.size() < 1000);
  m.PutString(kHaystack, haystack);
  m.PutString(kNeedle, needle);
  ExpectWhatTheHostFinds(m);
}

// No haystack makes the search quadratic: this one would take an hour.
TEST(SubstringWorstCaseTest, TimeIsLinear) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->layout().begin(Region::kHeap);
  constexpr std::uint64_t kBytes = 8 << 20;
  ASSERT_TRUE(heap->SetBreak(begin + 2 * kBytes));
  heap->Fill(begin, std::byte{'a'}, kBytes);
  const Address needle = begin + kBytes + 1;
  heap->Fill(needle, std::byte{'a'}, kBytes / 2);
  heap->sb(needle + kBytes / 4, 'b');
  EXPECT_EQ(clib::Strstr(*heap, begin, needle), kNullAddress);
  EXPECT_EQ(clib::Strcasestr(*heap, begin, needle), kNullAddress);
}

// An unterminated haystack is no mistake as long as no loop gets to its end.
TEST(SubstringFaultTest, AMatchBeforeTheBadByteIsFound) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    GlobalHeap& heap = m.heap();
    const Address end = checked ? m.At(kPieceBytes) : heap.break_address();
    std::memcpy(heap.RuntimeSpan(end - 6, 6).data(), "abcabd", 6);
    m.PutString(kNeedle, "abd");
    EXPECT_EQ(clib::Strstr(heap, end - 6, m.At(kNeedle)), end - 3);
    EXPECT_EQ(clib::Strcasestr(heap, end - 6, m.At(kNeedle)), end - 3);
    EXPECT_EQ(clib::Strnstr(heap, end - 6, m.At(kNeedle), 6), end - 3);
    EXPECT_EQ(clib::Strnstr(heap, end - 6, m.At(kNeedle), 5), kNullAddress);
    m.PutString(kNeedle, "abe");
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kLoad, end, 1};
    EXPECT_EQ(FaultOf([&] { clib::Strstr(heap, end - 6, m.At(kNeedle)); }),
              fault);
    EXPECT_EQ(FaultOf([&] { clib::Strcasestr(heap, end - 6, m.At(kNeedle)); }),
              fault);
    EXPECT_EQ(clib::Strnstr(heap, end - 6, m.At(kNeedle), 6), kNullAddress);
  }
}

}  // namespace
}  // namespace kheap
