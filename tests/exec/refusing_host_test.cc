// SPDX-License-Identifier: Apache-2.0
// Each change of state that the host refuses is Unavailable and leaves a sound
// block. An order to the host is for good: a process of its own takes it.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "exec/executable_memory.h"
#include "gtest/gtest.h"
#include "tests/machine/refused_protection.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using absl::StatusCode;
using machine::CanRefuseProtection;
using machine::kHostRefusesNothing;
using machine::Protection;
using machine::RefuseProtection;

class RefusingHostTest : public testing::Test {
 protected:
  RefusingHostTest()
      : heap_(MakeHeap({.layout = {.code_bytes = 8 * kCodePageBytes}})),
        code_(ExecutableMemory::Create(*heap_).value()) {}

  // Ends the process that a test runs in: 0, or a line and 1.
  void Expect(bool holds, const char* what) const {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::_Exit(1);
  }
  void SetUp() override {
    if (!CanRefuseProtection()) GTEST_SKIP() << kHostRefusesNothing;
  }
  CodeState StateOf(Address block) const {
    return heap_->code_state(CodePageOf(block));
  }
  void ExpectSound() const {
    Expect(code_.CheckInvariants().ok(), "the records are sound");
  }
  static bool IsUnavailable(const absl::Status& status) {
    return status.code() == StatusCode::kUnavailable;
  }

  const std::unique_ptr<GlobalHeap> heap_;
  ExecutableMemory code_;
};

TEST_F(RefusingHostTest, ABlockThatCannotBeSealedStaysWritable) {
  EXPECT_EXIT(
      {
        const Address block = code_.Allocate(1).value();
        Expect(RefuseProtection(Protection::kReadExecute),
               "the order is taken");
        Expect(IsUnavailable(code_.Seal(block)), "the seal is refused");
        Expect(StateOf(block) == CodeState::kWritable, "writable");
        heap_->sb(block, 1);
        ExpectSound();
        Expect(code_.Free(block).ok(), "it can be freed");
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(RefusingHostTest, WhatCannotBeMadeWritableIsNotAllocatedNorFreed) {
  EXPECT_EXIT(
      {
        const Address block = code_.Allocate(1).value();
        Expect(code_.Seal(block).ok(), "it can be sealed");
        Expect(RefuseProtection(Protection::kReadWrite), "the order is taken");
        Expect(IsUnavailable(code_.Allocate(1).status()), "no second block");
        Expect(IsUnavailable(code_.Free(block)), "the free is refused");
        Expect(StateOf(block) == CodeState::kSealed, "still sealed");
        Expect(code_.Verify(block).ok(), "and whole");
        Expect(code_.live_bytes() == kCodePageBytes, "one page is live");
        ExpectSound();
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(RefusingHostTest, AFreeThatIsRefusedHalfWayLeavesZerosToBeFreed) {
  EXPECT_EXIT(
      {
        const Address block = code_.Allocate(1).value();
        heap_->sb(block, 1);
        Expect(code_.Seal(block).ok(), "it can be sealed");
        Expect(RefuseProtection(Protection::kRead), "the order is taken");
        Expect(IsUnavailable(code_.Free(block)), "the free is refused");
        Expect(StateOf(block) == CodeState::kWritable, "writable");
        Expect(heap_->lbu(block) == 0, "nothing is left to run");
        Expect(code_.live_bytes() == kCodePageBytes, "one page is live");
        ExpectSound();
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace kheap
