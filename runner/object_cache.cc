// SPDX-License-Identifier: Apache-2.0
#include "runner/object_cache.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <filesystem>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "runner/files.h"
#include "runner/guest_library.h"

namespace kheap {

namespace {

std::string HashOf(const std::string& bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

// What changes whenever the translator or the library was built anew.
std::string BuildStamp(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return path;
  return absl::StrCat(path, " ", status.st_size, " ", status.st_mtim.tv_sec,
                      " ", status.st_mtim.tv_nsec, "\n");
}

}  // namespace

ObjectCache::ObjectCache(const CompileOptions& options,
                         const std::vector<Source>& sources)
    : folder_(options.cache_folder) {
  if (folder_.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  std::string what =
      absl::StrCat(BuildStamp("/proc/self/exe"), BuildStamp(GuestLibraryFile()),
                   options.checked, " ", options.optimisation.value_or(-1), " ",
                   options.memory_bytes, " ", options.stack_bytes, " ",
                   options.limits_steps, "\n");
  for (const std::string& argument : options.compiler_arguments) {
    absl::StrAppend(&what, argument, "\n");
  }
  for (const Source& source : sources) {
    const std::string path =
        std::filesystem::absolute(source.path, error).string();
    absl::StrAppend(
        &what, path, "\n", source.path, "\n",
        HashOf(source.text.has_value() ? *source.text
                                       : ReadFile(source.path).value_or("")),
        "\n");
  }
  key_ = HashOf(what);
}

std::string ObjectCache::File(const char* ending) const {
  return absl::StrCat(folder_, "/", key_, ending);
}

std::optional<CompiledProgram> ObjectCache::Find() const {
  if (folder_.empty()) return std::nullopt;
  const auto files = ReadFile(File(".files"));
  if (!files.has_value()) return std::nullopt;
  std::istringstream lines(*files);
  std::string hash;
  std::string path;
  std::string object_hash;
  std::string messages_hash;
  std::getline(lines, object_hash);
  std::getline(lines, messages_hash);
  while (std::getline(lines, hash, ' ') && std::getline(lines, path)) {
    const auto content = ReadFile(path);
    if (!content.has_value() || HashOf(*content) != hash) return std::nullopt;
  }
  auto object = ReadFile(File(".o"));
  auto messages = ReadFile(File(".messages"));
  if (!object.has_value() || HashOf(*object) != object_hash ||
      !messages.has_value() || HashOf(*messages) != messages_hash) {
    return std::nullopt;
  }
  return CompiledProgram{*std::move(object), *std::move(messages)};
}

void ObjectCache::Keep(const CompiledProgram& program,
                       const std::vector<std::string>& files) const {
  if (folder_.empty()) return;
  std::string list = absl::StrCat(HashOf(program.object), "\n",
                                  HashOf(program.messages), "\n");
  for (const std::string& file : files) {
    const auto content = ReadFile(file);
    if (!content.has_value()) continue;  // a text that was in no file
    std::error_code error;
    absl::StrAppend(&list, HashOf(*content), " ",
                    std::filesystem::absolute(file, error).string(), "\n");
  }
  WriteFile(File(".o"), program.object);
  WriteFile(File(".messages"), program.messages);
  WriteFile(File(".files"), list);
}

}  // namespace kheap
