// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PASSED_STRUCT_H_
#define KHEAP_RUNNER_PASSED_STRUCT_H_

#include "llvm/IR/Instructions.h"

namespace kheap {

// Whether a load is a part of a struct or union on its way into a call or out
// of its function. Clang passes those of 16 bytes at most as one or two
// numbers, padding and unset members and all, from wherever they lie: an
// element of an array, a block, a member of another.
//
//   %9 = load [2 x i64], ptr %8
//   call i32 @area([2 x i64] %9)         a struct: nothing said of the number
//   call i32 @abs(i32 noundef %7)        a number: it is to have a value
//
// `noundef` is clang's word for what C passes by value and looks at (LLVM
// Language Reference, Parameter Attributes). Of results, for which C has no
// such word, the debug information tells the type.
bool IsOfPassedStruct(const llvm::LoadInst& load);

}  // namespace kheap

#endif  // KHEAP_RUNNER_PASSED_STRUCT_H_
