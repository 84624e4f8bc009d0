// SPDX-License-Identifier: Apache-2.0
#include "kernel/syscall_name.h"

#include <cstdint>
#include <set>
#include <string_view>

#include "gtest/gtest.h"

namespace kheap::kernel {
namespace {

TEST(SyscallNameTest, IsLinuxs) {
  EXPECT_EQ(SyscallName(0), "io_setup");
  EXPECT_EQ(SyscallName(64), "write");
  EXPECT_EQ(SyscallName(198), "socket");
  EXPECT_EQ(SyscallName(220), "clone");
  EXPECT_EQ(SyscallName(450), "set_mempolicy_home_node");
}

TEST(SyscallNameTest, IsEmptyForANumberOfNone) {
  for (const std::uint64_t number : {250, 259, 451, 1000}) {
    EXPECT_EQ(SyscallName(number), "") << number;
  }
}

TEST(SyscallNameTest, NoTwoNumbersShareOne) {
  std::set<std::string_view> names;
  for (std::uint64_t number = 0; number < 500; ++number) {
    const std::string_view name = SyscallName(number);
    EXPECT_TRUE(name.empty() || names.insert(name).second) << name;
  }
}

}  // namespace
}  // namespace kheap::kernel
