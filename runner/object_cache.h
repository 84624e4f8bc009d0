// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_OBJECT_CACHE_H_
#define KHEAP_RUNNER_OBJECT_CACHE_H_

// Compiled programs on disk, so that one that has not changed starts without a
// compiler, and says what the compiler said. An entry is found by the sources'
// contents and the options, and holds as long as every file that the compiler
// read is as it was. A cache that cannot be read or written is as good as an
// empty one.
//
//   KEY.o         the object
//   KEY.messages  the compiler's words
//   KEY.files     hashes of both, then hash and path of each file that was read

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

  std::string folder_;  // empty: no cache
  std::string key_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_OBJECT_CACHE_H_
