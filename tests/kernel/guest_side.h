// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_GUEST_SIDE_H_
#define KHEAP_TESTS_KERNEL_GUEST_SIDE_H_

// Steps as calls to the kernel.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kernel/guest_system.h"
#include "tests/kernel/random_step.h"

namespace kheap::kernel {

class GuestSide {
 public:
  GuestSide() {
    guest_.Call("mkdirat", kAT_FDCWD, guest_.Text("/tmp/t"), 0700);
    guest_.Call("mkdirat", kAT_FDCWD, guest_.Text("/tmp/t/w"), 0755);
    guest_.Call("chdir", guest_.Text("/tmp/t/w"));
  }
  void ExpectSound() { guest_.ExpectSound(); }

  Answer Open(const Step& step) {
    std::uint32_t flags = 0;
    for (const OpenFlag& flag : step.flags) flags |= flag.guest;
    const Result file = Do("openat", kAT_FDCWD, Path(step.path), flags,
                           step.choice == 0 ? 0600 : 0666);
    if (file < 0) return {file, {}};
    files_.push_back(file);
    return {0, {}};
  }
  Answer Close(const Step& step) {
    const Result result = Do("close", File(step));
    if (result == 0) files_.erase(files_.begin() + Index(step));
    return {result, {}};
  }
  Answer Read(const Step& step, bool positioned) {
    const Address to = guest_.Take(static_cast<std::uint64_t>(step.size));
    const Result count =
        positioned ? Do("pread64", File(step), to, step.size, step.offset)
                   : Do("read", File(step), to, step.size);
    if (count < 0) return {count, {}};
    return {count, guest_.GetBytes(to, static_cast<std::uint64_t>(count))};
  }
  Answer Write(const Step& step, bool positioned) {
    const Address from = guest_.Bytes(Pattern(step.size));
    return {positioned
                ? Do("pwrite64", File(step), from, step.size, step.offset)
                : Do("write", File(step), from, step.size),
            {}};
  }
  Answer Seek(const Step& step) {
    return {Do("lseek", File(step), step.offset, step.choice % 4), {}};
  }
  Answer TruncateFile(const Step& step) {
    return {Do("ftruncate", File(step), step.offset), {}};
  }
  Answer TruncatePath(const Step& step) {
    return {Do("truncate", Path(step.path), step.offset), {}};
  }
  Answer Unlink(const Step& step, int flags) {
    return {Do("unlinkat", kAT_FDCWD, Path(step.path), flags), {}};
  }
  Answer MakeDirectory(const Step& step) {
    return {Do("mkdirat", kAT_FDCWD, Path(step.path), 0777), {}};
  }
  Answer Rename(const Step& step) {
    return {Do("renameat2", kAT_FDCWD, Path(step.path), kAT_FDCWD,
               Path(step.other_path), step.choice == 0 ? 1 : 0),
            {}};
  }
  Answer Link(const Step& step) {
    return {Do("linkat", kAT_FDCWD, Path(step.path), kAT_FDCWD,
               Path(step.other_path), step.choice == 0 ? 1024 : 0),
            {}};
  }
  Answer SymbolicLink(const Step& step) {
    return {Do("symlinkat", Path(step.other_path), kAT_FDCWD, Path(step.path)),
            {}};
  }
  Answer ReadLink(const Step& step) {
    const Address to = guest_.Take(8192);
    const Result size =
        Do("readlinkat", kAT_FDCWD, Path(step.path), to, step.size);
    if (size < 0) return {size, {}};
    return {size, guest_.GetBytes(to, static_cast<std::uint64_t>(size))};
  }
  Answer Status(const Step& step, bool follow) {
    const Address to = guest_.Take(sizeof(LinuxStat));
    const Result result = Do("newfstatat", kAT_FDCWD, Path(step.path), to,
                             follow ? 0 : kAT_SYMLINK_NOFOLLOW);
    return {result, result == 0 ? Describe(to) : ""};
  }
  Answer FileStatus(const Step& step) {
    const Address to = guest_.Take(sizeof(LinuxStat));
    const Result result = Do("fstat", File(step), to);
    return {result, result == 0 ? Describe(to) : ""};
  }
  Answer CanAccess(const Step& step) {
    return {Do("faccessat", kAT_FDCWD, Path(step.path), step.choice), {}};
  }
  Answer Duplicate(const Step& step) {
    const Result file = Do("dup", File(step));
    if (file < 0) return {file, {}};
    files_.push_back(file);
    return {0, {}};
  }
  Answer SetMode(const Step& step) {
    return {Do("fchmodat", kAT_FDCWD, Path(step.path), 0600 + step.choice), {}};
  }
  Answer List(const Step& step) {
    const Result folder =
        Do("openat", kAT_FDCWD, Path(step.path), kO_DIRECTORY, 0);
    if (folder < 0) return {folder, {}};
    std::multiset<std::string> names;
    // A small buffer, so that it takes several calls.
    const Address to = guest_.Take(600);
    Result size = 0;
    while ((size = guest_.Call("getdents64", folder, to, 600)) > 0) {
      const std::string bytes =
          guest_.GetBytes(to, static_cast<std::uint64_t>(size));
      for (std::size_t i = 0; i < bytes.size();) {
        LinuxDirent64 entry;
        std::memcpy(&entry, bytes.data() + i, sizeof(entry));
        names.insert(std::to_string(entry.d_type) + " " +
                     (bytes.data() + i + sizeof(entry)));
        i += entry.d_reclen;
      }
    }
    guest_.Call("close", folder);
    std::string text;
    for (const std::string& name : names) text += name + "\n";
    return {size, text};
  }
  bool IsOpenDirectory(const Step& step) {
    return FileStatus(step).text.starts_with("16");
  }

 private:
  template <typename... Values>
  Result Do(std::string_view name, Values... values) {
    const Result result = guest_.Call(name, values...);
    guest_.ForgetMemory();
    return result;
  }
  Address Path(const std::string& path) { return guest_.Text(path); }
  std::string Describe(Address at) {
    const auto status = guest_.Get<LinuxStat>(at);
    return DescribeStatus(status.st_mode, status.st_size, status.st_nlink);
  }
  std::ptrdiff_t Index(const Step& step) const { return step.file; }
  Result File(const Step& step) const {
    const auto index = static_cast<std::size_t>(step.file);
    return index < files_.size() ? files_[index] : -1;
  }

  GuestSystem guest_;
  std::vector<Result> files_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_GUEST_SIDE_H_
