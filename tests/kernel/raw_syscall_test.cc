// SPDX-License-Identifier: Apache-2.0
#include "kernel/raw_syscall.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "kernel/linux_errno.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

// RISC-V Linux's numbers.
constexpr std::uint64_t kClose = 57;
constexpr std::uint64_t kLseek = 62;
constexpr std::uint64_t kWrite = 64;
constexpr std::uint64_t kGetpid = 172;
constexpr std::uint64_t kGetrandom = 278;

TEST(RawSyscallTest, ReachesTheVirtualKernelWithItsArguments) {
  GuestSystem guest;
  const Address text = guest.heap().layout().begin(Region::kData);
  guest.heap().sb(text, 'h');
  guest.heap().sb(text + 1, 'i');
  EXPECT_EQ(RawSyscall(guest.kernel(), kWrite, 1, text, 2u), 2);
  EXPECT_EQ(guest.console().output(), "hi");
}

TEST(RawSyscallTest, ErrorsAreNegatedNumbers) {
  GuestSystem guest;
  EXPECT_EQ(RawSyscall(guest.kernel(), 1000), -kENOSYS);
  EXPECT_EQ(RawSyscall(guest.kernel(), kClose, -1), -kEBADF);
  EXPECT_EQ(RawSyscall(guest.kernel(), kWrite, 1, kNullAddress, 5), -kEFAULT);
  EXPECT_EQ(RawSyscall(guest.kernel(), kLseek, 99, std::int64_t{-1}, 0),
            -kEBADF);
}

TEST(RawSyscallTest, ArgumentsLeftOutAreZero) {
  GuestSystem guest;
  EXPECT_EQ(RawSyscall(guest.kernel(), kWrite, 1), 0);
  EXPECT_EQ(RawSyscall(guest.kernel(), kGetpid),
            guest.kernel().Syscall(kGetpid, {}));
}

RC_GTEST_PROP(RawSyscallProperty, TheSameCallsGiveTheSameArena,
              (std::uint64_t seed, std::uint8_t size)) {
  GuestSystem one({.seed = seed});
  GuestSystem two({.seed = seed});
  for (GuestSystem* const guest : {&one, &two}) {
    const Address bytes = guest->heap().layout().begin(Region::kData);
    RC_ASSERT(RawSyscall(guest->kernel(), kGetrandom, bytes, size, 0) == size);
  }
  RC_ASSERT(one.heap() == two.heap());
}

}  // namespace
}  // namespace kheap::kernel
