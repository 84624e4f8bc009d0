// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_HOST_FOLDER_FOR_TEST_H_
#define KHEAP_TESTS_KERNEL_HOST_FOLDER_FOR_TEST_H_

// A new folder on the host, gone with everything in it when this ends.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "machine/check.h"

namespace kheap::kernel {

class HostFolderForTest {
 public:
  HostFolderForTest() {
    const char* const base = std::getenv("TEST_TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/folderXXXXXX";
    KHEAP_CHECK(mkdtemp(path_.data()) != nullptr, "a test has a place to work");
  }
  ~HostFolderForTest() { std::filesystem::remove_all(path_); }
  HostFolderForTest(const HostFolderForTest&) = delete;
  HostFolderForTest& operator=(const HostFolderForTest&) = delete;

  const std::string& path() const { return path_; }
  std::string At(const std::string& name) const { return path_ + "/" + name; }

  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(At(name)) << content;
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(At(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string path_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_HOST_FOLDER_FOR_TEST_H_
