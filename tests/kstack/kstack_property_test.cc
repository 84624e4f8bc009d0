// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "bitshift/bits.h"
#include "gtest/gtest.h"
#include "kstack/kstack.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

std::unique_ptr<GlobalHeap> MakeSmallHeap(bool checked) {
  return MakeHeap({.layout = {.capacity_bytes = 512 * 1024,
                              .stack_bytes = 16 * 1024,
                              .data_bytes = 4096,
                              .read_only_bytes = 4096,
                              .symbol_bytes = 4096},
                   .checked = checked});
}

enum class Action { kPush, kPop, kPopWrong, kAlloca };

struct Step {
  Action action;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::size_t pick;
};

rc::Gen<Step> AnyStep() {
  return rc::gen::construct<Step>(
      rc::gen::weightedElement<Action>({{3, Action::kPush},
                                        {2, Action::kPop},
                                        {1, Action::kPopWrong},
                                        {6, Action::kAlloca}}),
      rc::gen::weightedOneOf<std::uint64_t>(
          {{8, rc::gen::inRange<std::uint64_t>(0, 300)},
           {2, rc::gen::inRange<std::uint64_t>(0, 10000)},
           {1, rc::gen::arbitrary<std::uint64_t>()}}),
      rc::gen::map(rc::gen::inRange(0, 13),
                   [](int log) { return std::uint64_t{1} << log; }),
      rc::gen::arbitrary<std::size_t>());
}

struct ModelObject {
  Address address;
  std::vector<std::byte> bytes;
};

struct ModelFrame {
  FrameMarker marker;
  std::string name;
  Address pointer_before;
  std::vector<ModelObject> objects;
};

// A stack of host containers beside the one in the arena.
class Model {
 public:
  explicit Model(bool checked) : heap_(MakeSmallHeap(checked)), stack_(*heap_) {
    frames_.push_back({{}, "", stack_.pointer(), {}});
  }

  void Apply(const Step& step) {
    switch (step.action) {
      case Action::kPush:
        return Push(std::string(step.pick % 80, 'f'));
      case Action::kPop:
        if (frames_.size() > 1) Pop();
        return;
      case Action::kPopWrong:
        if (frames_.size() > 2) PopWrong(1 + step.pick % (frames_.size() - 2));
        return;
      case Action::kAlloca:
        return Alloca(step.size_bytes, step.alignment, step.pick);
    }
  }

  void Check() {
    RC_ASSERT(stack_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(stack_.depth() == frames_.size() - 1);
    for (const ModelFrame& frame : frames_) {
      for (const ModelObject& object : frame.objects) {
        const auto bytes =
            heap_->RuntimeSpan(object.address, object.bytes.size());
        RC_ASSERT(std::equal(bytes.begin(), bytes.end(), object.bytes.begin(),
                             object.bytes.end()));
      }
    }
    auto expected = frames_.rbegin();
    RC_ASSERT(stack_.ForEachFrame([&](const StackFrame& frame) {
      RC_ASSERT(frame.name == expected->name.substr(0, kFrameNameBytesMax));
      RC_ASSERT(frame.end == expected->pointer_before);
      for (const ModelObject& object : expected->objects) {
        RC_ASSERT(object.address >= frame.begin);
        RC_ASSERT(object.address + object.bytes.size() <= frame.record);
      }
      ++expected;
    }) == absl::OkStatus());
  }

 private:
  // Whether `action` faulted, in which case it must have changed nothing.
  template <typename ActionFn>
  bool Overflows(std::uint64_t size_bytes, ActionFn&& action) {
    const Digest before = heap_->ComputeDigest();
    const Address pointer = stack_.pointer();
    const auto fault = FaultOf(action);
    if (!fault.has_value()) return false;
    RC_ASSERT(*fault == (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                                     pointer, size_bytes}));
    RC_ASSERT(heap_->ComputeDigest() == before);
    return true;
  }

  void Push(std::string name) {
    const Address before = stack_.pointer();
    FrameMarker marker;
    const std::uint64_t size =
        FrameRecordBytes(std::string_view(name).substr(0, kFrameNameBytesMax));
    const bool fits = bits::AlignDown(stack_.unused_bytes(), 16) >= size;
    RC_ASSERT(Overflows(size, [&] { marker = stack_.PushFrame(name); }) !=
              fits);
    if (!fits) return;
    RC_ASSERT(bits::IsAligned(stack_.pointer().offset(), 16));
    frames_.push_back({marker, std::move(name), before, {}});
  }

  void Pop() {
    RC_ASSERT(stack_.PopFrame(frames_.back().marker) == absl::OkStatus());
    RC_ASSERT(stack_.pointer() == frames_.back().pointer_before);
    frames_.pop_back();
  }

  void PopWrong(std::size_t index) {
    const Digest before = heap_->ComputeDigest();
    RC_ASSERT(stack_.PopFrame(frames_[index].marker).code() ==
              absl::StatusCode::kFailedPrecondition);
    RC_ASSERT(heap_->ComputeDigest() == before);
  }

  void Alloca(std::uint64_t size_bytes, std::uint64_t alignment,
              std::size_t fill) {
    const Address before = stack_.pointer();
    const std::uint64_t unused = stack_.unused_bytes();
    Address address;
    const bool overflowed = Overflows(
        size_bytes, [&] { address = stack_.Alloca(size_bytes, alignment); });
    if (size_bytes > unused) RC_ASSERT(overflowed);
    if (overflowed) {
      const std::uint64_t overhead = alignment + 2 * kStackRedZoneBytes;
      RC_ASSERT(size_bytes > unused || unused - size_bytes < overhead);
      return;
    }
    RC_ASSERT(bits::IsAligned(address.offset(), alignment));
    RC_ASSERT(address >= stack_.pointer());
    RC_ASSERT(address + size_bytes <= before);
    std::vector<std::byte> bytes(size_bytes, static_cast<std::byte>(fill));
    std::copy(bytes.begin(), bytes.end(),
              heap_->Span(address, size_bytes, Access::kStore).begin());
    frames_.back().objects.push_back({address, std::move(bytes)});
  }

  const std::unique_ptr<GlobalHeap> heap_;
  KStack stack_;
  std::vector<ModelFrame> frames_;
};

void RunAgainstModel(bool checked) {
  const auto steps = *rc::gen::container<std::vector<Step>>(AnyStep());
  Model model(checked);
  for (const Step& step : steps) {
    model.Apply(step);
    model.Check();
  }
}

RC_GTEST_PROP(KStackProperty, AgreesWithAHostStackInFastMode, ()) {
  RunAgainstModel(/*checked=*/false);
}

RC_GTEST_PROP(KStackProperty, AgreesWithAHostStackInCheckedMode, ()) {
  RunAgainstModel(/*checked=*/true);
}

// The law behind "DATA survives any stack use": whatever a stack does, no byte
// outside its region and the control page changes.
RC_GTEST_PROP(KStackProperty, ChangesNoByteOfAnotherRegion, ()) {
  const auto heap = MakeSmallHeap(/*checked=*/false);
  const MemoryLayout& layout = heap->layout();
  const Address data = layout.begin(Region::kData);
  heap->Fill(data, std::byte{90}, layout.size_bytes(Region::kData));
  KStack stack(*heap);
  for (const std::uint64_t size :
       *rc::gen::container<std::vector<std::uint64_t>>(
           rc::gen::inRange<std::uint64_t>(0, 20000))) {
    (void)FaultOf([&] {
      stack.PushFrame();
      heap->Fill(stack.Alloca(size, 1), {}, size);
    });
  }
  for (const std::byte byte :
       heap->Span(data, layout.size_bytes(Region::kData))) {
    RC_ASSERT(byte == std::byte{90});
  }
  for (const std::byte byte : heap->RuntimeSpan(
           layout.begin(Region::kSymbols),
           layout.begin(Region::kStack) - layout.begin(Region::kSymbols))) {
    RC_ASSERT(byte == std::byte{0});
  }
}

}  // namespace
}  // namespace kheap
