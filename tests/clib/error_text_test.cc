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

// The table is written down from the library that these tests run against.
TEST(ErrorTextTest, TextsAreThoseOfTheHost) {
  const auto heap = MakeCheckedHeap();
  for (int number = -3; number <= 200; ++number) {
    EXPECT_EQ(TextAt(*heap, clib::Strerror(*heap, number)),
              std::strerror(number));
    EXPECT_EQ(TextAt(*heap, clib::Strsignal(*heap, number)), strsignal(number));
  }
}

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

// The XSI function; the name strerror_r means GNU's own here.
extern "C" int __xpg_strerror_r(int number, char* buffer, std::size_t size);

TEST(StrerrorRTest, EveryNumberAndSizeIsTheHosts) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    for (int number = -2; number <= 140; ++number) {
      for (std::uint64_t size = 0; size <= 60; ++size) {
        m.FillWith('#');
        const int host = __xpg_strerror_r(number, m.Host(9), size);
        ASSERT_EQ(clib::StrerrorR(m.heap(), number, m.At(9), size), host);
        ASSERT_TRUE(m.IsSame()) << number << " " << size;
      }
    }
  }
}

TEST(StrerrorRTest, ABufferThatIsTooSmallForTheTextFaults) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('#');
  const Address buffer = m.At(kPieceBytes - 7);
  EXPECT_EQ(FaultOf([&] { clib::StrerrorR(m.heap(), 0, buffer, 100); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, buffer, 8}));
  EXPECT_TRUE(m.IsSame());
  EXPECT_EQ(clib::StrerrorR(m.heap(), 0, kNullAddress, 0), 34);
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
