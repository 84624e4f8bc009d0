// SPDX-License-Identifier: Apache-2.0
#include "clib/integer_text.h"

#include <cerrno>
#include <cinttypes>
#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

static_assert(sizeof(long) == 8, "the host's long is the guest's");

constexpr std::uint64_t kText = 700;
constexpr std::uint64_t kEnd = 3000;

// Value, end and errno of both conversions are the host's.
void ExpectTheHostsResults(GuestMemory& m, const std::string& text, int base) {
  m.PutString(kText, text);
  char* host_end = nullptr;
  errno = 0;
  const long signed_value = std::strtol(m.Host(kText), &host_end, base);
  const int signed_errno = errno;
  const std::int64_t end = m.OffsetOf(host_end);
  errno = 0;
  const unsigned long value = std::strtoul(m.Host(kText), nullptr, base);
  const int unsigned_errno = errno;

  GlobalHeap& heap = m.heap();
  heap.set_guest_errno(0);
  ASSERT_EQ(clib::Strtol(heap, m.At(kText), m.At(kEnd), base), signed_value)
      << text << " " << base;
  ASSERT_EQ(heap.guest_errno(), signed_errno) << text << " " << base;
  ASSERT_EQ(m.OffsetOf(heap.Load<Address>(m.At(kEnd))), end)
      << text << " " << base;
  heap.set_guest_errno(0);
  ASSERT_EQ(clib::Strtoul(heap, m.At(kText), m.At(kEnd), base), value)
      << text << " " << base;
  ASSERT_EQ(heap.guest_errno(), unsigned_errno) << text << " " << base;
  ASSERT_EQ(m.OffsetOf(heap.Load<Address>(m.At(kEnd))), end)
      << text << " " << base;
}

TEST(IntegerTextTest, NumbersAtEveryEdgeAreTheHosts) {
  GuestMemory m(/*checked=*/false);
  for (const char* text : {"",
                           "0",
                           "-0",
                           "+7",
                           "  \t\n\v\f\r 42 ",
                           "- 1",
                           "+-1",
                           "--1",
                           "0x",
                           "0X",
                           "0xg",
                           "0x1F",
                           "-0x10",
                           "0777",
                           "0789",
                           "08",
                           "z",
                           "Zz",
                           "12ab",
                           "9223372036854775807",
                           "9223372036854775808",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-18446744073709551615",
                           "-18446744073709551616",
                           "7fffffffffffffff",
                           "-8000000000000000",
                           "ffffffffffffffff",
                           "0xffffffffffffffffz",
                           "10000000000000000",
                           "99999999999999999999999999999999999999999999",
                           "1e5",
                           "1.5",
                           "1_000",
                           "\xa0 1"}) {
    for (int base = 2; base <= 36; ++base) ExpectTheHostsResults(m, text, base);
    ExpectTheHostsResults(m, text, 0);
  }
}

TEST(IntegerTextTest, AllTextsOfThreeCharactersAreTheHosts) {
  GuestMemory m(/*checked=*/true);
  const std::string characters = "0 1-+x9afgzZX7.";
  for (const char a : characters) {
    for (const char b : characters) {
      for (const char c : characters) {
        for (const int base : {0, 2, 8, 10, 16, 36}) {
          ExpectTheHostsResults(m, {a, b, c}, base);
        }
      }
    }
  }
}

RC_GTEST_PROP(IntegerTextProperty, ResultsAreTheHosts, ()) {
  static GuestMemory m(/*checked=*/false);
  const std::string text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("00112345678999abcdefxXzZ-+ ffffffff")));
  const int base = *rc::gen::element(0, 2, 7, 8, 10, 16, 35, 36);
  ExpectTheHostsResults(m, text, base);
}

// "0b1" is C23's, and no C library's of today; see the header.
TEST(IntegerTextTest, BinaryPrefixesEndTheNumber) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kText, "0b101");
  EXPECT_EQ(clib::Strtol(m.heap(), m.At(kText), m.At(kEnd), 0), 0);
  EXPECT_EQ(m.heap().Load<Address>(m.At(kEnd)), m.At(kText + 1));
}

TEST(IntegerTextTest, ABadBaseSetsErrnoAndNothingElse) {
  GuestMemory m(/*checked=*/false);
  m.heap().Store<Address>(m.At(kEnd), m.At(5));
  for (const int base : {-1, 1, 37, 1000}) {
    m.heap().set_guest_errno(0);
    EXPECT_EQ(clib::Strtol(m.heap(), kNullAddress, m.At(kEnd), base), 0);
    EXPECT_EQ(m.heap().guest_errno(), 22);
    m.heap().set_guest_errno(0);
    EXPECT_EQ(clib::Strtoul(m.heap(), kNullAddress, m.At(kEnd), base), 0u);
    EXPECT_EQ(m.heap().guest_errno(), 22);
    EXPECT_EQ(m.heap().Load<Address>(m.At(kEnd)), m.At(5));
  }
}

TEST(IntegerTextTest, TheOtherNamesAreTheSameFunctions) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kText, "-123x");
  GlobalHeap& heap = m.heap();
  const auto expect_end = [&] {
    EXPECT_EQ(heap.Load<Address>(m.At(kEnd)), m.At(kText + 4));
    heap.Store<Address>(m.At(kEnd), kNullAddress);
  };
  EXPECT_EQ(clib::Strtoll(heap, m.At(kText), m.At(kEnd), 10), -123);
  expect_end();
  EXPECT_EQ(clib::Strtoimax(heap, m.At(kText), m.At(kEnd), 10), -123);
  expect_end();
  EXPECT_EQ(clib::Strtoull(heap, m.At(kText), m.At(kEnd), 10),
            static_cast<std::uint64_t>(-123));
  expect_end();
  EXPECT_EQ(clib::Strtoumax(heap, m.At(kText), m.At(kEnd), 10),
            static_cast<std::uint64_t>(-123));
  expect_end();
}

TEST(IntegerTextTest, AtoiAndAtolAreTheHostsAndLeaveErrno) {
  GuestMemory m(/*checked=*/true);
  for (const char* text :
       {"", "x", "42", "  -17abc", "2147483647", "2147483648", "-2147483649",
        "4294967297", "9223372036854775807", "-9223372036854775808",
        "99999999999999999999", "-99999999999999999999", "0x10"}) {
    m.PutString(kText, text);
    m.heap().set_guest_errno(3);
    EXPECT_EQ(clib::Atoi(m.heap(), m.At(kText)), std::atoi(m.Host(kText)));
    EXPECT_EQ(clib::Atol(m.heap(), m.At(kText)), std::atol(m.Host(kText)));
    EXPECT_EQ(clib::Atoll(m.heap(), m.At(kText)), std::atoll(m.Host(kText)));
    EXPECT_EQ(m.heap().guest_errno(), 3);
  }
}

TEST(IntegerTextFaultTest, ABadEndPointerChangesNothing) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kText, "99999999999999999999");
  m.heap().set_guest_errno(0);
  const Digest before = m.heap().ComputeDigest();
  const Address bad = m.heap().break_address() - 7;
  EXPECT_EQ(FaultOf([&] { clib::Strtol(m.heap(), m.At(kText), bad, 10); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, bad, 8}));
  EXPECT_EQ(FaultOf([&] { clib::Strtoul(m.heap(), m.At(kText), bad, 10); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, bad, 8}));
  EXPECT_EQ(m.heap().ComputeDigest(), before);
}

// A number ends at the first character that is not its own, so no more of the
// memory has to be a string.
TEST(IntegerTextFaultTest, NothingBehindTheNumberIsRead) {
  GuestMemory m(/*checked=*/true);
  m.FillWith('1');
  m.PutString(kPieceBytes - 4, "12x");
  m.heap().shadow()->Set(m.At(kPieceBytes - 1), 1, ShadowByte::kUninitialised);
  EXPECT_EQ(clib::Atoi(m.heap(), m.At(kPieceBytes - 4)), 12);
}

}  // namespace
}  // namespace kheap
