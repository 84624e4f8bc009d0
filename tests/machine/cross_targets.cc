// SPDX-License-Identifier: Apache-2.0
// What Highway's library says of the processor, for cross_check.cc where there
// is no such library: the vectors that the compiler was told of.
#include <hwy/targets.h>

namespace hwy {

int64_t SupportedTargets() { return HWY_ENABLED_BASELINE; }
void SetSupportedTargetsForTest(int64_t) {}

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
