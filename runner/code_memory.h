// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CODE_MEMORY_H_
#define KHEAP_RUNNER_CODE_MEMORY_H_

// The host memory of a loaded object: one block, as sections name each other by
// distances of 32 bits. Mapped one by one they may lie on either side of
// something large, such as a stack of 2 GiB.
//
//   | code | constants | variables |
//     r-x    r--         rw-

#include <cstddef>
#include <cstdint>
#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include "llvm/Support/Memory.h"

namespace kheap {

class CodeMemory : public llvm::RTDyldMemoryManager {
 public:
  CodeMemory() = default;
  ~CodeMemory() override;

  bool needsToReserveAllocationSpace() override { return true; }
  void reserveAllocationSpace(std::uintptr_t code_bytes, llvm::Align code_align,
                              std::uintptr_t constant_bytes,
                              llvm::Align constant_align,
                              std::uintptr_t variable_bytes,
                              llvm::Align variable_align) override;
  // Null where the host had no memory, or the object is larger than it said.
  std::uint8_t* allocateCodeSection(std::uintptr_t size, unsigned alignment,
                                    unsigned id, llvm::StringRef name) override;
  std::uint8_t* allocateDataSection(std::uintptr_t size, unsigned alignment,
                                    unsigned id, llvm::StringRef name,
                                    bool is_read_only) override;
  // True on failure, as LLVM has it.
  bool finalizeMemory(std::string* error) override;

 private:
  // A part of the block, whole pages.
  struct Part {
    std::uint8_t* begin = nullptr;
    std::size_t size_bytes = 0;
    std::size_t used_bytes = 0;

    // An alignment of 0 leaves it open.
    std::uint8_t* Take(std::size_t size, std::size_t alignment);
    bool Protect(unsigned permissions, std::string* error) const;
  };

  llvm::sys::MemoryBlock block_;
  Part code_;
  Part constants_;
  Part variables_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_CODE_MEMORY_H_
