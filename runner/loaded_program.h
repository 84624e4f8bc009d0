// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_LOADED_PROGRAM_H_
#define KHEAP_RUNNER_LOADED_PROGRAM_H_

// A compiled object in the host's memory, ready to run: its code, its tables,
// its image, and from a place in its code to the lines of its source.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "runner/guest_abi.h"
#include "runner/program_image.h"

namespace kheap {

// A line of source in a function. Unknown numbers are 0.
struct SourceLine {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string function;

  friend bool operator==(const SourceLine&, const SourceLine&) = default;
};

class LoadedProgram {
 public:
  // InvalidArgument if the object is not one that CompileObject made.
  static absl::StatusOr<std::unique_ptr<LoadedProgram>> Load(
      const std::string& object);
  ~LoadedProgram();

  const ProgramImage& image() const { return image_; }
  // A function that the host may call.
  struct Function {
    std::string signature;  // as in ProgramImage
    std::string prototype;
    void* entry;  // null if the host cannot call it
  };
  // Null if there is none of the name.
  const Function* FindFunction(std::string_view name) const;
  const SiteRecord& site(std::uint32_t index) const { return sites_[index]; }
  // What a guest's function pointer leads to, or null.
  const FunctionEntry* FindPointer(std::uint64_t function_pointer) const;
  // The name of the function that it leads to, or nothing.
  std::string FunctionName(std::uint64_t function_pointer) const;

  // What stands at a return address in the code, inlined functions first.
  // Nothing if the address is not in the program's code.
  std::vector<SourceLine> Lines(const void* return_address) const;

 private:
  struct Code;
  LoadedProgram();

  std::unique_ptr<Code> code_;
  ProgramImage image_;
  absl::flat_hash_map<std::string, Function> entries_;
  const SiteRecord* sites_ = nullptr;
  const FunctionEntry* functions_ = nullptr;
  std::uint64_t function_count_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_LOADED_PROGRAM_H_
