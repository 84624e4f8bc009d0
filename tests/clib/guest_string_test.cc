// SPDX-License-Identifier: Apache-2.0
//
// What every string function does with a string that does not end: regression
// test for "string functions read past the object".

#include "clib/guest_string.h"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "clib/bsd_names.h"
#include "clib/float_text.h"
#include "clib/integer_text.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "clib/tokens.h"
#include "gtest/gtest.h"
#include "machine/fast_mem.h"
#include "machine/fast_string_mem.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

using machine::FastMem;
using machine::FastStringMem;

constexpr std::uint64_t kHuge = clib::kNoLimit;

// The arguments besides the string that does not end, which consists of '1's.
struct Arguments {
  Address same;     // a string that begins with as many '1's
  Address ones;     // "1"
  Address others;   // "xyz"
  Address room;     // where a result may go
  Address pointer;  // holds the address of the string that does not end
};

struct Function {
  std::string name;
  std::function<void(GlobalHeap&, Address, const Arguments&)> call;
};

using H = GlobalHeap&;
using A = const Arguments&;

// Each reads its string until it finds an end or something else, and finds
// neither.

std::vector<Function> Copiers() {
  return {
      {"memccpy",
       [](H h, Address s, A a) { clib::Memccpy(h, a.room, s, 'x', kHuge); }},
      {"strcpy", [](H h, Address s, A a) { clib::Strcpy(h, a.room, s); }},
      {"strcpy, portable",
       [](H h, Address s, A a) { clib::Strcpy<FastStringMem>(h, a.room, s); }},
      {"stpcpy", [](H h, Address s, A a) { clib::Stpcpy(h, a.room, s); }},
      {"strncpy",
       [](H h, Address s, A a) { clib::Strncpy(h, a.room, s, 2000); }},
      {"stpncpy",
       [](H h, Address s, A a) { clib::Stpncpy(h, a.room, s, 2000); }},
      {"stpncpy, portable",
       [](H h, Address s, A a) {
         clib::Stpncpy<FastStringMem>(h, a.room, s, 2000);
       }},
      {"strlcpy", [](H h, Address s, A a) { clib::Strlcpy(h, a.room, s, 4); }},
      {"strxfrm", [](H h, Address s, A a) { clib::Strxfrm(h, a.room, s, 4); }},
      {"strcat from", [](H h, Address s, A a) { clib::Strcat(h, a.ones, s); }},
      {"strcat to", [](H h, Address s, A a) { clib::Strcat(h, s, a.ones); }},
      {"strncat from",
       [](H h, Address s, A a) { clib::Strncat(h, a.ones, s, kHuge); }},
      {"strncat to",
       [](H h, Address s, A a) { clib::Strncat(h, s, a.ones, 1); }},
      {"strlcat from",
       [](H h, Address s, A a) { clib::Strlcat(h, a.ones, s, 9); }},
      {"strlcat to",
       [](H h, Address s, A a) { clib::Strlcat(h, s, a.ones, kHuge); }},
  };
}

std::vector<Function> Searchers() {
  return {
      {"strlen", [](H h, Address s, A) { clib::Strlen(h, s); }},
      {"strlen, portable",
       [](H h, Address s, A) { clib::Strlen<FastStringMem>(h, s); }},
      {"strnlen", [](H h, Address s, A) { clib::Strnlen(h, s, kHuge); }},
      {"memchr", [](H h, Address s, A) { clib::Memchr(h, s, 'x', kHuge); }},
      {"memchr, portable",
       [](H h, Address s, A) { clib::Memchr<FastMem>(h, s, 'x', kHuge); }},
      {"strcmp first", [](H h, Address s, A a) { clib::Strcmp(h, s, a.same); }},
      {"strcmp second",
       [](H h, Address s, A a) { clib::Strcmp(h, a.same, s); }},
      {"strcmp, portable",
       [](H h, Address s, A a) { clib::Strcmp<FastStringMem>(h, s, a.same); }},
      {"strncmp",
       [](H h, Address s, A a) { clib::Strncmp(h, s, a.same, kHuge); }},
      {"strcoll", [](H h, Address s, A a) { clib::Strcoll(h, s, a.same); }},
      {"strcasecmp",
       [](H h, Address s, A a) { clib::Strcasecmp(h, s, a.same); }},
      {"strncasecmp",
       [](H h, Address s, A a) { clib::Strncasecmp(h, a.same, s, kHuge); }},
      {"strverscmp",
       [](H h, Address s, A a) { clib::Strverscmp(h, s, a.same); }},
      {"strchr", [](H h, Address s, A) { clib::Strchr(h, s, 'x'); }},
      {"strchr of zero", [](H h, Address s, A) { clib::Strchr(h, s, 0); }},
      {"strchrnul", [](H h, Address s, A) { clib::Strchrnul(h, s, 'x'); }},
      {"strchr, portable",
       [](H h, Address s, A) { clib::Strchr<FastStringMem>(h, s, 'x'); }},
      {"strrchr", [](H h, Address s, A) { clib::Strrchr(h, s, '1'); }},
      {"strspn", [](H h, Address s, A a) { clib::Strspn(h, s, a.ones); }},
      {"strspn set", [](H h, Address s, A a) { clib::Strspn(h, a.ones, s); }},
      {"strcspn", [](H h, Address s, A a) { clib::Strcspn(h, s, a.others); }},
      {"strcspn set",
       [](H h, Address s, A a) { clib::Strcspn(h, a.others, s); }},
      {"strpbrk", [](H h, Address s, A a) { clib::Strpbrk(h, s, a.others); }},
      {"index", [](H h, Address s, A) { clib::Index(h, s, 'x'); }},
      {"rindex", [](H h, Address s, A) { clib::Rindex(h, s, '1'); }},
      {"rawmemchr", [](H h, Address s, A) { clib::Rawmemchr(h, s, 'x'); }},
      {"strstr", [](H h, Address s, A a) { clib::Strstr(h, s, a.others); }},
      {"strstr needle",
       [](H h, Address s, A a) { clib::Strstr(h, a.others, s); }},
      {"strcasestr",
       [](H h, Address s, A a) { clib::Strcasestr(h, s, a.others); }},
      {"strnstr",
       [](H h, Address s, A a) { clib::Strnstr(h, s, a.others, kHuge); }},
  };
}

std::vector<Function> Parsers() {
  return {
      {"strtok", [](H h, Address s, A a) { clib::Strtok(h, s, a.others); }},
      {"strtok set", [](H h, Address s, A a) { clib::Strtok(h, a.ones, s); }},
      {"strtok_r",
       [](H h, Address s, A a) { clib::StrtokR(h, s, a.others, a.room); }},
      {"strsep",
       [](H h, Address, A a) { clib::Strsep(h, a.pointer, a.others); }},
      {"strtol", [](H h, Address s, A a) { clib::Strtol(h, s, a.room, 0); }},
      {"strtoul", [](H h, Address s, A a) { clib::Strtoul(h, s, a.room, 16); }},
      {"strtod", [](H h, Address s, A a) { clib::Strtod(h, s, a.room); }},
      {"strtof", [](H h, Address s, A a) { clib::Strtof(h, s, a.room); }},
      {"atoi", [](H h, Address s, A) { clib::Atoi(h, s); }},
      {"atof", [](H h, Address s, A) { clib::Atof(h, s); }},
  };
}

std::vector<Function> Readers() {
  std::vector<Function> all = Copiers();
  for (const auto& more : {Searchers(), Parsers()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// Every function ends in `fault` and has written nothing, with a string of
// '1's from `string` up to `end`.
void ExpectFault(GuestMemory& m, Address string, Address end, FaultCode code) {
  GlobalHeap& heap = m.heap();
  if (string != end) {
    std::memset(heap.base() + string.offset(), '1', end - string);
  }
  m.FillWith('\0');
  m.PutString(100, std::string(end - string, '1') + "111");
  m.PutString(1000, "1");
  m.PutString(1100, "xyz");
  heap.Store<Address>(m.At(1200), string);
  const Arguments arguments = {m.At(100), m.At(1000), m.At(1100), m.At(1300),
                               m.At(1200)};
  for (const Function& function : Readers()) {
    const Digest before = heap.ComputeDigest();
    EXPECT_EQ(FaultOf([&] { function.call(heap, string, arguments); }),
              (MemoryFault{code, Access::kLoad, end, 1}))
        << function.name;
    EXPECT_EQ(heap.ComputeDigest(), before) << function.name;
  }
}

// Regression: string functions read past the object. Of a fast arena the
// objects are its regions.
TEST(UnterminatedStringTest, RegressionReadsPastNoRegion) {
  for (const std::uint64_t length : {1, 15, 33, 700}) {
    GuestMemory m(/*checked=*/false);
    const MemoryLayout& layout = m.heap().layout();
    for (const Address end :
         {layout.end(Region::kLibrary), layout.end(Region::kStack),
          layout.end(Region::kData), m.heap().break_address()}) {
      ExpectFault(m, end - length, end, FaultCode::kOutOfBounds);
    }
  }
}

// Regression: string functions read past the object.
TEST(UnterminatedStringTest, RegressionReadsPastNoObject) {
  struct {
    ShadowByte behind;
    FaultCode code;
  } const kCases[] = {
      {ShadowByte::kHeapRedZone, FaultCode::kOutOfBounds},
      {ShadowByte::kNeverAllocated, FaultCode::kOutOfBounds},
      {ShadowByte::kFreed, FaultCode::kUseAfterFree},
      {ShadowByte::kUninitialised, FaultCode::kUninitialisedRead},
      {ShadowByte::kPoppedFrame, FaultCode::kStackUseAfterReturn},
  };
  for (const std::uint64_t length : {1, 15, 33, 700}) {
    for (const auto& [behind, code] : kCases) {
      GuestMemory m(/*checked=*/true);
      const Address string = m.At(kPieceBytes + 4096);
      m.heap().shadow()->Set(string, length, ShadowByte::kInitialised);
      m.heap().shadow()->Set(string + length, 1, behind);
      // A zero behind the object ends no string in it, and neither do '1's.
      m.heap().RuntimeSpan(string + length, 1)[0] =
          static_cast<std::byte>(length % 2 == 0 ? '1' : '\0');
      ExpectFault(m, string, string + length, code);
    }
  }
}

// Even where the region ends at the stack's guard.
TEST(UnterminatedStringTest, StopsAtTheEndOfReadOnlyData) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    const Address end = m.heap().layout().end(Region::kReadOnly);
    if (checked) {
      m.heap().shadow()->Set(end - 20, 20, ShadowByte::kInitialised);
    }
    ExpectFault(m, end - 20, end, FaultCode::kOutOfBounds);
  }
}

// Regression: address 0 valid.
TEST(UnterminatedStringTest, RegressionAddressZeroFaultsAtOnce) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    const auto expect = [&](Address bad, FaultCode code) {
      ExpectFault(m, bad, bad, code);
    };
    // To strtok and strsep null means something else.
    expect(Address(1), FaultCode::kNullDereference);
    expect(Address(4095), FaultCode::kNullDereference);
    expect(kControlBase, FaultCode::kOutOfBounds);
    expect(m.heap().break_address(), FaultCode::kOutOfBounds);
    expect(Address(~std::uint64_t{0}), FaultCode::kOutOfBounds);
    EXPECT_EQ(FaultOf([&] { clib::Strlen(m.heap(), kNullAddress); }),
              (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                           kNullAddress, 1}));
  }
}

TEST(GuestStringTest, MeasureSaysWhyItStopped) {
  using End = clib::StringExtent::End;
  GuestMemory m(/*checked=*/true);
  m.FillWith('a');
  m.PutString(8, "12345");
  const auto measure = [&](std::uint64_t offset, std::uint64_t limit) {
    return clib::MeasureString(m.heap(), m.At(offset), limit);
  };
  EXPECT_EQ(measure(8, 100).length, 5u);
  EXPECT_EQ(measure(8, 100).end, End::kZero);
  EXPECT_EQ(measure(8, 5).length, 5u);
  EXPECT_EQ(measure(8, 5).end, End::kLimit);
  EXPECT_EQ(measure(8, 6).end, End::kZero);
  EXPECT_EQ(measure(kPieceBytes - 9, 100).length, 9u);
  EXPECT_EQ(measure(kPieceBytes - 9, 100).end, End::kFault);
  EXPECT_EQ(measure(kPieceBytes - 9, 9).end, End::kLimit);
}

TEST(GuestStringTest, OverlapIsAByteInCommon) {
  constexpr Address kAt{100};
  for (std::uint64_t begin = 80; begin <= 120; ++begin) {
    for (std::uint64_t size = 0; size <= 20; ++size) {
      bool common = false;
      for (std::uint64_t byte = begin; byte < begin + size; ++byte) {
        common = common || (byte >= 100 && byte < 110);
      }
      EXPECT_EQ(clib::Overlap(kAt, 10, Address(begin), size), common);
      EXPECT_EQ(clib::Overlap(Address(begin), size, kAt, 10), common);
    }
  }
}

}  // namespace
}  // namespace kheap
