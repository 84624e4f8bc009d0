// SPDX-License-Identifier: Apache-2.0
// Sparse files against a model that keeps their pages, on a file system that
// runs full.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/inode.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

constexpr std::uint64_t kPage = 4096;
// Offsets on both sides of where the next level of block numbers begins.
constexpr std::uint64_t kSingle = 12 * kPage;
constexpr std::uint64_t kDouble = (12 + 1024) * kPage;
constexpr std::uint64_t kTriple = (12 + 1024 + 1024 * 1024) * kPage;

class ModelFile {
 public:
  std::uint64_t size() const { return size_; }

  void Write(std::uint64_t offset, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Page(offset + i)[(offset + i) % kPage] = bytes[i];
    }
    size_ = std::max(size_, offset + bytes.size());
  }
  void Resize(std::uint64_t size) {
    pages_.erase(pages_.lower_bound((size + kPage - 1) / kPage), pages_.end());
    if (size < size_ && size % kPage != 0 && pages_.contains(size / kPage)) {
      auto& page = pages_[size / kPage];
      std::fill(page.begin() + static_cast<std::ptrdiff_t>(size % kPage),
                page.end(), '\0');
    }
    size_ = size;
  }
  std::string Read(std::uint64_t offset, std::uint64_t count) const {
    std::string bytes;
    while (bytes.size() < count && offset + bytes.size() < size_) {
      const std::uint64_t at = offset + bytes.size();
      const auto page = pages_.find(at / kPage);
      bytes += page == pages_.end() ? '\0' : page->second[at % kPage];
    }
    return bytes;
  }

 private:
  std::array<char, kPage>& Page(std::uint64_t offset) {
    return pages_[offset / kPage];
  }

  std::map<std::uint64_t, std::array<char, kPage>> pages_;
  std::uint64_t size_ = 0;
};

std::uint64_t AnyOffset() {
  const auto base = *rc::gen::element<std::uint64_t>(
      0, 0, kPage, kSingle, kSingle, kDouble, kTriple, 3 * kTriple);
  const auto shift = *rc::gen::inRange<std::int64_t>(-6000, 6000);
  return base < 6000 ? base + static_cast<std::uint64_t>(shift + 6000)
                     : base + static_cast<std::uint64_t>(shift);
}

std::uint64_t FreeBlocks(GuestSystem& guest) {
  const Address to = guest.Take(sizeof(LinuxStatfs));
  EXPECT_EQ(guest.Call("statfs", guest.Text("/"), to), 0);
  return guest.Get<LinuxStatfs>(to).f_bfree;
}

RC_GTEST_PROP(FileContentPropertyTest, FilesAreWhatTheModelSays, ()) {
  // Some ninety blocks for files.
  GuestSystem guest({.open_files_max = 16, .files_max = 16}, false,
                    100 * kBlockBytes);
  std::array<ModelFile, 3> models;
  std::array<Result, 3> files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i] = guest.Open("/tmp/" + std::to_string(i), kO_RDWR + kO_CREAT);
  }
  const int steps = *rc::gen::inRange(1, 80);
  for (int step = 0; step < steps; ++step) {
    guest.ForgetMemory();
    const auto i = *rc::gen::inRange<std::size_t>(0, files.size());
    const std::uint64_t offset = AnyOffset();
    const auto size = *rc::gen::inRange<std::uint64_t>(0, 30000);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1: {
        const std::string bytes(size, static_cast<char>('a' + step % 26));
        const Result count =
            guest.Call("pwrite64", files[i], guest.Bytes(bytes), size, offset);
        if (count != static_cast<Result>(size)) {
          // Too full for one more block and its way from the inode.
          RC_ASSERT(FreeBlocks(guest) < 4u);
          RC_ASSERT(count == -kENOSPC || count > 0);
        }
        if (count > 0) {
          models[i].Write(offset,
                          bytes.substr(0, static_cast<std::size_t>(count)));
        }
        break;
      }
      case 2:
        RC_ASSERT(guest.Call("ftruncate", files[i], offset) == 0);
        models[i].Resize(offset);
        break;
      default: {
        const Address to = guest.Take(size);
        const Result count = guest.Call("pread64", files[i], to, size, offset);
        const std::string expected = models[i].Read(offset, size);
        RC_ASSERT(count == static_cast<Result>(expected.size()));
        RC_ASSERT(guest.GetBytes(to, expected.size()) == expected);
      }
    }
    const absl::Status status = guest.kernel().CheckInvariants();
    RC_ASSERT(status.ok());
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    guest.Call("ftruncate", files[i], 0);
  }
  const std::uint64_t empty = FreeBlocks(guest);
  GuestSystem fresh({.open_files_max = 16, .files_max = 16}, false,
                    100 * kBlockBytes);
  RC_ASSERT(empty == FreeBlocks(fresh));
}

TEST(FileContentTest, AFullFileSystemSaysSoAndRecovers) {
  GuestSystem guest({.open_files_max = 16, .files_max = 16}, false,
                    100 * kBlockBytes);
  const Result file = guest.Open("/tmp/a", kO_RDWR + kO_CREAT);
  const std::string chunk(10000, 'x');
  Result written = 0;
  std::uint64_t total = 0;
  while ((written = guest.Write(file, chunk)) > 0) {
    total += static_cast<std::uint64_t>(written);
    guest.ForgetMemory();
  }
  EXPECT_EQ(written, -kENOSPC);
  EXPECT_EQ(total % kPage, 0u);
  EXPECT_EQ(FreeBlocks(guest), 0u);
  guest.ExpectSound();
  EXPECT_EQ(guest.Open("/tmp/b", kO_CREAT), -kENOSPC);
  EXPECT_EQ(guest.Call("mkdirat", kAT_FDCWD, guest.Text("/tmp/c"), 0755),
            -kENOSPC);
  EXPECT_EQ(guest.Call("unlinkat", kAT_FDCWD, guest.Text("/tmp/a"), 0), 0);
  EXPECT_EQ(FreeBlocks(guest), 0u);  // the file is open
  EXPECT_EQ(guest.Call("close", file), 0);
  EXPECT_GT(FreeBlocks(guest), total / kPage);
  EXPECT_EQ(guest.Open("/tmp/b", kO_CREAT), file);
  guest.ExpectSound();
}

TEST(FileContentTest, ThereAreAsManyFilesAsInodes) {
  GuestSystem guest({.files_max = 20});
  Result made = 0;
  int count = 0;
  while ((made = guest.Call("mkdirat", kAT_FDCWD,
                            guest.Text("/tmp/" + std::to_string(count)),
                            0755)) == 0) {
    ++count;
  }
  EXPECT_EQ(made, -kENOSPC);
  EXPECT_EQ(count, 20 - 3 - 9);  // the root, /dev and /tmp; nine devices
  guest.ExpectSound();
}

TEST(FileContentTest, HolesAndDataAreFound) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_RDWR + kO_CREAT);
  for (const std::uint64_t offset : {kSingle, kDouble, kTriple}) {
    EXPECT_EQ(guest.Call("pwrite64", file, guest.Bytes("x"), 1, offset), 1);
  }
  constexpr int kData = 3;
  constexpr int kHole = 4;
  EXPECT_EQ(guest.Call("lseek", file, 0, kHole), 0);
  EXPECT_EQ(guest.Call("lseek", file, 0, kData), Result{kSingle});
  EXPECT_EQ(guest.Call("lseek", file, kSingle, kHole), Result{kSingle + kPage});
  EXPECT_EQ(guest.Call("lseek", file, kSingle + kPage, kData), Result{kDouble});
  EXPECT_EQ(guest.Call("lseek", file, kDouble + 5, kData), Result{kDouble + 5});
  EXPECT_EQ(guest.Call("lseek", file, kDouble + kPage, kData), Result{kTriple});
  EXPECT_EQ(guest.Call("lseek", file, kTriple, kHole), Result{kTriple + 1});
  EXPECT_EQ(guest.Call("lseek", file, kTriple + 1, kData), -kENXIO);
  EXPECT_EQ(guest.Call("lseek", file, -1, kHole), -kENXIO);
  EXPECT_EQ(guest.Call("ftruncate", file, kTriple + 2 * kPage), 0);
  EXPECT_EQ(guest.Call("lseek", file, kTriple + kPage, kData), -kENXIO);
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  // Three blocks, and one, two and three of block numbers.
  EXPECT_EQ(status.st_blocks, (3 + 1 + 2 + 3) * 8);
  guest.ExpectSound();
}

TEST(FileContentTest, TheLargestFileEndsWhereBlockNumbersDo) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_RDWR + kO_CREAT);
  const auto end = static_cast<Result>(kFileBytesMax);
  const Address x = guest.Bytes("xy");
  EXPECT_EQ(guest.Call("pwrite64", file, x, 2, end - 1), 1);
  EXPECT_EQ(guest.Call("pwrite64", file, x, 2, end), -kEFBIG);
  EXPECT_EQ(guest.Call("ftruncate", file, end), 0);
  EXPECT_EQ(guest.Call("ftruncate", file, end + 1), -kEFBIG);
  guest.ExpectSound();
}

}  // namespace
}  // namespace kheap::kernel
