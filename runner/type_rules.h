// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_TYPE_RULES_H_
#define KHEAP_RUNNER_TYPE_RULES_H_

// Which of LLVM's types a guest may use: those that C's types compile to, of
// sizes that LLVM's code generator is known to bear.

#include <cstdint>
#include <optional>
#include <string>

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Type.h"

namespace kheap {

class TypeRules {
 public:
  // Larger sizes wrap somewhere.
  static constexpr std::uint64_t kBytesMax = 4611686018427387904u;  // 2^62

  explicit TypeRules(const llvm::DataLayout& layout) : layout_(layout) {}

  // What is wrong with a type of values: "integers of 1024 bits".
  std::optional<std::string> ProblemAsValue(llvm::Type* type);
  // The same for a type of objects in memory, which may be large.
  std::optional<std::string> ProblemInMemory(llvm::Type* type);

  // The size of a type without a problem.
  std::uint64_t BytesOf(llvm::Type* type) const {
    return layout_.getTypeAllocSize(type).getFixedValue();
  }
  // Whether clang may access bit-fields by this type: those of a packed struct
  // are one integer, however many there are.
  static bool IsBitFieldUnit(const llvm::Type* type);
  // Whether a value lies in memory as whole bytes, or is a single integer.
  static bool FillsBytes(llvm::Type* type);

 private:
  std::optional<std::string> ProblemOfScalar(llvm::Type* type) const;
  std::optional<std::string> ProblemOfVector(llvm::Type* type) const;
  std::optional<std::string> FindProblemInMemory(llvm::Type* type);
  // How large a type is, capped at kBytesMax + 1.
  std::uint64_t CappedBytes(llvm::Type* type);

  const llvm::DataLayout& layout_;
  llvm::DenseMap<llvm::Type*, std::optional<std::string>> in_memory_;
  llvm::DenseMap<llvm::Type*, std::uint64_t> bytes_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_TYPE_RULES_H_
