// SPDX-License-Identifier: Apache-2.0
// Random object graphs against a host-side model.
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/gc/graph_model.h"

namespace kheap::gc {
namespace {

std::vector<GraphStep> AnySteps() {
  const auto any = rc::gen::arbitrary<std::uint32_t>();
  return *rc::gen::container<std::vector<GraphStep>>(rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, kGraphStepKinds), any, any, any),
      [](const std::tuple<int, std::uint32_t, std::uint32_t, std::uint32_t>&
             t) {
        return GraphStep{std::get<0>(t), std::get<1>(t), std::get<2>(t),
                         std::get<3>(t)};
      }));
}

void RunAgainstModel(const CollectorOptions& options, bool checked) {
  GraphModel model(options, checked);
  for (const GraphStep& step : AnySteps()) model.Apply(step);
  model.Check();
  model.Apply({kGraphStepKinds - 1, 0, 0, 0});
}

CollectorOptions Stressed() {
  CollectorOptions options = kSmallOptions;
  options.stress = true;
  return options;
}
// So little old space that objects have to be kept in the nursery.
CollectorOptions Cramped() {
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + 3 * 32768;
  return options;
}

RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAlive, ()) {
  RunAgainstModel(kSmallOptions, false);
}
RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAliveChecked, ()) {
  RunAgainstModel(kSmallOptions, true);
}
RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAliveUnderStress, ()) {
  RunAgainstModel(Stressed(), false);
}
RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAliveWithoutRoom, ()) {
  RunAgainstModel(Cramped(), false);
}

RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAliveUnderStressChecked,
              ()) {
  RunAgainstModel(Stressed(), true);
}
RC_GTEST_PROP(CollectorProperty, ExactlyTheReachableIsAliveWithoutRoomChecked,
              ()) {
  RunAgainstModel(Cramped(), true);
}

// No address of the host, no clock and no hash order has a part in it.
RC_GTEST_PROP(CollectorProperty, TheSameStepsLeadToTheSameBytes, ()) {
  GraphModel a(kSmallOptions, false);
  GraphModel b(kSmallOptions, false);
  for (const GraphStep& step : AnySteps()) {
    a.Apply(step);
    b.Apply(step);
  }
  RC_ASSERT(a.world().heap() == b.world().heap());
}

}  // namespace
}  // namespace kheap::gc
