// SPDX-License-Identifier: Apache-2.0
// Random calls against a map of what state each block is in.
#include <map>
#include <memory>
#include <vector>

#include "exec/executable_memory.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/exec/host_permissions.h"
#include "tests/exec/native_function.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

struct Step {
  int call;
  std::uint64_t size_bytes;
  std::size_t pick;
};

rc::Gen<Step> AnyStep() {
  return rc::gen::construct<Step>(
      rc::gen::inRange(0, 5),
      rc::gen::inRange<std::uint64_t>(1, 3 * kCodePageBytes),
      rc::gen::arbitrary<std::size_t>());
}

class Model {
 public:
  explicit Model(bool checked)
      : heap_(MakeHeap({.layout = {.code_bytes = 16 * kCodePageBytes},
                        .checked = checked})),
        code_(ExecutableMemory::Create(*heap_).value()) {}

  void Apply(const Step& step) {
    if (step.call == 0) return Allocate(step.size_bytes);
    if (states_.empty()) return;
    auto at = states_.begin();
    std::advance(at, step.pick % states_.size());
    auto& [block, state] = *at;
    if (step.call == 1) {
      RC_ASSERT(code_.Seal(block).ok() == (state == CodeState::kWritable));
      if (state == CodeState::kWritable) state = CodeState::kSealed;
    } else if (step.call == 2) {
      RC_ASSERT(code_.Verify(block).ok() == (state == CodeState::kSealed));
    } else if (step.call == 3) {
      RC_ASSERT(code_.Free(block).ok());
      state = CodeState::kFreed;
    } else {
      Run(block, state);
    }
  }

  void Check() {
    RC_ASSERT(code_.CheckInvariants() == absl::OkStatus());
    if (host_tells_) RC_ASSERT(HostDisagreement(*heap_) == "");
    for (const auto& [block, state] : states_) {
      const bool stores = state == CodeState::kWritable;
      const bool loads = stores || state == CodeState::kSealed;
      RC_ASSERT(!heap_->FindFault(block, 1, Access::kStore).has_value() ==
                stores);
      RC_ASSERT(!heap_->FindFault(block, 1, Access::kLoad).has_value() ==
                loads);
    }
  }

 private:
  void Allocate(std::uint64_t size_bytes) {
    const auto block = code_.Allocate(size_bytes);
    if (!block.ok()) return;
    heap_->Fill(*block, std::byte{0}, size_bytes);
    const std::vector<std::uint8_t> function = NativeDoublePlusOne();
    for (std::size_t i = 0; i < std::min(function.size(), size_bytes); ++i) {
      heap_->sb(*block + i, function[i]);
    }
    // Freed blocks that it lies over are gone.
    std::map<Address, CodeState> left;
    code_.ForEach([&](const CodeBlock& b) { left[b.begin] = b.state; });
    std::erase_if(states_, [&](const auto& old) {
      return old.second == CodeState::kFreed && !left.contains(old.first);
    });
    states_[*block] = CodeState::kWritable;
    sizes_[*block] = size_bytes;
  }
  void Run(Address block, CodeState state) {
    const std::size_t needed = NativeDoublePlusOne().size();
    if (state == CodeState::kSealed &&
        (needed == 0 || sizes_[block] < needed)) {
      return;
    }
    const auto result = code_.Run(block, 20);
    RC_ASSERT(result.ok() == (state == CodeState::kSealed));
    if (result.ok()) RC_ASSERT(*result == 41u);
  }

  const bool host_tells_ = HostTellsPermissions();
  std::unique_ptr<GlobalHeap> heap_;
  ExecutableMemory code_;
  std::map<Address, CodeState> states_;
  std::map<Address, std::uint64_t> sizes_;
};

RC_GTEST_PROP(ExecutableMemoryProperty, AgreesWithAMapOfStates, ()) {
  Model model(*rc::gen::arbitrary<bool>());
  for (const Step& step : *rc::gen::container<std::vector<Step>>(AnyStep())) {
    model.Apply(step);
    model.Check();
  }
}

}  // namespace
}  // namespace kheap
