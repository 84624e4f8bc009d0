/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KHEAP_TESTS_SCALARS_C_ORACLE_H_
#define KHEAP_TESTS_SCALARS_C_ORACLE_H_

/* C itself, as compiled by the host's C compiler with wrapping integers: what
   `*a op b` does to variables of any two types. */

#ifdef __cplusplus
extern "C" {
#endif

enum OracleType {
  kI8,
  kU8,
  kI16,
  kU16,
  kI32,
  kU32,
  kI64,
  kU64,
  kF32,
  kF64,
  kBool
};

enum OracleOperator {
  kSet,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kRem,
  kAnd,
  kOr,
  kXor,
  kShl,
  kShr,
  kPreIncrement,
  kPreDecrement,
  kPostIncrement,
  kPostDecrement
};

/* Applies the operator to the variable at `a` of type `a_type` and the value at
   `b` of type `b_type`, which must be integers for % & | ^ << >>. The last four
   ignore b; the value of the expression goes to `result`, of type `a_type`. */
void OracleApply(enum OracleOperator op, enum OracleType a_type, void* a,
                 enum OracleType b_type, const void* b, void* result);

#ifdef __cplusplus
}
#endif

#endif /* KHEAP_TESTS_SCALARS_C_ORACLE_H_ */
