// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_LINUX_SIDE_H_
#define KHEAP_TESTS_KERNEL_LINUX_SIDE_H_

// The same steps as calls to the Linux that the test runs on, in a folder of
// their own.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/kernel/host_folder_for_test.h"
#include "tests/kernel/random_step.h"

namespace kheap::kernel {

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

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_LINUX_SIDE_H_
