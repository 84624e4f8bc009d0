// SPDX-License-Identifier: Apache-2.0
// Random requests against a plain map of what is live.
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "rapidcheck/gtest.h"
#include "tests/kmalloc/malloc_model.h"

namespace kheap {
namespace {

std::vector<Step> AnySteps() {
  return *rc::gen::container<std::vector<Step>>(AnyStep());
}

void RunAgainstModel(const Setting& setting) {
  MallocModel model(setting);
  for (const Step& step : AnySteps()) {
    model.Apply(step);
    model.Check();
  }
  model.FreeAll();
  model.Check();
}

RC_GTEST_PROP(KMallocProperty, AgreesWithAMapOfBlocksWithPages, ()) {
  RunAgainstModel(kPagesFast);
}
RC_GTEST_PROP(KMallocProperty, AgreesWithAMapOfBlocksWithTags, ()) {
  RunAgainstModel(kTagsFast);
}
RC_GTEST_PROP(KMallocProperty, AgreesWithAMapOfBlocksWithPagesChecked, ()) {
  RunAgainstModel(kPagesChecked);
}
RC_GTEST_PROP(KMallocProperty, AgreesWithAMapOfBlocksWithTagsChecked, ()) {
  RunAgainstModel(kTagsChecked);
}

// The arena holds all there is to know: no address of the host, no hash order
// and no clock has a part in it.
RC_GTEST_PROP(KMallocProperty, TheSameStepsLeadToTheSameBytes, ()) {
  const Setting setting = *rc::gen::elementOf(kEverySetting);
  MallocModel a(setting);
  MallocModel b(setting);
  for (const Step& step : AnySteps()) {
    a.Apply(step);
    b.Apply(step);
  }
  RC_ASSERT(a.heap().ComputeDigest() == b.heap().ComputeDigest());
  RC_ASSERT(a.heap() == b.heap());
}

// A view made anew before every step knows all that the one before knew.
RC_GTEST_PROP(KMallocProperty, TheStateIsInTheArenaAlone, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::uint64_t>>(
      rc::gen::inRange<std::uint64_t>(0, 2000));
  MallocArena kept(kPagesFast);
  MallocArena renewed(kPagesFast);
  for (const std::uint64_t size : sizes) {
    for (int i = 0; i < 40; ++i) {
      const Address a = kept.malloc().Malloc(size);
      RC_ASSERT(KMalloc(renewed.heap()).Malloc(size) == a);
      if (i % 3 == 0) continue;
      kept.malloc().Free(a);
      KMalloc(renewed.heap()).Free(a);
    }
  }
  RC_ASSERT(kept.heap() == renewed.heap());
}

}  // namespace
}  // namespace kheap
