// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOST_DESCRIPTOR_H_
#define KHEAP_KERNEL_HOST_DESCRIPTOR_H_

// A file descriptor of the host, closed when it ends, and what is read through
// one that is a folder's. Failures are negative Linux errors.

#include <string>
#include <utility>
#include <vector>

#include "kernel/linux_errno.h"

namespace kheap::kernel {

class HostDescriptor {
 public:
  explicit HostDescriptor(int number = -1) : number_(number) {}
  HostDescriptor(HostDescriptor&& other) noexcept : number_(other.Release()) {}
  HostDescriptor& operator=(HostDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~HostDescriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // The number, for one who closes it.
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Another descriptor of the same open file.
Result Duplicate(int descriptor, HostDescriptor& copy);

// The folder `name` in a folder: -ENOTDIR for all else, links too.
Result OpenFolderIn(int folder, const std::string& name, HostDescriptor& found);

// All names but "." and "..", in no order.
Result NamesIn(int folder, std::vector<std::string>& names);

// The text of a symbolic link in a folder: -EINVAL where it is none.
Result ReadLinkIn(int folder, const std::string& name, std::string& text);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOST_DESCRIPTOR_H_
