// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernel/host_folder_for_test.h"

namespace kheap::kernel {
namespace {

using Names = std::vector<std::string>;

HostDescriptor OpenHost(const std::string& path) {
  return HostDescriptor(open(path.c_str(), O_RDONLY));
}

// The lowest number that is free.
int NextNumber() { return HostDescriptor(dup(0)).number(); }

TEST(HostDescriptorTest, ItIsClosedOnceByItsOwner) {
  const int number = NextNumber();
  HostDescriptor first(dup(0));
  EXPECT_EQ(first.number(), number);
  HostDescriptor second(std::move(first));
  EXPECT_EQ(second.number(), number);
  HostDescriptor third;
  EXPECT_FALSE(third.is_open());
  third = std::move(second);
  EXPECT_NE(NextNumber(), number);
  EXPECT_EQ(third.Release(), number);
  EXPECT_FALSE(third.is_open());
  EXPECT_NE(NextNumber(), number);
  third = HostDescriptor(number);
  third = HostDescriptor();
  EXPECT_EQ(NextNumber(), number);
}

TEST(HostDescriptorTest, ACopyEndsWithTheProgramToo) {
  HostDescriptor copy;
  ASSERT_EQ(Duplicate(0, copy), 0);
  EXPECT_EQ(fcntl(copy.number(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(Duplicate(-1, copy), -kEBADF);
  EXPECT_FALSE(copy.is_open());
}

TEST(HostDescriptorTest, NamesAreAllButTheDots) {
  const HostFolderForTest host;
  std::filesystem::create_directory(host.At("folder"));
  host.Write("file", "");
  host.Write("..more", "");
  const HostDescriptor folder = OpenHost(host.path());
  const int number = NextNumber();
  for (int round = 0; round < 2; ++round) {
    const HostDescriptor again = OpenHost(host.path());
    Names names;
    EXPECT_EQ(NamesIn(again.number(), names), 0);
    std::ranges::sort(names);
    EXPECT_EQ(names, (Names{"..more", "file", "folder"}));
  }
  Names names;
  const HostDescriptor file = OpenHost(host.At("file"));
  EXPECT_EQ(NamesIn(file.number(), names), -kENOTDIR);
  EXPECT_EQ(NamesIn(-1, names), -kEBADF);
  EXPECT_EQ(names, Names());
  EXPECT_EQ(NextNumber(), number + 1);
}

TEST(HostDescriptorTest, AFolderThatIsGoneHasNoNames) {
  const HostFolderForTest host;
  std::filesystem::create_directory(host.At("folder"));
  const HostDescriptor folder = OpenHost(host.At("folder"));
  std::filesystem::remove(host.At("folder"));
  Names names;
  EXPECT_EQ(NamesIn(folder.number(), names), 0);
  EXPECT_EQ(names, Names());
}

TEST(HostDescriptorTest, LinksAreReadAndNotFollowed) {
  const HostFolderForTest host;
  std::filesystem::create_directory(host.At("folder"));
  std::filesystem::create_symlink("folder", host.At("link"));
  host.Write("file", "");
  const HostDescriptor top = OpenHost(host.path());
  std::string text;
  EXPECT_EQ(ReadLinkIn(top.number(), "link", text), 0);
  EXPECT_EQ(text, "folder");
  EXPECT_EQ(ReadLinkIn(top.number(), "file", text), -kEINVAL);
  EXPECT_EQ(ReadLinkIn(top.number(), "folder", text), -kEINVAL);
  EXPECT_EQ(ReadLinkIn(top.number(), "none", text), -kENOENT);
  HostDescriptor found;
  EXPECT_EQ(OpenFolderIn(top.number(), "folder", found), 0);
  EXPECT_EQ(OpenFolderIn(top.number(), "link", found), -kENOTDIR);
  EXPECT_EQ(OpenFolderIn(top.number(), "file", found), -kENOTDIR);
  EXPECT_EQ(OpenFolderIn(top.number(), "none", found), -kENOENT);
  EXPECT_FALSE(found.is_open());
}

}  // namespace
}  // namespace kheap::kernel
