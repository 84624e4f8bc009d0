// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_OBJECT_CACHE_H_
#define KHEAP_RUNNER_OBJECT_CACHE_H_

// Compiled programs on disk, so that one that has not changed starts without a
// compiler, and says what the compiler said. An entry is found by the sources'
// contents and the options, and holds as long as every file that the compiler
// read is as it was, and none has come where it would have read another. (A
// name that only __has_include asked for, in vain, is not known.) A cache that
// cannot be read or written is as good as an empty one.
//
//   KEY.o         the object
//   KEY.messages  the compiler's words
//   KEY.files     a hash of what follows; hashes of both others; for each file
//                 a hash, or "-" if it must not be there, and the path

#include <optional>
#include <string>
#include <vector>

#include "runner/sources.h"

namespace kheap {

struct CompiledProgram {
  std::string object;
  std::string messages;  // the compiler's warnings
};

class ObjectCache {
 public:
  // A cache in `options.cache_folder`, for these sources.
  ObjectCache(const CompileOptions& options,
              const std::vector<Source>& sources);

  std::optional<CompiledProgram> Find() const;
  // `files` is what the compiler read.
  void Keep(const CompiledProgram& program,
            const std::vector<std::string>& files) const;

 private:
  std::string File(const char* ending) const;

  std::string folder_;                        // empty: no cache
  std::vector<std::string> include_folders_;  // named by the options
  std::string key_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_OBJECT_CACHE_H_
