// SPDX-License-Identifier: Apache-2.0
#include "exec/executable_memory.h"

#include <memory>
#include <vector>

#include "allocators/ledger.h"
#include "gtest/gtest.h"
#include "tests/exec/host_permissions.h"
#include "tests/exec/native_function.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using absl::StatusCode;

constexpr std::uint64_t kPages = 10;

class ExecutableMemoryTest : public testing::TestWithParam<bool> {
 protected:
  ExecutableMemoryTest()
      : heap_(MakeHeap({.layout = {.allocators = true,
                                   .code_bytes = kPages * kCodePageBytes},
                        .checked = GetParam()})),
        code_(ExecutableMemory::Create(*heap_).value()) {}

  // A sealed block with these bytes.
  Address Sealed(const std::vector<std::uint8_t>& bytes) {
    const Address block = code_.Allocate(bytes.size()).value();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      heap_->sb(block + i, bytes[i]);
    }
    EXPECT_EQ(code_.Seal(block), absl::OkStatus());
    return block;
  }
  std::optional<FaultCode> StoreAt(Address address) {
    const auto fault = FaultOf([&] { heap_->sb(address, 1); });
    if (!fault.has_value()) return std::nullopt;
    return fault->code;
  }
  std::optional<FaultCode> LoadAt(Address address) {
    const auto fault = FaultOf([&] { heap_->lbu(address); });
    if (!fault.has_value()) return std::nullopt;
    return fault->code;
  }
  void ExpectSound() {
    EXPECT_EQ(code_.CheckInvariants(), absl::OkStatus());
    if (HostTellsPermissions()) {
      EXPECT_EQ(HostDisagreement(*heap_), "");
    }
  }

  const std::unique_ptr<GlobalHeap> heap_;
  ExecutableMemory code_;
};
INSTANTIATE_TEST_SUITE_P(Modes, ExecutableMemoryTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });

TEST_P(ExecutableMemoryTest, SealedCodeRuns) {
  const std::vector<std::uint8_t> function = NativeDoublePlusOne();
  if (function.empty()) GTEST_SKIP() << kHostCodeIsUnknown;
  const Address block = Sealed(function);
  for (const std::uint64_t x : {std::uint64_t{0}, std::uint64_t{21},
                                ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    EXPECT_EQ(code_.Run(block, x).value(), 2 * x + 1);
  }
  EXPECT_EQ(code_.Verify(block), absl::OkStatus());
  ExpectSound();
}

TEST_P(ExecutableMemoryTest, OnlyAWritableBlockTakesStores) {
  const Address block = code_.Allocate(100).value();
  heap_->Fill(block, std::byte{7}, 100);
  heap_->Move(block + 50, block, 50);
  EXPECT_EQ(heap_->lbu(block + 99), 7);
  ASSERT_EQ(code_.Seal(block), absl::OkStatus());
  const Digest before = heap_->ComputeDigest();
  EXPECT_EQ(
      FaultOf([&] { heap_->sd(block + 8, 1); }),
      (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, block + 8, 8}));
  EXPECT_EQ(
      FaultOf([&] { heap_->Fill(block, std::byte{1}, 100); }),
      (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, block, 100}));
  EXPECT_EQ(FaultOf([&] { heap_->Move(block, block + 50, 50); })->code,
            FaultCode::kReadOnlyWrite);
  EXPECT_FALSE(heap_->TryStore<std::uint8_t>(block, 1));
  EXPECT_EQ(heap_->ComputeDigest(), before);
  EXPECT_EQ(heap_->lbu(block), 7);
  EXPECT_EQ(heap_->Compare(block, block + 50, 50), 0);
}

TEST_P(ExecutableMemoryTest, AGuardMayLieWhereABlockWasFreed) {
  const Address large = code_.Allocate(3 * kCodePageBytes).value();
  EXPECT_EQ(code_.Free(large), absl::OkStatus());
  const Address small = code_.Allocate(kCodePageBytes).value();
  ASSERT_EQ(small, large);
  EXPECT_EQ(StoreAt(small + kCodePageBytes), FaultCode::kUseAfterFree);
  EXPECT_EQ(LoadAt(small + kCodePageBytes), FaultCode::kUseAfterFree);
  EXPECT_EQ(LoadAt(small - 1), FaultCode::kOutOfBounds);
  ExpectSound();
}

TEST_P(ExecutableMemoryTest, GuardsLieOnBothSides) {
  const Address a = code_.Allocate(kCodePageBytes).value();
  const Address b = code_.Allocate(kCodePageBytes + 1).value();
  EXPECT_EQ(a, kCodePagesBegin + kCodePageBytes);
  EXPECT_EQ(b, a + 2 * kCodePageBytes);
  for (const Address guard :
       {a - 1, a + kCodePageBytes, b - 1, b + 2 * kCodePageBytes,
        kCodePagesBegin, kCodePagesBegin - 1, Address(8192)}) {
    EXPECT_EQ(StoreAt(guard), FaultCode::kOutOfBounds) << guard;
    EXPECT_EQ(LoadAt(guard), FaultCode::kOutOfBounds) << guard;
  }
  EXPECT_EQ(StoreAt(a + kCodePageBytes - 1), std::nullopt);
  EXPECT_EQ(FaultOf([&] { heap_->sd(a + kCodePageBytes - 7, 1); })->code,
            FaultCode::kOutOfBounds);
  // Behind what was asked for, in the same page.
  EXPECT_EQ(StoreAt(b + kCodePageBytes + 1),
            GetParam() ? std::optional(FaultCode::kOutOfBounds) : std::nullopt);
  EXPECT_EQ(
      FaultOf([&] { heap_->Fill(a, std::byte{0}, ~std::uint64_t{0}); })->code,
      FaultCode::kOutOfBounds);
  ExpectSound();
}

TEST_P(ExecutableMemoryTest, WhatIsOutOfOrderIsRefused) {
  const Address block = code_.Allocate(16).value();
  heap_->Fill(block, std::byte{0}, 16);
  EXPECT_EQ(code_.Run(block, 1).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_.Verify(block).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_.Seal(block), absl::OkStatus());
  EXPECT_EQ(code_.Seal(block).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_.Free(block), absl::OkStatus());
  EXPECT_EQ(code_.Free(block), absl::OkStatus());
  EXPECT_EQ(code_.Seal(block).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_.Run(block, 1).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(LoadAt(block), FaultCode::kUseAfterFree);
  EXPECT_EQ(StoreAt(block + 15), FaultCode::kUseAfterFree);
  for (const Address none :
       {block + 1, block + kCodePageBytes, kNullAddress,
        heap_->layout().begin(Region::kHeap),
        Address(~std::uint64_t{0} / kCodePageBytes * kCodePageBytes)}) {
    EXPECT_EQ(code_.Seal(none).code(), StatusCode::kNotFound);
    EXPECT_EQ(code_.Run(none, 1).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(code_.Verify(none).code(), StatusCode::kNotFound);
    EXPECT_EQ(code_.Free(none).code(), StatusCode::kNotFound);
  }
  ExpectSound();
}

TEST_P(ExecutableMemoryTest, TheQuotaIsKept) {
  EXPECT_EQ(code_.Allocate(0).status().code(), StatusCode::kInvalidArgument);
  for (const std::uint64_t size :
       {(kPages - 1) * kCodePageBytes, kPages * kCodePageBytes + 1,
        ~std::uint64_t{0}}) {
    EXPECT_EQ(code_.Allocate(size).status().code(),
              StatusCode::kResourceExhausted);
  }
  const Address all = code_.Allocate((kPages - 2) * kCodePageBytes).value();
  EXPECT_EQ(code_.Allocate(1).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(code_.Free(all), absl::OkStatus());
  EXPECT_EQ(code_.live_bytes(), 0u);
  // A small quota counts whole pages.
  const auto heap =
      MakeHeap({.layout = {.code_bytes = kPages * kCodePageBytes}});
  auto small =
      ExecutableMemory::Create(*heap, {.quota_bytes = 2 * kCodePageBytes})
          .value();
  EXPECT_EQ(small.Allocate(2 * kCodePageBytes + 1).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_TRUE(small.Allocate(1).ok());
  EXPECT_TRUE(small.Allocate(1).ok());
  EXPECT_EQ(small.Allocate(1).status().code(), StatusCode::kResourceExhausted);
}

TEST_P(ExecutableMemoryTest, AChangedByteIsFoundWhereverItCouldRun) {
  const Address block =
      Sealed(std::vector<std::uint8_t>(kCodePageBytes + 3, 1));
  const std::uint64_t page = CodePageOf(block);
  const auto flip = [&](std::uint64_t i) {
    ASSERT_TRUE(heap_->SetCodeState(page, 2, CodeState::kWritable));
    heap_->base()[(block + i).offset()] ^= std::byte{4};
    ASSERT_TRUE(heap_->SetCodeState(page, 2, CodeState::kSealed));
  };
  // The first byte, the last one that was asked for, the one behind it and the
  // last one of the pages.
  for (const std::uint64_t i : {std::uint64_t{0}, kCodePageBytes + 2,
                                kCodePageBytes + 3, 2 * kCodePageBytes - 1}) {
    flip(i);
    EXPECT_EQ(code_.Verify(block).code(), StatusCode::kDataLoss) << i;
    flip(i);
    EXPECT_EQ(code_.Verify(block), absl::OkStatus());
  }
}

TEST_P(ExecutableMemoryTest, WhatLiesBehindTheSizeIsSealedAsItIs) {
  const Address block = code_.Allocate(3).value();
  EXPECT_EQ(StoreAt(block + kCodePageBytes - 1),
            GetParam() ? std::optional(FaultCode::kOutOfBounds) : std::nullopt);
  ASSERT_EQ(code_.Seal(block), absl::OkStatus());
  EXPECT_EQ(code_.Verify(block), absl::OkStatus());
  EXPECT_EQ(StoreAt(block + kCodePageBytes - 1), FaultCode::kReadOnlyWrite);
}

TEST_P(ExecutableMemoryTest, FreedPagesComeAgainAsZeros) {
  const Address block = Sealed({9, 9, 9});
  ASSERT_EQ(code_.Free(block), absl::OkStatus());
  EXPECT_EQ(code_.Allocate(3).value(), block);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(heap_->base()[block.offset() + i], std::byte{0});
  }
  EXPECT_EQ(StoreAt(block), std::nullopt);
  // A block over two freed ones makes them no blocks.
  const Address second = code_.Allocate(1).value();
  ASSERT_EQ(code_.Free(block), absl::OkStatus());
  ASSERT_EQ(code_.Free(second), absl::OkStatus());
  EXPECT_EQ(code_.Allocate(3 * kCodePageBytes).value(), block);
  EXPECT_EQ(code_.Free(second).code(), StatusCode::kNotFound);
  ExpectSound();
}

TEST_P(ExecutableMemoryTest, TheLogHasEveryCallInOrder) {
  const Address block = Sealed({1, 2, 3});
  (void)code_.Seal(block);
  (void)code_.Free(block);
  (void)code_.Run(block, 1);
  std::vector<CodeEvent> events;
  code_.ForEachEvent([&](const CodeEvent& e) { events.push_back(e); });
  EXPECT_EQ(
      events,
      (std::vector<CodeEvent>{
          {1, CodeAction::kAllocate, StatusCode::kOk, block, 3},
          {2, CodeAction::kSeal, StatusCode::kOk, block, 0},
          {3, CodeAction::kSeal, StatusCode::kFailedPrecondition, block, 0},
          {4, CodeAction::kFree, StatusCode::kOk, block, 0},
          {5, CodeAction::kRun, StatusCode::kFailedPrecondition, block, 0}}));
  for (std::uint64_t i = 0; i < kAuditRecordCount; ++i) {
    (void)code_.Free(block);
  }
  std::uint64_t serial = 5;
  code_.ForEachEvent(
      [&](const CodeEvent& e) { EXPECT_EQ(e.serial, ++serial); });
  EXPECT_EQ(serial, 5 + kAuditRecordCount);
  EXPECT_EQ(ToString(CodeAction::kVerify), "verify");
}

TEST_P(ExecutableMemoryTest, TheLedgerCountsPages) {
  const Ledger ledger(*heap_);
  const Address a = code_.Allocate(1).value();
  const Address b = code_.Allocate(kCodePageBytes + 1).value();
  EXPECT_EQ(ledger.Of(Holder::kExecutable),
            (Tally{.live_count = 2,
                   .live_bytes = 3 * kCodePageBytes,
                   .peak_bytes = 3 * kCodePageBytes,
                   .total_count = 2,
                   .total_bytes = 3 * kCodePageBytes}));
  (void)code_.Free(a);
  (void)code_.Free(a);
  EXPECT_EQ(ledger.Of(Holder::kExecutable).live_bytes, 2 * kCodePageBytes);
  (void)code_.Free(b);
  EXPECT_EQ(ledger.Of(Holder::kExecutable).live_count, 0u);
  EXPECT_EQ(ledger.Of(Holder::kTotal).live_bytes, 0u);
}

TEST_P(ExecutableMemoryTest, TheHostsMemoryIsNeverWritableAndExecutable) {
  if (!HostTellsPermissions()) GTEST_SKIP() << kHostTellsNoPermissions;
  const auto permissions = [&](Address address) {
    return HostPermissions().At(heap_->base() + address.offset());
  };
  const Address block = code_.Allocate(1).value();
  const Address guard = block + kCodePageBytes;
  EXPECT_EQ(permissions(block), "rw-");
  EXPECT_EQ(permissions(guard), "r--");
  EXPECT_EQ(permissions(block - 1), "r--");
  ASSERT_EQ(code_.Seal(block), absl::OkStatus());
  EXPECT_EQ(permissions(block), "r-x");
  ASSERT_EQ(code_.Free(block), absl::OkStatus());
  EXPECT_EQ(permissions(block), "r--");
  EXPECT_EQ(permissions(heap_->layout().begin(Region::kHeap)), "rw-");
}

TEST_P(ExecutableMemoryTest, ResetLeavesNothingToRun) {
  const Address block = Sealed({1, 2, 3});
  heap_->Reset();
  EXPECT_EQ(LoadAt(block), FaultCode::kOutOfBounds);
  EXPECT_EQ(ExecutableMemory::Attach(*heap_).status().code(),
            StatusCode::kFailedPrecondition);
  code_ = ExecutableMemory::Create(*heap_).value();
  EXPECT_EQ(code_.Allocate(3).value(), block);
  EXPECT_EQ(ExecutableMemory::Create(*heap_).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(ExecutableMemory::Attach(*heap_).value().live_bytes(),
            kCodePageBytes);
}

TEST(ExecutableMemoryRegionTest, IsAskedFor) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(ExecutableMemory::Create(*heap).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(ExecutableMemory::Attach(*heap).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      GlobalHeap::Create(
          {.layout = {.code_bytes = kCodePageCountMax * kCodePageBytes + 1}})
          .status()
          .code(),
      StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kheap
