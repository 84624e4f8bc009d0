// SPDX-License-Identifier: Apache-2.0
#include "machine/check.h"

#include "gtest/gtest.h"

namespace kheap::machine {
namespace {

TEST(CheckTest, AHoldingInvariantCostsOneEvaluation) {
  int evaluations = 0;
  KHEAP_CHECK(++evaluations == 1, "evaluated once");
  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, ABrokenInvariantSaysWhichAndWhere) {
  EXPECT_DEATH(
      KHEAP_CHECK(1 + 1 == 3, "sums are right"),
      "check_test\\.cc:[0-9]+: broken invariant: sums are right .1 . 1 == 3.");
}

TEST(CheckTest, BothMacrosAreSingleStatements) {
  if (false)
    KHEAP_DCHECK(false, "not reached");
  else
    KHEAP_CHECK(true, "the else belongs to the if above");
}

#ifdef KHEAP_PARANOID
TEST(CheckDeathTest, TheDebugCheckStopsInParanoidBuilds) {
  EXPECT_DEATH(KHEAP_DCHECK(false, "broken"), "broken invariant: broken");
}
#else
TEST(CheckTest, TheDebugCheckIsNotEvaluated) {
  int evaluations = 0;
  KHEAP_DCHECK(++evaluations != 0, "not evaluated");
  EXPECT_EQ(evaluations, 0);
}
#endif

}  // namespace
}  // namespace kheap::machine
