// SPDX-License-Identifier: Apache-2.0
// Which links a guest makes and moves in a folder of the host.
#include "kernel/host_links.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/host_descriptor.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/host_folder_for_test.h"

namespace kheap::kernel {
namespace {

// A folder "given" in a folder that holds a secret.
class HostLinksTest : public testing::Test {
 protected:
  HostLinksTest() {
    std::filesystem::create_directories(outside_.At("given/sub/deep"));
    outside_.Write("secret", "secret");
    outside_.Write("given/file", "content");
    outside_.Write("given/sub/inner", "inner");
  }
  KernelOptions Options() const {
    return {.mounts = {{.host = outside_.At("given"),
                        .guest = "/mnt/host",
                        .writable = true}}};
  }
  void Link(const std::string& text, const std::string& name) const {
    std::filesystem::create_symlink(text, outside_.At("given/" + name));
  }
  // What a program of the host reads through a link.
  std::string HostReads(const std::string& name) const {
    return outside_.Read("given/" + name);
  }
  static Result Move(GuestSystem& guest, const std::string& from,
                     const std::string& to) {
    return guest.Call("renameat2", kAT_FDCWD, guest.Text("/mnt/host/" + from),
                      kAT_FDCWD, guest.Text("/mnt/host/" + to), 0);
  }

  HostFolderForTest outside_;
};

// Programs of the host follow what the guest leaves behind.
TEST_F(HostLinksTest, TheGuestMakesNoLinkThatLeadsOut) {
  GuestSystem guest(Options());
  const auto link = [&](const std::string& text, const std::string& name) {
    return guest.Call("symlinkat", guest.Text(text), kAT_FDCWD,
                      guest.Text("/mnt/host/" + name));
  };
  for (const char* const text :
       {"/etc/passwd", "/", "..", "../secret", "./../secret", "../given/file",
        "sub/../../secret", "sub/../file", "//mnt/host/file"}) {
    EXPECT_EQ(link(text, "new"), -kEPERM) << text;
    EXPECT_FALSE(std::filesystem::is_symlink(outside_.At("given/new"))) << text;
  }
  EXPECT_EQ(link("../../secret", "sub/new"), -kEPERM);
  EXPECT_EQ(link("../../../secret", "sub/deep/new"), -kEPERM);
  EXPECT_EQ(link("sub//inner", "down"), 0);
  EXPECT_EQ(link("./not/yet/there", "dangling"), 0);
  EXPECT_EQ(link("../file", "sub/up"), 0);
  EXPECT_EQ(link("../../file", "sub/deep/up"), 0);
  for (const char* const name : {"down", "sub/up", "sub/deep/up"}) {
    EXPECT_GE(guest.Open(std::string("/mnt/host/") + name), 0) << name;
  }
  // What the guest makes in its own files is its own matter.
  EXPECT_EQ(guest.Call("symlinkat", guest.Text("/mnt"), kAT_FDCWD,
                       guest.Text("/tmp/link")),
            0);
  guest.ExpectSound();
}

// What is tried here would let a program of the host read the secret.
TEST_F(HostLinksTest, NoMoveLetsALinkLeadOut) {
  Link("../../file", "sub/deep/up");
  Link("deep/../../file", "sub/around");
  Link("../../../secret", "sub/deep/out");
  GuestSystem guest(Options());
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{
           {"sub/deep/up", "sub/up"},
           {"sub/deep", "deep"},
           {"sub", "sub/deep/sub"},
           {"sub/around", "around"},
           {"sub/deep/out", "sub/out"},
           {"sub/deep/out", "out"},
           // Down is no danger for one that stays within, but for others.
           {"sub/around", "sub/deep/around"},
           {"sub/deep/up", "file"}}) {
    EXPECT_EQ(Move(guest, from, to), -kEPERM) << from << " to " << to;
  }
  std::filesystem::create_directory(outside_.At("given/other"));
  EXPECT_EQ(Move(guest, "sub", "other/sub"), -kEPERM);
  for (const char* const name : {"sub/deep/up", "sub/around"}) {
    EXPECT_EQ(guest.Call("linkat", kAT_FDCWD,
                         guest.Text(std::string("/mnt/host/") + name),
                         kAT_FDCWD, guest.Text("/mnt/host/second"), 0),
              -kEPERM)
        << name;
    EXPECT_EQ(HostReads(name), "content") << name;
  }
  EXPECT_EQ(
      guest.Call("mkdirat", kAT_FDCWD, guest.Text("/mnt/host/deep"), 0755), 0);
  EXPECT_EQ(Move(guest, "sub/around", "around"), -kEPERM);
  EXPECT_EQ(HostReads("file"), "content");
  guest.ExpectSound();
}

TEST_F(HostLinksTest, WhatIsNoDangerMoves) {
  Link("../../file", "sub/deep/up");
  Link("../../../secret", "sub/deep/out");
  Link("/etc/../etc", "sub/absolute");
  Link("deep/./..x", "sub/down");
  GuestSystem guest(Options());
  EXPECT_EQ(Move(guest, "sub/deep/up", "sub/deep/other"), 0);
  EXPECT_EQ(Move(guest, "sub/deep/out", "sub/deep/still_out"), 0);
  EXPECT_EQ(
      guest.Call("linkat", kAT_FDCWD, guest.Text("/mnt/host/sub/deep/other"),
                 kAT_FDCWD, guest.Text("/mnt/host/sub/deep/up"), 0),
      0);
  EXPECT_EQ(Move(guest, "sub/deep", "sub/renamed"), 0);
  EXPECT_EQ(HostReads("sub/renamed/up"), "content");
  EXPECT_EQ(Move(guest, "sub/absolute", "absolute"), 0);
  EXPECT_EQ(Move(guest, "sub/down", "sub/renamed/down"), 0);
  EXPECT_EQ(Move(guest, "sub/inner", "inner"), 0);
  EXPECT_EQ(Move(guest, "sub", "renamed"), 0);
  EXPECT_EQ(Move(guest, "renamed/none", "none"), -kENOENT);
  EXPECT_EQ(Move(guest, "renamed/none", "renamed/none_too"), -kENOENT);
  // With the links gone, the folder may go anywhere.
  for (const char* const name : {"up", "other", "still_out"}) {
    EXPECT_EQ(
        guest.Call("unlinkat", kAT_FDCWD,
                   guest.Text("/mnt/host/renamed/renamed/" + std::string(name)),
                   0),
        0);
  }
  EXPECT_EQ(Move(guest, "renamed/renamed", "last"), 0);
  guest.ExpectSound();
}

TEST_F(HostLinksTest, AFolderThatCannotBeLookedIntoStaysAndSaysWhy) {
  std::string path = "given/sub/deep";
  for (int i = 0; i < 30; ++i) path += "/d";
  std::filesystem::create_directories(outside_.At(path));
  HostDescriptor sub(open(outside_.At("given/sub").c_str(), O_RDONLY));
  ASSERT_TRUE(sub.is_open());
  EXPECT_EQ(CheckMoveAway(sub.number(), "deep"), 0);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(sub.number() + 10);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_EQ(CheckMoveAway(sub.number(), "deep"), -kENFILE);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  // All that were opened are closed again.
  EXPECT_EQ(HostDescriptor(dup(sub.number())).number(), sub.number() + 1);
  EXPECT_EQ(CheckMoveAway(sub.number(), "none"), -kENOENT);
  EXPECT_EQ(CheckMoveAway(sub.number(), "inner"), 0);
}

// Whatever a guest makes and moves, no link in the folder leads out.
RC_GTEST_PROP(HostLinksPropertyTest, LinksOfTheGuestStayAsTheyWereMade, ()) {
  const HostFolderForTest host;
  GuestSystem guest({.mounts = {{host.path(), "/g", true}}});
  const auto path = [] {
    const std::vector<std::string> names = {"a", "b", "c"};
    std::string text;
    const int length = *rc::gen::inRange(1, 4);
    for (int i = 0; i < length; ++i) {
      text += "/" + *rc::gen::elementOf(names);
    }
    return "/g" + text;
  };
  const std::vector<std::string> texts = {"..", "../a",  "../../b", "b/c",
                                          ".",  "../..", "../b/c",  "a/../.."};
  for (int i = 0; i < 60; ++i) {
    guest.ForgetMemory();
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        guest.Call("symlinkat", guest.Text(*rc::gen::elementOf(texts)),
                   kAT_FDCWD, guest.Text(path()));
        break;
      case 1:
        guest.Call("linkat", kAT_FDCWD, guest.Text(path()), kAT_FDCWD,
                   guest.Text(path()), 0);
        break;
      case 2:
        guest.Call("mkdirat", kAT_FDCWD, guest.Text(path()), 0755);
        break;
      default:
        guest.Call("renameat2", kAT_FDCWD, guest.Text(path()), kAT_FDCWD,
                   guest.Text(path()), 0);
    }
  }
  for (std::filesystem::recursive_directory_iterator each(host.path()), end;
       each != end; ++each) {
    if (!each->is_symlink()) continue;
    const std::string text = std::filesystem::read_symlink(each->path());
    RC_ASSERT(MayMakeLink(text, each.depth()));
  }
}

}  // namespace
}  // namespace kheap::kernel
