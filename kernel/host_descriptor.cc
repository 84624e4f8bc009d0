// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "bitshift/bits.h"
#include "kernel/host_error.h"
#include "kernel/linux_abi.h"

namespace kheap::kernel {

HostDescriptor::~HostDescriptor() {
  if (is_open()) close(number_);
}

Result Duplicate(int descriptor, HostDescriptor& copy) {
  copy = HostDescriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  return copy.is_open() ? 0 : ErrorFromHost(errno);
}

Result OpenFolderIn(int folder, const std::string& name,
                    HostDescriptor& found) {
  constexpr unsigned kFlags =
      bits::Or(bits::Or(unsigned{O_RDONLY}, unsigned{O_DIRECTORY}),
               bits::Or(unsigned{O_NOFOLLOW}, unsigned{O_CLOEXEC}));
  found =
      HostDescriptor(openat(folder, name.c_str(), static_cast<int>(kFlags)));
  return found.is_open() ? 0 : ErrorFromHost(errno);
}

Result NamesIn(int folder, std::vector<std::string>& names) {
  HostDescriptor copy;
  if (const Result error = Duplicate(folder, copy); error != 0) return error;
  DIR* const directory = fdopendir(copy.number());
  if (directory == nullptr) return ErrorFromHost(errno);
  copy.Release();  // closedir closes it
  while (true) {
    errno = 0;  // it stays so at the end
    const dirent* const entry = readdir(directory);
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  const Result error = errno == 0 ? 0 : ErrorFromHost(errno);
  closedir(directory);
  return error;
}

Result ReadLinkIn(int folder, const std::string& name, std::string& text) {
  std::array<char, kPathBytesMax> buffer;
  const ssize_t size =
      readlinkat(folder, name.c_str(), buffer.data(), buffer.size());
  if (size < 0) return ErrorFromHost(errno);
  if (static_cast<std::size_t>(size) == buffer.size()) return -kENAMETOOLONG;
  text.assign(buffer.data(), static_cast<std::size_t>(size));
  return 0;
}

}  // namespace kheap::kernel
