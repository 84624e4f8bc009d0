// SPDX-License-Identifier: Apache-2.0
#include "clib/error_text.h"

#include <climits>
#include <cstring>
#include <map>
#include <string>

#include "clib/string_length.h"
#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

std::string TextAt(GlobalHeap& heap, Address address) {
  const auto bytes = heap.Span(address, clib::Strlen(heap, address));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ErrorTextTest, KnownNumbersHaveTheirTexts) {
  for (const bool checked : {false, true}) {
    const auto heap = checked ? MakeCheckedHeap() : MakeFastHeap();
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, 0)), "Success");
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, 12)),
              "Cannot allocate memory");
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, 133)),
              "Memory page has hardware error");
    EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, 11)), "Segmentation fault");
    EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, 31)), "Bad system call");
  }
}

#if defined(__linux__) && defined(__GLIBC__)
// The table is written down; on the host it was taken from, it is the host's.
TEST(ErrorTextTest, TextsAreThoseOfTheHost) {
  const auto heap = MakeCheckedHeap();
  for (int number = -3; number <= 200; ++number) {
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, number)),
              std::strerror(number));
    EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, number)), strsignal(number));
  }
}
#endif

TEST(ErrorTextTest, NumbersWithoutATextAreNamed) {
  const auto heap = MakeFastHeap();
  for (const int number : {INT_MIN, -1, 41, 58, 134, INT_MAX}) {
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, number)),
              "Unknown error " + std::to_string(number));
  }
  for (const int number : {INT_MIN, -1, 0, 32, 33, 65, INT_MAX}) {
    EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, number)),
              "Unknown signal " + std::to_string(number));
  }
  EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, 34)), "Real-time signal 0");
  EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, 64)), "Real-time signal 30");
}

TEST(ErrorTextTest, TextsStayGoodAfterLaterCalls) {
  const auto heap = MakeFastHeap();
  std::map<int, std::pair<Address, std::string>> errors;
  for (int number = 0; number <= 133; ++number) {
    const Address address = clib::Strerror(*heap, number);
    errors[number] = {address, TextAt(*heap, address)};
  }
  for (int number = 0; number <= 70; ++number) clib::Strsignal(*heap, number);
  for (const auto& [number, text] : errors) {
    if (text.second.starts_with("Unknown")) continue;
    EXPECT_EQ(TextAt(*heap, text.first), text.second);
    EXPECT_EQ(clib::Strerror(*heap, number), text.first);
  }
}

TEST(ErrorTextTest, TheGuestMayNotChangeATextAndErrnoStays) {
  const auto heap = MakeFastHeap();
  heap->set_guest_errno(7);
  const Address text = clib::Strerror(*heap, 999);
  EXPECT_EQ(heap->guest_errno(), 7);
  EXPECT_EQ(FaultOf([&] { heap->sb(text, 'x'); }),
            (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, text, 1}));
}

}  // namespace
}  // namespace kheap
