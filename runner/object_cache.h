// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_OBJECT_CACHE_H_
#define KHEAP_RUNNER_OBJECT_CACHE_H_

// Compiled objects on disk, so that a program that has not changed starts
// without a compiler. An entry is found by the sources' contents and the
// options, and holds as long as every file that the compiler read is as it was.
// A cache that cannot be read or written is as good as an empty one.

#include <optional>
#include <string>
#include <vector>

#include "runner/sources.h"

namespace kheap {

class ObjectCache {
 public:
  // A cache in `options.cache_folder`, for these sources.
  ObjectCache(const CompileOptions& options,
              const std::vector<Source>& sources);

  std::optional<std::string> Find() const;
  // `files` is what the compiler read.
  void Keep(const std::string& object,
            const std::vector<std::string>& files) const;

 private:
  std::string folder_;  // empty: no cache
  std::string key_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_OBJECT_CACHE_H_
