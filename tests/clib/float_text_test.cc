// SPDX-License-Identifier: Apache-2.0
#include "clib/float_text.h"

#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kText = 600;
constexpr std::uint64_t kEnd = 4000;

// Bits, end and errno of both conversions are the host's.
void ExpectTheHostsResults(GuestMemory& m, const std::string& text) {
  m.PutString(kText, text);
  GlobalHeap& heap = m.heap();
  char* host_end = nullptr;

  errno = 0;
  const double host_double = std::strtod(m.Host(kText), &host_end);
  int host_errno = errno;
  heap.set_guest_errno(0);
  const double ours = clib::Strtod(heap, m.At(kText), m.At(kEnd));
  ASSERT_EQ(std::bit_cast<std::uint64_t>(ours),
            std::bit_cast<std::uint64_t>(host_double))
      << text;
  ASSERT_EQ(m.OffsetOf(heap.Load<Address>(m.At(kEnd))), m.OffsetOf(host_end))
      << text;
  ASSERT_EQ(heap.guest_errno(), host_errno) << text;

  errno = 0;
  const float host_float = std::strtof(m.Host(kText), &host_end);
  host_errno = errno;
  heap.set_guest_errno(0);
  const float ours_float = clib::Strtof(heap, m.At(kText), m.At(kEnd));
  ASSERT_EQ(std::bit_cast<std::uint32_t>(ours_float),
            std::bit_cast<std::uint32_t>(host_float))
      << text;
  ASSERT_EQ(m.OffsetOf(heap.Load<Address>(m.At(kEnd))), m.OffsetOf(host_end))
      << text;
  ASSERT_EQ(heap.guest_errno(), host_errno) << text;
}

constexpr const char* kForms[] = {"",
                                  "0",
                                  "-0",
                                  "+0.",
                                  ".",
                                  "-.",
                                  "+",
                                  ".5",
                                  "5.",
                                  "-.5e1",
                                  "1e",
                                  "1e+",
                                  "1e-",
                                  "1e5",
                                  "1E+5",
                                  "1.e-2x",
                                  "..5",
                                  "1..5",
                                  " \t\n\v\f\r-7.25 ",
                                  "0x",
                                  "0x.",
                                  "0xg",
                                  "0x.p1",
                                  "0x1",
                                  "0X1P3",
                                  "0x.8p1",
                                  "0x8.",
                                  "0x1p",
                                  "0x1p+",
                                  "0x1p-2",
                                  "-0x1.8p1",
                                  "0x1.p1",
                                  "0xap",
                                  "0x1.8e3",
                                  "inf",
                                  "-INF",
                                  "InFinity",
                                  "infinit",
                                  "infinityx",
                                  "in",
                                  "i",
                                  "nan",
                                  "-nan",
                                  "NAN(",
                                  "nan()",
                                  "nan(1)",
                                  "nan(0x5)",
                                  "nan(010)",
                                  "nan(z_9)",
                                  "nan(1_2)",
                                  "nan(-1)",
                                  "nan( 1)",
                                  "nan(1",
                                  "nan(0x8000000000000)",
                                  "nan(99999999999999999)",
                                  "-nan(0x7ffffffffffff)",
                                  "nanx",
                                  "na",
                                  "- 1",
                                  "e5",
                                  "0e5",
                                  "0e999999999999999999999",
                                  "1_0",
                                  "1,5",
                                  "0x0p99999999999",
                                  "000001",
                                  "0000.00001e5"};

TEST(FloatTextTest, EveryFormIsTheHosts) {
  GuestMemory m(/*checked=*/true);
  for (const char* text : kForms) ExpectTheHostsResults(m, text);
}

TEST(FloatTextTest, RangesEndWhereTheHostsDo) {
  GuestMemory m(/*checked=*/false);
  for (const char* text : {"1.7976931348623157e308",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "1.797693134862315708e308",
                           "1e309",
                           "-1e309",
                           "1e400",
                           "1e999999999999999999999",
                           "2.2250738585072014e-308",
                           "2.2250738585072011e-308",
                           "2.2250738585072009e-308",
                           "1e-308",
                           "4.9406564584124654e-324",
                           "5e-324",
                           "3e-324",
                           "2.4703282292062328e-324",
                           "2.4703282292062327e-324",
                           "2e-324",
                           "1e-324",
                           "-1e-400",
                           "1e-999999999999999999999",
                           "0x1p1023",
                           "0x1.fffffffffffffp1023",
                           "0x1.fffffffffffff7p1023",
                           "0x1.fffffffffffff8p1023",
                           "0x1p1024",
                           "0x1p-1022",
                           "0x1p-1074",
                           "0x1.8p-1074",
                           "0x1p-1075",
                           "0x1.8p-1075",
                           "0x1.000001p-1075",
                           "0x3p-1074",
                           "0x0.8p-1073",
                           "0x1.8p-1073",
                           "0x0.00000000000010p-1022",
                           "0x0.00000000000018p-1022",
                           "0x1p-1080",
                           "0x1p99999999999999999999",
                           "0x1p-99999999999999999999",
                           "3.4028235e38",
                           "3.4028236e38",
                           "3.4028235677973366e38",
                           "1.17549435e-38",
                           "1e-38",
                           "1.4e-45",
                           "7e-46",
                           "7.1e-46",
                           "1e-46",
                           "0x1p-149",
                           "0x1p-150",
                           "0x1.8p-149",
                           "0x1.fffffep127",
                           "0x1.ffffffp127"}) {
    ExpectTheHostsResults(m, text);
  }
}

// The exact decimal text of a subnormal number is in range, unlike one that is
// rounded.
TEST(FloatTextTest, ExactSubnormalsAreInRange) {
  GuestMemory m(/*checked=*/false);
  for (const double value :
       {std::numeric_limits<double>::denorm_min(), 3 * 0x1p-1074, 0x1p-1023,
        0x1.8p-1040, static_cast<double>(0x1p-149f), 0x1.8p-140}) {
    char text[1200];
    std::snprintf(text, sizeof(text), "%.1080f", value);
    ExpectTheHostsResults(m, text);
    std::snprintf(text, sizeof(text), "%.800e", value);
    ExpectTheHostsResults(m, text);
    std::snprintf(text, sizeof(text), "%a", value);
    ExpectTheHostsResults(m, text);
  }
}

// Halfway between two doubles, and just off it at the last of many digits.
TEST(FloatTextTest, LongNumbersAreRoundedByTheirLastDigit) {
  GuestMemory m(/*checked=*/false);
  const std::string zeros(1500, '0');
  for (const std::string half :
       {"9007199254740993", "9007199254740995",
        "0.500000000000000055511151231257827021181583404541015625",
        "1.00000000000000011102230246251565404236316680908203125"}) {
    const std::string point =
        half.find('.') == std::string::npos ? half + "." : half;
    ExpectTheHostsResults(m, half);
    ExpectTheHostsResults(m, point + zeros);
    ExpectTheHostsResults(m, point + zeros + "1");
    ExpectTheHostsResults(m, "-" + point + zeros + "1e3");
    ExpectTheHostsResults(m, zeros + half);
  }
  ExpectTheHostsResults(m, "0." + zeros + "1e1501");
  ExpectTheHostsResults(m, "1" + zeros + "e-1500");
  ExpectTheHostsResults(m, "0." + zeros + "25e1177");
  ExpectTheHostsResults(m, "0x1.00000000000008" + zeros);
  ExpectTheHostsResults(m, "0x1.00000000000008" + zeros + "1");
  ExpectTheHostsResults(m, "0x" + zeros + "1.8p1");
  ExpectTheHostsResults(m, "0x0." + zeros + "1p6000");
  ExpectTheHostsResults(m, "0x1" + zeros + "p-6000");
  ExpectTheHostsResults(m, "0x0." + zeros + "18p4930");
}

RC_GTEST_PROP(FloatTextProperty, RandomTextsAreTheHosts, ()) {
  static GuestMemory m(/*checked=*/false);
  ExpectTheHostsResults(m, *rc::gen::container<std::string>(rc::gen::elementOf(
                               std::string("00123456789999..eE-+xXpPaf "))));
}

RC_GTEST_PROP(FloatTextProperty, RandomNumbersAreTheHosts,
              (std::uint64_t digits, std::uint64_t fraction)) {
  static GuestMemory m(/*checked=*/true);
  const std::string number = std::to_string(digits) + "." +
                             std::to_string(fraction) + "e" +
                             std::to_string(*rc::gen::inRange(-345, 300));
  ExpectTheHostsResults(m, number);
  char hex[80];
  std::snprintf(hex, sizeof(hex), "-0x%llx.%llxp%d",
                static_cast<unsigned long long>(digits),
                static_cast<unsigned long long>(fraction),
                *rc::gen::inRange(-1150, 1000));
  ExpectTheHostsResults(m, hex);
}

RC_GTEST_PROP(FloatTextProperty, EveryDoubleSurvivesItsText,
              (std::uint64_t bits)) {
  static GuestMemory m(/*checked=*/false);
  const double value = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(value));
  char text[64];
  *std::to_chars(text, text + sizeof(text), value).ptr = '\0';
  m.PutString(kText, text);
  RC_ASSERT(std::bit_cast<std::uint64_t>(
                clib::Strtod(m.heap(), m.At(kText), kNullAddress)) == bits);
  RC_ASSERT(std::bit_cast<std::uint64_t>(
                clib::Strtold(m.heap(), m.At(kText), kNullAddress)) == bits);
  RC_ASSERT(std::bit_cast<std::uint64_t>(clib::Atof(m.heap(), m.At(kText))) ==
            bits);
}

TEST(FloatTextTest, AtofLeavesErrno) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kText, "-1e999");
  m.heap().set_guest_errno(3);
  EXPECT_EQ(clib::Atof(m.heap(), m.At(kText)),
            -std::numeric_limits<double>::infinity());
  EXPECT_EQ(m.heap().guest_errno(), 3);
}

TEST(FloatTextFaultTest, ABadEndPointerChangesNothing) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kText, "1e999");
  m.heap().set_guest_errno(0);
  const Digest before = m.heap().ComputeDigest();
  const Address bad = m.heap().break_address() - 7;
  EXPECT_EQ(FaultOf([&] { clib::Strtod(m.heap(), m.At(kText), bad); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, bad, 8}));
  EXPECT_EQ(m.heap().ComputeDigest(), before);
}

}  // namespace
}  // namespace kheap
