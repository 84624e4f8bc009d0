// SPDX-License-Identifier: Apache-2.0
// Host folders: what a guest sees of them, and that it sees nothing else.
#include "kernel/host_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/host_folder_for_test.h"

namespace kheap::kernel {
namespace {

// A folder "given" in a folder that holds a secret.
class HostFolderTest : public testing::Test {
 protected:
  HostFolderTest() {
    std::filesystem::create_directories(outside_.At("given/sub/deep"));
    outside_.Write("secret", "secret");
    outside_.Write("given/file", "content");
    outside_.Write("given/sub/inner", "inner");
  }
  KernelOptions Options(bool writable) const {
    return {.mounts = {{.host = outside_.At("given"),
                        .guest = "/mnt/host",
                        .writable = writable}}};
  }
  void Link(const std::string& text, const std::string& name) const {
    std::filesystem::create_symlink(text, outside_.At("given/" + name));
  }
  static std::string ReadAll(GuestSystem& guest, const std::string& path) {
    const Result file = guest.Open(path);
    if (file < 0) return "error " + std::to_string(-file);
    const std::string content = guest.Read(file, 1000);
    guest.Call("close", file);
    return content;
  }
  static std::vector<std::string> List(GuestSystem& guest,
                                       const std::string& path) {
    std::vector<std::string> names;
    const Result folder = guest.Open(path, kO_DIRECTORY);
    const Address to = guest.Take(64);
    Result size = 0;
    while ((size = guest.Call("getdents64", folder, to, 64)) > 0) {
      const auto bytes = guest.GetBytes(to, static_cast<std::uint64_t>(size));
      for (std::size_t i = 0; i < bytes.size();) {
        LinuxDirent64 entry;
        std::memcpy(&entry, bytes.data() + i, sizeof(entry));
        names.emplace_back(bytes.data() + i + sizeof(entry));
        i += entry.d_reclen;
      }
    }
    guest.Call("close", folder);
    return names;
  }

  HostFolderForTest outside_;
};

TEST_F(HostFolderTest, FilesAreReadAndListedInOrder) {
  outside_.Write("given/b", "");
  outside_.Write("given/a", "");
  GuestSystem guest(Options(false));
  EXPECT_EQ(ReadAll(guest, "/mnt/host/file"), "content");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/sub/../sub/./inner"), "inner");
  EXPECT_EQ(List(guest, "/mnt/host"),
            (std::vector<std::string>{".", "..", "a", "b", "file", "sub"}));
  EXPECT_EQ(List(guest, "/mnt"), (std::vector<std::string>{".", "..", "host"}));
  guest.ExpectSound();
}

TEST_F(HostFolderTest, DotsLeadBackIntoTheGuestsOwnFiles) {
  GuestSystem guest(Options(true));
  guest.Write(guest.Open("/mnt/secret", kO_CREAT + kO_WRONLY), "the guest's");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/../secret"), "the guest's");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/sub/../../secret"), "the guest's");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/../../mnt/secret"), "the guest's");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/../../../../secret"), "error 2");
}

TEST_F(HostFolderTest, LinksLeadOnBelowTheFolder) {
  Link("sub/inner", "good");
  Link("../file", "sub/up");
  Link("deep/../../sub/inner", "sub/around");
  GuestSystem guest(Options(false));
  EXPECT_EQ(ReadAll(guest, "/mnt/host/good"), "inner");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/sub/up"), "content");
  EXPECT_EQ(ReadAll(guest, "/mnt/host/sub/around"), "inner");
  const Address to = guest.Take(100);
  EXPECT_EQ(guest.Call("readlinkat", kAT_FDCWD, guest.Text("/mnt/host/good"),
                       to, 100),
            9);
  EXPECT_EQ(guest.GetBytes(to, 9), "sub/inner");
}

TEST_F(HostFolderTest, LinksThatLeadOutAreRefused) {
  Link("../secret", "out");
  Link("..", "up");
  Link("sub/../../secret", "around");
  Link(outside_.At("secret"), "absolute");
  Link(outside_.At("given/file"), "absolute_inside");
  Link("/", "root");
  Link("up/secret", "second");
  Link("loop", "loop");
  for (const bool writable : {false, true}) {
    GuestSystem guest(Options(writable));
    for (const char* const name :
         {"out", "up", "up/secret", "around", "absolute", "absolute_inside",
          "root", "root/etc/passwd", "second", "sub/../up/secret"}) {
      const std::string path = std::string("/mnt/host/") + name;
      for (const std::uint32_t flags : {0u, kO_PATH, kO_CREAT + kO_RDWR}) {
        EXPECT_EQ(guest.Open(path, flags), -kEXDEV) << path << " " << flags;
      }
      LinuxStat status;
      EXPECT_EQ(guest.Stat(path, status), -kEXDEV) << path;
      EXPECT_EQ(guest.Call("truncate", guest.Text(path), 0), -kEXDEV) << path;
      EXPECT_EQ(guest.Call("chdir", guest.Text(path)), -kEXDEV) << path;
      EXPECT_EQ(guest.Call("fchmodat", kAT_FDCWD, guest.Text(path), 0), -kEXDEV)
          << path;
    }
    EXPECT_EQ(guest.Open("/mnt/host/loop"), -kELOOP);
    EXPECT_EQ(guest.Open("/mnt/host/out", kO_NOFOLLOW), -kELOOP);
    guest.ExpectSound();
  }
  EXPECT_EQ(outside_.Read("secret"), "secret");
}

TEST_F(HostFolderTest, TheHostResolvesNoPathWithLinksOrDots) {
  Link("..", "up");
  Link("sub", "inside");
  const auto folder = HostFolder::Open(outside_.At("given"), true);
  ASSERT_TRUE(folder.ok());
  HostFileInfo info;
  HostDescriptor file;
  // A link that took a folder's place after the walk looked at it.
  for (const std::string path : {"up/secret", "inside/inner"}) {
    EXPECT_NE(folder->Inspect(path, info), 0) << path;
    EXPECT_NE(folder->OpenFile(path, 0, 0, file), 0) << path;
    EXPECT_NE(folder->Remove(path, false), 0) << path;
    EXPECT_NE(folder->Rename("file", path), 0) << path;
    EXPECT_NE(folder->Rename(path, "file"), 0) << path;
    EXPECT_NE(folder->SetTimes(path, 0, 0), 0) << path;
  }
  EXPECT_EQ(folder->OpenFile("inside", 0, 0, file), -kELOOP);
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(outside_.Read("secret"), "secret");
  EXPECT_EQ(outside_.Read("given/sub/inner"), "inner");
}

TEST_F(HostFolderTest, AReadOnlyFolderChangesInNoWay) {
  GuestSystem guest(Options(false));
  const std::string file = "/mnt/host/file";
  const std::string fresh = "/mnt/host/new";
  for (const std::uint32_t flags :
       {kO_WRONLY, kO_RDWR, kO_TRUNC, kO_RDWR + kO_CREAT}) {
    EXPECT_EQ(guest.Open(file, flags), -kEROFS) << flags;
  }
  EXPECT_EQ(guest.Open(fresh, kO_CREAT), -kEROFS);
  EXPECT_EQ(guest.Call("mkdirat", kAT_FDCWD, guest.Text(fresh), 0755), -kEROFS);
  EXPECT_EQ(guest.Call("unlinkat", kAT_FDCWD, guest.Text(file), 0), -kEROFS);
  EXPECT_EQ(guest.Call("unlinkat", kAT_FDCWD, guest.Text("/mnt/host/sub/deep"),
                       kAT_REMOVEDIR),
            -kEROFS);
  EXPECT_EQ(guest.Call("renameat2", kAT_FDCWD, guest.Text(file), kAT_FDCWD,
                       guest.Text(fresh), 0),
            -kEROFS);
  EXPECT_EQ(guest.Call("linkat", kAT_FDCWD, guest.Text(file), kAT_FDCWD,
                       guest.Text(fresh), 0),
            -kEROFS);
  EXPECT_EQ(
      guest.Call("symlinkat", guest.Text("x"), kAT_FDCWD, guest.Text(fresh)),
      -kEROFS);
  EXPECT_EQ(guest.Call("truncate", guest.Text(file), 0), -kEROFS);
  EXPECT_EQ(guest.Call("fchmodat", kAT_FDCWD, guest.Text(file), 0), -kEROFS);
  EXPECT_EQ(guest.Call("utimensat", kAT_FDCWD, guest.Text(file), 0, 0),
            -kEROFS);
  EXPECT_EQ(guest.Call("faccessat", kAT_FDCWD, guest.Text(file), 2), -kEROFS);
  const Result opened = guest.Open(file);
  EXPECT_EQ(guest.Write(opened, "x"), -kEBADF);
  EXPECT_EQ(guest.Call("ftruncate", opened, 0), -kEINVAL);
  EXPECT_EQ(outside_.Read("given/file"), "content");
  EXPECT_FALSE(std::filesystem::exists(outside_.At("given/new")));
}

TEST_F(HostFolderTest, AWritableFolderTakesEveryChange) {
  GuestSystem guest(Options(true));
  const Result file = guest.Open("/mnt/host/new", kO_RDWR + kO_CREAT);
  EXPECT_EQ(guest.Write(file, "hello world"), 11);
  EXPECT_EQ(guest.Call("lseek", file, -5, 2), 6);
  EXPECT_EQ(guest.Read(file, 100), "world");
  EXPECT_EQ(guest.Call("ftruncate", file, 5), 0);
  EXPECT_EQ(guest.Call("fsync", file), 0);
  EXPECT_EQ(guest.Call("close", file), 0);
  EXPECT_EQ(outside_.Read("given/new"), "hello");
  const Result more = guest.Open("/mnt/host/new", kO_WRONLY + kO_APPEND);
  EXPECT_EQ(guest.Write(more, "!"), 1);
  EXPECT_EQ(outside_.Read("given/new"), "hello!");
  EXPECT_EQ(guest.Call("mkdirat", kAT_FDCWD, guest.Text("/mnt/host/d"), 0755),
            0);
  EXPECT_EQ(guest.Call("renameat2", kAT_FDCWD, guest.Text("/mnt/host/new"),
                       kAT_FDCWD, guest.Text("/mnt/host/d/moved"), 0),
            0);
  EXPECT_EQ(outside_.Read("given/d/moved"), "hello!");
  EXPECT_EQ(guest.Call("renameat2", kAT_FDCWD, guest.Text("/mnt/host/file"),
                       kAT_FDCWD, guest.Text("/tmp/file"), 0),
            -kEXDEV);
  EXPECT_EQ(
      guest.Call("unlinkat", kAT_FDCWD, guest.Text("/mnt/host/d/moved"), 0), 0);
  EXPECT_EQ(guest.Call("unlinkat", kAT_FDCWD, guest.Text("/mnt/host/d"),
                       kAT_REMOVEDIR),
            0);
  EXPECT_FALSE(std::filesystem::exists(outside_.At("given/d")));
  guest.ExpectSound();
}

// Whoever runs a file that the guest wrote runs it as nobody else.
TEST_F(HostFolderTest, NothingIsMadeToRunAsItsOwner) {
  using std::filesystem::perms;
  GuestSystem guest(Options(true));
  const Result made = guest.Call("openat", kAT_FDCWD,
                                 guest.Text("/mnt/host/made"), kO_CREAT, 07700);
  ASSERT_GE(made, 0);
  ASSERT_EQ(
      guest.Call("mkdirat", kAT_FDCWD, guest.Text("/mnt/host/folder"), 07700),
      0);
  for (const int permissions : {04700, 02700, 01700}) {
    EXPECT_EQ(guest.Call("fchmodat", kAT_FDCWD, guest.Text("/mnt/host/made"),
                         permissions),
              -kEPERM);
    EXPECT_EQ(guest.Call("fchmod", made, permissions), -kEPERM);
  }
  for (const char* const name : {"given/made", "given/folder"}) {
    const perms all = std::filesystem::status(outside_.At(name)).permissions();
    EXPECT_EQ(all & (perms::set_uid | perms::set_gid | perms::sticky_bit),
              perms::none)
        << name;
  }
}

TEST_F(HostFolderTest, TheMountPointItselfStays) {
  GuestSystem guest(Options(true));
  EXPECT_EQ(
      guest.Call("unlinkat", kAT_FDCWD, guest.Text("/mnt/host"), kAT_REMOVEDIR),
      -kEBUSY);
  EXPECT_EQ(guest.Call("renameat2", kAT_FDCWD, guest.Text("/mnt/host"),
                       kAT_FDCWD, guest.Text("/mnt/other"), 0),
            -kEBUSY);
  EXPECT_EQ(guest.Call("renameat2", kAT_FDCWD, guest.Text("/mnt"), kAT_FDCWD,
                       guest.Text("/moved"), 0),
            0);
  EXPECT_EQ(ReadAll(guest, "/moved/host/file"), "content");
  guest.ExpectSound();
}

TEST_F(HostFolderTest, OnlyFilesAndFoldersOpen) {
  ASSERT_EQ(mkfifo(outside_.At("given/fifo").c_str(), 0600), 0);
  GuestSystem guest(Options(true));
  EXPECT_EQ(guest.Open("/mnt/host/fifo"), -kEACCES);
  EXPECT_EQ(guest.Open("/mnt/host/fifo", kO_WRONLY), -kEACCES);
  EXPECT_EQ(guest.Open("/mnt/host/sub", kO_RDWR), -kEISDIR);
  const Result folder = guest.Open("/mnt/host/sub");
  EXPECT_GE(folder, 0);
  EXPECT_EQ(guest.Read(folder, 1), "error 21");
  EXPECT_EQ(guest.Open("/mnt/host/file/x"), -kENOTDIR);
  EXPECT_EQ(guest.Open("/mnt/host/file/"), -kENOTDIR);
  EXPECT_EQ(guest.Open("/mnt/host/none/x"), -kENOENT);
}

TEST_F(HostFolderTest, AFolderMayBeWorkedIn) {
  KernelOptions options = Options(false);
  options.working_directory = "/mnt/host/sub";
  GuestSystem guest(options);
  EXPECT_EQ(ReadAll(guest, "inner"), "inner");
  EXPECT_EQ(ReadAll(guest, "../file"), "content");
  const Address to = guest.Take(100);
  EXPECT_EQ(guest.Call("getcwd", to, 100), 14);
  EXPECT_EQ(guest.GetBytes(to, 14), std::string("/mnt/host/sub\0", 14));
  EXPECT_EQ(guest.Call("chdir", guest.Text("../..")), 0);
  EXPECT_EQ(guest.Call("getcwd", to, 100), 5);
  guest.ExpectSound();
}

TEST_F(HostFolderTest, AnOpenFileOutlivesTheViewOfTheKernel) {
  GuestSystem guest(Options(true));
  const Result file = guest.Open("/mnt/host/file", kO_RDWR);
  EXPECT_EQ(guest.Read(file, 3), "con");
  guest.Reattach();
  EXPECT_EQ(guest.Read(file, 3), "ten");
  guest.Reattach();
  std::filesystem::remove(outside_.At("given/file"));
  EXPECT_EQ(guest.Read(file, 3), "error 116");
}

TEST_F(HostFolderTest, TimesAndOwnersOfTheHostStayThere) {
  GuestSystem guest(Options(false));
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/mnt/host/file", status), 0);
  EXPECT_EQ(status.st_size, 7);
  EXPECT_EQ(status.st_mode - status.st_mode % 4096, kS_IFREG);
  EXPECT_EQ(status.st_mtime_sec, 946684800);
  EXPECT_EQ(status.st_uid, 0u);
  EXPECT_EQ(status.st_dev, 2u);
}

// Whatever tree of links there is, and whatever path is tried, what is read is
// never what lies outside.
RC_GTEST_PROP(HostFolderPropertyTest, NoPathLeadsOut, ()) {
  const HostFolderForTest outside;
  outside.Write("secret", "secret");
  std::filesystem::create_directories(outside.At("given/d/e"));
  outside.Write("given/d/inside", "inside");
  const std::vector<std::string> parts = {
      "..",     ".",      "d",   "e",     "l", "m",
      "secret", "inside", "d/e", "../..", "",  outside.path()};
  const auto path = [&] {
    std::string text;
    const int length = *rc::gen::inRange(1, 6);
    for (int i = 0; i < length; ++i) {
      if (i != 0) text += "/";
      text += *rc::gen::elementOf(parts);
    }
    return text;
  };
  for (const char* const name : {"l", "m", "d/l", "d/m", "d/e/l"}) {
    const std::string text = path();
    if (!text.empty())
      std::filesystem::create_symlink(text,
                                      outside.At("given/" + std::string(name)));
  }
  GuestSystem guest({.mounts = {{outside.At("given"), "/g", true}}});
  for (int i = 0; i < 20; ++i) {
    guest.ForgetMemory();
    const std::string tried = "/g/" + path();
    const Result file = guest.Open(
        tried, *rc::gen::element<std::uint32_t>(0, kO_RDWR, kO_NOFOLLOW));
    if (file < 0) continue;
    RC_ASSERT(guest.Read(file, 100) != "secret");
    guest.Write(file, "x");
    guest.Call("close", file);
    guest.Call("unlinkat", kAT_FDCWD, guest.Text(tried), 0);
  }
  RC_ASSERT(outside.Read("secret") == "secret");
  RC_ASSERT(guest.kernel().CheckInvariants().ok());
}

}  // namespace
}  // namespace kheap::kernel
