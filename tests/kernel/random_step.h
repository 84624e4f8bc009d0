// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_RANDOM_STEP_H_
#define KHEAP_TESTS_KERNEL_RANDOM_STEP_H_

// A system call to make on two systems, drawn at random, and what one of them
// answers.

#include <fcntl.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "kernel/linux_abi.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

// What one system answers to one call.
struct Answer {
  Result result = 0;
  std::string text;

  friend bool operator==(const Answer&, const Answer&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.result << " \"" << answer.text << "\"";
}

struct OpenFlag {
  std::uint32_t guest;
  int host;
};
inline constexpr OpenFlag kOpenFlags[] = {
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

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  out << "{call " << step.call << " \"" << step.path << "\" \""
      << step.other_path << "\" flags";
  for (const OpenFlag& flag : step.flags) out << " " << flag.guest;
  return out << " file " << step.file << " offset " << step.offset << " size "
             << step.size << " choice " << step.choice << "}";
}

inline std::string Pattern(int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  for (int i = 0; i < size; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>('a' + i % 23);
  }
  return bytes;
}

inline std::string DescribeStatus(std::uint32_t mode, std::int64_t size,
                                  std::uint64_t links) {
  std::string text = std::to_string(mode);
  const bool is_directory = (mode & 0170000) == 0040000;
  if (!is_directory) {
    text += " " + std::to_string(size) + " " + std::to_string(links);
  }
  return text;
}

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_RANDOM_STEP_H_
