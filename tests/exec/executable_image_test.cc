// SPDX-License-Identifier: Apache-2.0
// Code in an arena's image: what a fresh arena begins with.
#include <memory>
#include <string>
#include <vector>

#include "exec/executable_memory.h"
#include "gtest/gtest.h"
#include "heap/heap_image.h"
#include "tests/exec/host_permissions.h"
#include "tests/exec/native_function.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using absl::StatusCode;

// A block in every state, all with the same function in them once.
class ExecutableImageTest : public testing::TestWithParam<bool> {
 protected:
  ExecutableImageTest()
      : heap_(MakeHeap(
            {.layout = {.allocators = true, .code_bytes = 10 * kCodePageBytes},
             .checked = GetParam()})),
        code_(ExecutableMemory::Create(*heap_,
                                       {.quota_bytes = 3 * kCodePageBytes})
                  .value()),
        writable_(Written()),
        sealed_(Written()),
        freed_(Written()) {
    EXPECT_EQ(code_.Seal(sealed_), absl::OkStatus());
    EXPECT_EQ(code_.Seal(freed_), absl::OkStatus());
    EXPECT_EQ(code_.Free(freed_), absl::OkStatus());
  }

  std::unique_ptr<GlobalHeap> Fresh() {
    return GlobalHeap::CreateFrom(heap_->CaptureImage().value()).value();
  }
  Address Written() {
    std::vector<std::uint8_t> bytes = NativeDoublePlusOne();
    bytes.resize(16);
    const Address block = code_.Allocate(bytes.size()).value();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      heap_->sb(block + i, bytes[i]);
    }
    return block;
  }

  const std::unique_ptr<GlobalHeap> heap_;
  ExecutableMemory code_;
  const Address writable_;
  const Address sealed_;
  const Address freed_;
};
INSTANTIATE_TEST_SUITE_P(Modes, ExecutableImageTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });

TEST_P(ExecutableImageTest, EveryBlockHasItsState) {
  const auto fresh = Fresh();
  EXPECT_TRUE(*fresh == *heap_);
  auto code = ExecutableMemory::Attach(*fresh).value();
  EXPECT_EQ(code.CheckInvariants(), absl::OkStatus());
  EXPECT_EQ(code.quota_bytes(), 3 * kCodePageBytes);
  EXPECT_EQ(code.live_bytes(), 2 * kCodePageBytes);
  EXPECT_EQ(FaultOf([&] { fresh->sb(writable_, 0); }), std::nullopt);
  EXPECT_EQ(FaultOf([&] { fresh->lbu(sealed_); }), std::nullopt);
  EXPECT_EQ(FaultOf([&] { fresh->sb(sealed_, 0); })->code,
            FaultCode::kReadOnlyWrite);
  EXPECT_EQ(FaultOf([&] { fresh->lbu(freed_); })->code,
            FaultCode::kUseAfterFree);
  EXPECT_EQ(FaultOf([&] { fresh->lbu(sealed_ - 1); })->code,
            FaultCode::kOutOfBounds);
}

TEST_P(ExecutableImageTest, TheHostsMemoryIsProtectedAlike) {
  if (!HostTellsPermissions()) GTEST_SKIP() << kHostTellsNoPermissions;
  const auto fresh = Fresh();
  const HostPermissions permissions;
  const auto at = [&](Address address) {
    return permissions.At(fresh->base() + address.offset());
  };
  EXPECT_EQ(at(writable_), "rw-");
  EXPECT_EQ(at(sealed_), "r-x");
  EXPECT_EQ(at(freed_), "r--");
  EXPECT_EQ(at(sealed_ - 1), "r--");
  EXPECT_EQ(HostDisagreement(*fresh), "");
}

TEST_P(ExecutableImageTest, SealedCodeIsWhatWasSealedAndRuns) {
  const auto fresh = Fresh();
  auto code = ExecutableMemory::Attach(*fresh).value();
  EXPECT_EQ(code.Verify(sealed_), absl::OkStatus());
  EXPECT_EQ(code.Seal(sealed_).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code.Run(writable_, 1).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(code.Seal(writable_), absl::OkStatus());
  if (NativeDoublePlusOne().empty()) GTEST_SKIP() << kHostCodeIsUnknown;
  EXPECT_EQ(code.Run(sealed_, 20).value(), 41u);
  EXPECT_EQ(code.Run(writable_, 30).value(), 61u);
}

TEST_P(ExecutableImageTest, ArenasOfOneImageShareNoCode) {
  const HeapImage image = heap_->CaptureImage().value();
  const auto one = GlobalHeap::CreateFrom(image).value();
  auto code = ExecutableMemory::Attach(*one).value();
  EXPECT_EQ(code.Free(sealed_), absl::OkStatus());
  EXPECT_EQ(code.Free(writable_), absl::OkStatus());
  EXPECT_EQ(code.CheckInvariants(), absl::OkStatus());
  const auto two = GlobalHeap::CreateFrom(image).value();
  EXPECT_TRUE(*two == *heap_);
  // Which is logged in the arena.
  EXPECT_EQ(code_.Verify(sealed_), absl::OkStatus());
  EXPECT_EQ(ExecutableMemory::Attach(*two)->Verify(sealed_), absl::OkStatus());
}

TEST_P(ExecutableImageTest, DamagedCodeIsFoundInAFreshArenaToo) {
  const std::uint64_t page = CodePageOf(sealed_);
  ASSERT_TRUE(heap_->SetCodeState(page, 1, CodeState::kWritable));
  heap_->base()[(sealed_ + 2).offset()] ^= std::byte{1};
  ASSERT_TRUE(heap_->SetCodeState(page, 1, CodeState::kSealed));
  const auto fresh = Fresh();
  EXPECT_EQ(ExecutableMemory::Attach(*fresh)->Verify(sealed_).code(),
            StatusCode::kDataLoss);
}

TEST_P(ExecutableImageTest, ResetLeavesNothingToRun) {
  const auto fresh = Fresh();
  fresh->Reset();
  EXPECT_EQ(FaultOf([&] { fresh->lbu(sealed_); })->code,
            FaultCode::kOutOfBounds);
  EXPECT_EQ(ExecutableMemory::Attach(*fresh).status().code(),
            StatusCode::kFailedPrecondition);
  auto code = ExecutableMemory::Create(*fresh).value();
  const Address block = code.Allocate(16).value();
  EXPECT_EQ(fresh->base()[block.offset()], std::byte{0});
}

}  // namespace
}  // namespace kheap
