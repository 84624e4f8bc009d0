/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scalars/c_oracle.h"

#include <stdint.h>
#include <stdlib.h>

typedef _Bool boolean; /* as one word, for pasting */

/* One function for each pair of types, generated: C has no templates, and only
   C is C. */

#define ARITHMETIC(A, B) \
  case kSet:             \
    *a = *b;             \
    break;               \
  case kAdd:             \
    *a += *b;            \
    break;               \
  case kSub:             \
    *a -= *b;            \
    break;               \
  case kMul:             \
    *a *= *b;            \
    break;               \
  case kDiv:             \
    *a /= *b;            \
    break;               \
  case kPreIncrement:    \
    *result = ++*a;      \
    break;               \
  case kPreDecrement:    \
    *result = --*a;      \
    break;               \
  case kPostIncrement:   \
    *result = (*a)++;    \
    break;               \
  case kPostDecrement:   \
    *result = (*a)--;    \
    break;

#define INTEGER(A, B) \
  case kRem:          \
    *a %= *b;         \
    break;            \
  case kAnd:          \
    *a &= *b;         \
    break;            \
  case kOr:           \
    *a |= *b;         \
    break;            \
  case kXor:          \
    *a ^= *b;         \
    break;            \
  case kShl:          \
    *a <<= *b;        \
    break;            \
  case kShr:          \
    *a >>= *b;        \
    break;

#define DEFINE(A, B, CASES)                                             \
  static void Apply_##A##_##B(enum OracleOperator op, A* a, const B* b, \
                              A* result) {                              \
    switch (op) {                                                       \
      CASES                                                             \
      default:                                                          \
        abort();                                                        \
    }                                                                   \
  }

#define DEFINE_FLOATING(A, B) DEFINE(A, B, ARITHMETIC(A, B))
#define DEFINE_INTEGER(A, B) DEFINE(A, B, ARITHMETIC(A, B) INTEGER(A, B))

#define WITH_EACH_INTEGER(M, A)                                           \
  M(A, int8_t)                                                            \
  M(A, uint8_t) M(A, int16_t) M(A, uint16_t) M(A, int32_t) M(A, uint32_t) \
      M(A, int64_t) M(A, uint64_t) M(A, boolean)
#define WITH_EACH_FLOATING(M, A) M(A, float) M(A, double)

#define DEFINE_ROW(A)                  \
  WITH_EACH_INTEGER(DEFINE_INTEGER, A) \
  WITH_EACH_FLOATING(DEFINE_FLOATING, A)
#define DEFINE_FLOATING_ROW(A)          \
  WITH_EACH_INTEGER(DEFINE_FLOATING, A) \
  WITH_EACH_FLOATING(DEFINE_FLOATING, A)

DEFINE_ROW(int8_t)
DEFINE_ROW(uint8_t)
DEFINE_ROW(int16_t)
DEFINE_ROW(uint16_t)
DEFINE_ROW(int32_t)
DEFINE_ROW(uint32_t)
DEFINE_ROW(int64_t)
DEFINE_ROW(uint64_t)
DEFINE_ROW(boolean)
DEFINE_FLOATING_ROW(float)
DEFINE_FLOATING_ROW(double)

#define CALL(code, A, B)               \
  case code:                           \
    Apply_##A##_##B(op, a, b, result); \
    return;
#define CALL_ROW(code, A)                                                  \
  case code:                                                               \
    switch (b_type) {                                                      \
      CALL(kI8, A, int8_t)                                                 \
      CALL(kU8, A, uint8_t) CALL(kI16, A, int16_t) CALL(kU16, A, uint16_t) \
          CALL(kI32, A, int32_t) CALL(kU32, A, uint32_t)                   \
              CALL(kI64, A, int64_t) CALL(kU64, A, uint64_t)               \
                  CALL(kF32, A, float) CALL(kF64, A, double)               \
                      CALL(kBool, A, boolean)                              \
    }                                                                      \
    abort();

void OracleApply(enum OracleOperator op, enum OracleType a_type, void* a,
                 enum OracleType b_type, const void* b, void* result) {
  switch (a_type) {
    CALL_ROW(kI8, int8_t)
    CALL_ROW(kU8, uint8_t)
    CALL_ROW(kI16, int16_t)
    CALL_ROW(kU16, uint16_t)
    CALL_ROW(kI32, int32_t)
    CALL_ROW(kU32, uint32_t)
    CALL_ROW(kI64, int64_t)
    CALL_ROW(kU64, uint64_t)
    CALL_ROW(kF32, float)
    CALL_ROW(kF64, double)
    CALL_ROW(kBool, boolean)
  }
  abort();
}
