// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CALL_SHAPE_H_
#define KHEAP_RUNNER_CALL_SHAPE_H_

// How C's compiler laid a function's result and parameters out for the call,
// after riscv64's lp64d: numbers and pointers as they are, structs of up to 16
// bytes as one or two numbers, larger ones by address.
//
//   struct point { double x, y; };          LLVM's function
//   double norm(struct point p, int power)  double (double, double, i32)
//
// What the source said is read from its debug information.
//
// Source: RISC-V ELF psABI 1.0, "Integer Calling Convention" and "Hardware
// Floating-Point Calling Convention".

#include <cstdint>
#include <string>
#include <vector>

#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"

namespace kheap {

struct PassedValue {
  enum class Way : std::uint8_t {
    kDirect,     // one number or pointer
    kInParts,    // a struct as its parts
    kByAddress,  // a struct in memory
    kNothing,    // void
  };
  Way way = Way::kDirect;
  std::uint64_t size_bytes = 0;            // of a struct
  std::vector<std::uint64_t> part_begins;  // offsets into it; kInParts
};

struct CallShape {
  PassedValue result;
  std::vector<PassedValue> parameters;
  std::string signature;  // as ImageFunction has it
  std::string prototype;  // as C writes it, for messages
};

// Where there is no debug information, or it is of another function, every
// parameter of LLVM's stands for itself.
CallShape ShapeOf(const llvm::Function& function);

// A call's type in C's words, as far as LLVM's type tells: "int (void *)".
std::string PrototypeOf(const llvm::FunctionType& type);

// A variable's type, as ImageGlobal has it.
struct VariableType {
  std::string letters;
  std::string c_type;
};
VariableType TypeOf(const llvm::GlobalVariable& variable);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CALL_SHAPE_H_
