// SPDX-License-Identifier: Apache-2.0
// The same calls to the kernel and to the Linux that the test runs on: the same
// results, errors, files. After each call the file system is sound.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/host_folder_for_test.h"

namespace kheap::kernel {
namespace {

// What one system answers to one call.
struct Answer {
  Result result = 0;
  std::string text;

  friend bool operator==(const Answer&, const Answer&) = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.result << " \"" << answer.text << "\"";
}

struct OpenFlag {
  std::uint32_t guest;
  int host;
};
constexpr OpenFlag kOpenFlags[] = {
    {kO_WRONLY, O_WRONLY},     {kO_RDWR, O_RDWR},
    {kO_CREAT, O_CREAT},       {kO_EXCL, O_EXCL},
    {kO_TRUNC, O_TRUNC},       {kO_APPEND, O_APPEND},
    {kO_PATH, O_PATH},         {kO_DIRECTORY, O_DIRECTORY},
    {kO_NOFOLLOW, O_NOFOLLOW},
};

// One call, drawn at random. Which of the numbers matter depends on the call.
struct Step {
  int call = 0;
  std::string path;
  std::string other_path;
  std::vector<OpenFlag> flags;
  int file = 0;
  std::int64_t offset = 0;
  int size = 0;
  int choice = 0;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  out << "{call " << step.call << " \"" << step.path << "\" \""
      << step.other_path << "\" flags";
  for (const OpenFlag& flag : step.flags) out << " " << flag.guest;
  return out << " file " << step.file << " offset " << step.offset << " size "
             << step.size << " choice " << step.choice << "}";
}

const std::vector<std::string>& Paths() {
  static const std::vector<std::string> kPaths = {
      "a",
      "b",
      "d",
      "d/a",
      "d/e",
      "d/e/a",
      "d/e/f",
      "l",
      "d/l",
      "e",
      ".",
      "..",
      "d/.",
      "d/..",
      "a/",
      "d/",
      "l/",
      "a/b",
      "d//a",
      "./a",
      "d/../b",
      "x/y",
      "",
      "l/a",
      "d/e/..",
      "/",
      "a/.",
      "l/..",
      "d/e/l",
      "new/",
      std::string(255, 'n'),
      std::string(256, 'n'),
      std::string(5000, 'p'),
  };
  return kPaths;
}

rc::Gen<Step> AnyStep() {
  return rc::gen::exec([] {
    Step step;
    step.call = *rc::gen::inRange(0, 22);
    // Mostly names that may well be there.
    const std::size_t likely = 10;
    const auto path = [&] {
      const bool odd = *rc::gen::inRange(0, 3) == 0;
      return Paths()[*rc::gen::inRange<std::size_t>(
          0, odd ? Paths().size() : likely)];
    };
    step.path = path();
    step.other_path = path();
    for (const OpenFlag& flag : kOpenFlags) {
      const bool rare = flag.guest > kO_APPEND;
      if (*rc::gen::inRange(0, rare ? 12 : 3) == 0) step.flags.push_back(flag);
    }
    step.file = *rc::gen::inRange(0, 6);
    step.offset = *rc::gen::element<std::int64_t>(0, 1, 5, 4095, 4096, 4097,
                                                  49151, 49152, 60000, -1, -5,
                                                  -5000, INT64_MAX, INT64_MIN);
    step.size = *rc::gen::element(0, 1, 3, 100, 4096, 5000, 20000);
    step.choice = *rc::gen::inRange(0, 8);
    return step;
  });
}

std::string Pattern(int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  for (int i = 0; i < size; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>('a' + i % 23);
  }
  return bytes;
}

std::string DescribeStatus(std::uint32_t mode, std::int64_t size,
                           std::uint64_t links) {
  std::string text = std::to_string(mode);
  const bool is_directory = (mode & 0170000) == 0040000;
  if (!is_directory) {
    text += " " + std::to_string(size) + " " + std::to_string(links);
  }
  return text;
}

// ---- the two systems --------------------------------------------------------

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

class LinuxSide {
 public:
  LinuxSide() {
    mkdir(folder_.At("w").c_str(), 0755);
    start_ = open(folder_.At("w").c_str(), O_PATH | O_DIRECTORY);
    umask(022);
  }
  ~LinuxSide() {
    for (const int file : files_) close(file);
    close(start_);
  }

  Answer Open(const Step& step) {
    int flags = 0;
    for (const OpenFlag& flag : step.flags) flags |= flag.host;
    const int file = openat(start_, step.path.c_str(), flags,
                            step.choice == 0 ? 0600 : 0666);
    if (file < 0) return {-errno, {}};
    files_.push_back(file);
    return {0, {}};
  }
  Answer Close(const Step& step) {
    const Answer answer = Of(close(File(step)));
    if (answer.result == 0) files_.erase(files_.begin() + step.file);
    return answer;
  }
  Answer Read(const Step& step, bool positioned) {
    std::string bytes(static_cast<std::size_t>(step.size), '\0');
    const ssize_t count =
        positioned ? pread(File(step), bytes.data(), bytes.size(), step.offset)
                   : read(File(step), bytes.data(), bytes.size());
    if (count < 0) return {-errno, {}};
    bytes.resize(static_cast<std::size_t>(count));
    return {count, bytes};
  }
  Answer Write(const Step& step, bool positioned) {
    const std::string bytes = Pattern(step.size);
    return Of(positioned
                  ? pwrite(File(step), bytes.data(), bytes.size(), step.offset)
                  : write(File(step), bytes.data(), bytes.size()));
  }
  Answer Seek(const Step& step) {
    return Of(lseek(File(step), step.offset, step.choice % 4));
  }
  Answer TruncateFile(const Step& step) {
    return Of(ftruncate(File(step), step.offset));
  }
  Answer TruncatePath(const Step& step) {
    // There is no truncateat.
    const std::string path = step.path.empty() || step.path.starts_with('/')
                                 ? step.path
                                 : folder_.At("w/") + step.path;
    return Of(truncate(path.c_str(), step.offset));
  }
  Answer Unlink(const Step& step, int flags) {
    return Of(unlinkat(start_, step.path.c_str(), flags));
  }
  Answer MakeDirectory(const Step& step) {
    return Of(mkdirat(start_, step.path.c_str(), 0777));
  }
  Answer Rename(const Step& step) {
    return Of(renameat2(start_, step.path.c_str(), start_,
                        step.other_path.c_str(),
                        step.choice == 0 ? RENAME_NOREPLACE : 0));
  }
  Answer Link(const Step& step) {
    return Of(linkat(start_, step.path.c_str(), start_, step.other_path.c_str(),
                     step.choice == 0 ? AT_SYMLINK_FOLLOW : 0));
  }
  Answer SymbolicLink(const Step& step) {
    return Of(symlinkat(step.other_path.c_str(), start_, step.path.c_str()));
  }
  Answer ReadLink(const Step& step) {
    std::string text(8192, '\0');
    const ssize_t size = readlinkat(start_, step.path.c_str(), text.data(),
                                    static_cast<std::size_t>(step.size));
    if (size < 0) return {-errno, {}};
    return {size, text.substr(0, static_cast<std::size_t>(size))};
  }
  Answer Status(const Step& step, bool follow) {
    struct stat status;
    return Described(fstatat(start_, step.path.c_str(), &status,
                             follow ? 0 : AT_SYMLINK_NOFOLLOW),
                     status);
  }
  Answer FileStatus(const Step& step) {
    struct stat status;
    return Described(fstat(File(step), &status), status);
  }
  Answer CanAccess(const Step& step) {
    return Of(faccessat(start_, step.path.c_str(), step.choice, 0));
  }
  Answer Duplicate(const Step& step) {
    const int file = dup(File(step));
    if (file < 0) return {-errno, {}};
    files_.push_back(file);
    return {0, {}};
  }
  Answer SetMode(const Step& step) {
    return Of(fchmodat(start_, step.path.c_str(),
                       static_cast<mode_t>(0600 + step.choice), 0));
  }
  Answer List(const Step& step) {
    const int folder = openat(start_, step.path.c_str(), O_DIRECTORY);
    if (folder < 0) return {-errno, {}};
    DIR* const directory = fdopendir(folder);
    std::multiset<std::string> names;
    while (const dirent* entry = readdir(directory)) {
      names.insert(std::to_string(entry->d_type) + " " + entry->d_name);
    }
    closedir(directory);
    std::string text;
    for (const std::string& name : names) text += name + "\n";
    return {0, text};
  }

 private:
  static Answer Of(std::int64_t result) {
    return {result < 0 ? -errno : result, {}};
  }
  static Answer Described(int result, const struct stat& status) {
    if (result < 0) return {-errno, {}};
    return {0, DescribeStatus(status.st_mode, status.st_size, status.st_nlink)};
  }
  int File(const Step& step) const {
    const auto index = static_cast<std::size_t>(step.file);
    return index < files_.size() ? files_[index] : -1;
  }

  HostFolderForTest folder_;
  int start_ = -1;
  std::vector<int> files_;
};

template <typename Side>
Answer Run(Side& side, const Step& step) {
  switch (step.call) {
    case 0:
    case 1:
      return side.Open(step);
    case 2:
      return side.Close(step);
    case 3:
      return side.Read(step, step.choice % 2 == 0);
    case 4:
    case 5:
      return side.Write(step, step.choice % 2 == 0);
    case 6:
      return side.Seek(step);
    case 7:
      return side.TruncateFile(step);
    case 8:
      return side.TruncatePath(step);
    case 9:
      return side.Unlink(step, 0);
    case 10:
      return side.Unlink(step, AT_REMOVEDIR);
    case 11:
    case 12:
      return side.MakeDirectory(step);
    case 13:
      return side.Rename(step);
    case 14:
      return side.Link(step);
    case 15:
      return side.SymbolicLink(step);
    case 16:
      return side.ReadLink(step);
    case 17:
      return side.Status(step, step.choice % 2 == 0);
    case 18:
      return side.FileStatus(step);
    case 19:
      return side.CanAccess(step);
    case 20:
      return step.choice % 2 == 0 ? side.Duplicate(step) : side.SetMode(step);
    default:
      return side.List(step);
  }
}

// What depends on the kind of file system, so that Linux has no one answer:
// positions in directories, the largest file, and where holes are. The root is
// another place here and there.
bool IsPortable(GuestSide& guest, const Step& step) {
  if (step.call <= 1) {
    // Linux changed its mind about O_CREAT with O_DIRECTORY in 6.4.
    std::uint32_t flags = 0;
    for (const OpenFlag& flag : step.flags) flags |= flag.guest;
    if ((flags & kO_CREAT) != 0 && (flags & kO_DIRECTORY) != 0) return false;
  }
  const bool positions = step.call >= 3 && step.call <= 8;
  if (positions && step.offset == INT64_MAX) return false;
  if (step.call == 6) {
    return !guest.IsOpenDirectory(step) && step.choice % 4 < 3;
  }
  // Links stay below the working directory, so that a path leads out of it only
  // where one can see that.
  if (step.call == 15)
    return step.other_path.find('.') == std::string::npos &&
           step.other_path != "/";
  const bool outside = step.path == "/" || step.path == "..";
  return !outside || (step.call != 17 && step.call < 20);
}

RC_GTEST_PROP(LinuxPropertyTest, AnswersAreThoseOfLinux, ()) {
  GuestSide guest;
  LinuxSide linux_side;
  const auto steps =
      *rc::gen::scale(3.0, rc::gen::container<std::vector<Step>>(AnyStep()));
  for (const Step& step : steps) {
    if (!IsPortable(guest, step)) continue;
    const Answer expected = Run(linux_side, step);
    const Answer answer = Run(guest, step);
    if (!(answer == expected)) {
      RC_LOG() << step << "\nours:  " << answer << "\nLinux: " << expected;
      RC_FAIL("another answer");
    }
    guest.ExpectSound();
  }
}

}  // namespace
}  // namespace kheap::kernel
