// SPDX-License-Identifier: Apache-2.0
#include "runner/object_cache.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string_view>

#include "absl/strings/match.h"
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

// Stands for the hash of a file that must not be there.
constexpr char kAbsent[] = "-";

std::string Absolute(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// Of -IFOLDER, and of -I and its like with the folder as the next argument.
std::vector<std::string> IncludeFolders(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> folders;
  std::string_view last;
  for (const std::string& argument : arguments) {
    if (last == "-I" || last == "-iquote" || last == "-isystem" ||
        last == "-idirafter") {
      folders.push_back(argument);
      last = {};
      continue;
    }
    if (argument.starts_with("-I") && argument.size() > 2) {
      folders.push_back(argument.substr(2));
    }
    last = argument;
  }
  return folders;
}

// Where the compiler may have looked for the files before it found them: each
// by its name below one of the folders, in all the others.
std::set<std::string> OtherPlaces(const std::set<std::string>& files,
                                  const std::set<std::string>& folders) {
  std::set<std::string> places;
  for (const std::string& file : files) {
    for (const std::string& folder : folders) {
      if (!absl::StartsWith(file, folder + "/")) continue;
      for (const std::string& other : folders) {
        places.insert(other + file.substr(folder.size()));
      }
    }
  }
  return places;
}

}  // namespace

ObjectCache::ObjectCache(const CompileOptions& options,
                         const std::vector<Source>& sources)
    : folder_(options.cache_folder),
      include_folders_(IncludeFolders(options.compiler_arguments)) {
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
  const std::size_t first_line = std::min(files->find('\n'), files->size());
  const std::string list = files->substr(first_line);
  if (list.empty() || HashOf(list) != files->substr(0, first_line)) {
    return std::nullopt;
  }
  std::istringstream lines(list.substr(1));
  std::string hash;
  std::string path;
  std::string object_hash;
  std::string messages_hash;
  std::getline(lines, object_hash);
  std::getline(lines, messages_hash);
  while (std::getline(lines, hash, ' ') && std::getline(lines, path)) {
    if (hash == kAbsent) {
      if (Exists(path)) return std::nullopt;
      continue;
    }
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
  std::string list = absl::StrCat("\n", HashOf(program.object), "\n",
                                  HashOf(program.messages), "\n");
  std::set<std::string> read;
  std::set<std::string> folders;
  for (const std::string& folder : include_folders_) {
    folders.insert(Absolute(folder));
  }
  for (const std::string& file : files) {
    const auto content = ReadFile(file);
    if (!content.has_value()) continue;  // a text that was in no file
    const std::string path = Absolute(file);
    absl::StrAppend(&list, HashOf(*content), " ", path, "\n");
    read.insert(path);
    // A header in quotes is looked for beside the file that asks for it.
    folders.insert(std::filesystem::path(path).parent_path().string());
  }
  for (const std::string& place : OtherPlaces(read, folders)) {
    if (!Exists(place)) absl::StrAppend(&list, kAbsent, " ", place, "\n");
  }
  WriteFile(File(".o"), program.object);
  WriteFile(File(".messages"), program.messages);
  WriteFile(File(".files"), HashOf(list) + list);
}

}  // namespace kheap
