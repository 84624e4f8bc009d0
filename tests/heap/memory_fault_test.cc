// SPDX-License-Identifier: Apache-2.0
#include "heap/memory_fault.h"

#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>

#include "gtest/gtest.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr int kFirstCode = 110;
constexpr int kLastCode = 123;

// Users of the command and of other languages know the faults by these.
static_assert(static_cast<int>(FaultCode::kNullDereference) == 110);
static_assert(static_cast<int>(FaultCode::kOutOfBounds) == 111);
static_assert(static_cast<int>(FaultCode::kStackOverflow) == 112);
static_assert(static_cast<int>(FaultCode::kUseAfterFree) == 113);
static_assert(static_cast<int>(FaultCode::kDoubleFree) == 114);
static_assert(static_cast<int>(FaultCode::kInvalidFree) == 115);
static_assert(static_cast<int>(FaultCode::kHeapCorruption) == 116);
static_assert(static_cast<int>(FaultCode::kUninitialisedRead) == 117);
static_assert(static_cast<int>(FaultCode::kOverlappingCopy) == 118);
static_assert(static_cast<int>(FaultCode::kMisaligned) == 119);
static_assert(static_cast<int>(FaultCode::kReadOnlyWrite) == 120);
static_assert(static_cast<int>(FaultCode::kBadCallTarget) == 121);
static_assert(static_cast<int>(FaultCode::kIntegerTrap) == 122);
static_assert(static_cast<int>(FaultCode::kStackUseAfterReturn) == 123);

static_assert(std::is_trivially_copyable_v<MemoryFault>);
static_assert(sizeof(MemoryFault) <= 24);

TEST(MemoryFaultTest, EveryCodeHasItsOwnWords) {
  std::set<std::string> words;
  for (int code = kFirstCode; code <= kLastCode; ++code) {
    words.emplace(ToString(static_cast<FaultCode>(code)));
  }
  EXPECT_EQ(words.size(), 14u);
  EXPECT_EQ(words.count("unknown fault"), 0u);
  EXPECT_EQ(ToString(FaultCode{1}), "unknown fault");
}

TEST(MemoryFaultTest, EveryAccessHasItsOwnWord) {
  std::set<std::string> words;
  for (int access = 0; access < 7; ++access) {
    words.emplace(ToString(static_cast<Access>(access)));
  }
  EXPECT_EQ(words, (std::set<std::string>{"load", "store", "update", "push",
                                          "free", "realloc", "call"}));
  EXPECT_EQ(ToString(Access{200}), "unknown access");
}

TEST(MemoryFaultTest, OneLineSaysCodeAccessSizeAndAddress) {
  EXPECT_EQ(ToString(MemoryFault{FaultCode::kUseAfterFree, Access::kLoad,
                                 Address(0x11040), 4}),
            "fault 113: use after free: load of 4 bytes at 0x11040");
  EXPECT_EQ(ToString(MemoryFault{FaultCode::kOutOfBounds, Access::kStore,
                                 Address(1), 1}),
            "fault 111: out of bounds: store of 1 byte at 0x1");
}

TEST(MemoryFaultTest, AnAccessWithoutASizeMentionsNone) {
  EXPECT_EQ(ToString(MemoryFault{FaultCode::kDoubleFree, Access::kFree,
                                 Address(0x20), 0}),
            "fault 114: double free: free at 0x20");
  EXPECT_EQ(ToString(MemoryFault{FaultCode::kDoubleFree, Access::kResize,
                                 Address(0x20), 0}),
            "fault 114: double free: realloc at 0x20");
}

TEST(MemoryFaultTest, StreamsPrintTheSameWords) {
  const MemoryFault fault{FaultCode::kStackOverflow, Access::kPush, Address(2),
                          3};
  std::ostringstream out;
  out << fault << "; " << fault.code;
  EXPECT_EQ(out.str(), ToString(fault) + "; stack overflow");
}

TEST(MemoryFaultTest, RaiseFaultThrowsTheFault) {
  EXPECT_EQ(
      FaultOf([] {
        RaiseFault(FaultCode::kMisaligned, Access::kUpdate, Address(9), 8);
      }),
      (MemoryFault{FaultCode::kMisaligned, Access::kUpdate, Address(9), 8}));
}

TEST(MemoryFaultTest, FaultsAreEqualInEveryFieldOrNotAtAll) {
  const MemoryFault fault{FaultCode::kOutOfBounds, Access::kLoad, Address(1),
                          1};
  EXPECT_EQ(fault, MemoryFault(fault));
  EXPECT_NE(fault, (MemoryFault{FaultCode::kMisaligned, Access::kLoad,
                                Address(1), 1}));
  EXPECT_NE(fault, (MemoryFault{FaultCode::kOutOfBounds, Access::kStore,
                                Address(1), 1}));
  EXPECT_NE(fault, (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad,
                                Address(2), 1}));
  EXPECT_NE(fault, (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad,
                                Address(1), 2}));
}

}  // namespace
}  // namespace kheap
