// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_FILES_H_
#define KHEAP_RUNNER_FILES_H_

// The host's files, as a compiler driver needs them.

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace kheap {

// A file's bytes, or nothing if it cannot be read.
std::optional<std::string> ReadFile(const std::string& path);
// Writes a file, whole or not at all; whether it was written. Others that read
// it meanwhile see the old one or the new one.
bool WriteFile(const std::string& path, const std::string& bytes);

// A folder of its own in the system's temporary one, gone with its owner.
class TemporaryFolder {
 public:
  // Unavailable where there is no room for one.
  static absl::StatusOr<TemporaryFolder> Make();

  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_FILES_H_
