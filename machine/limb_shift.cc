// SPDX-License-Identifier: Apache-2.0
#include "machine/limb_shift.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

// foreach_target.h includes this file again for each target of the processor
// family that the compiler knows.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/limb_shift.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "machine/limb_shift_avx512-inl.h"
#include "machine/limb_shift_vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine {
namespace HWY_NAMESPACE {

HWY_INLINE void NumberLeft(std::byte* destination, const std::byte* source,
                           std::size_t size_bytes, int count) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if (size_bytes >= kBlockBytes) [[likely]] {
    Avx512Left(destination, source, size_bytes, count);
    return;
  }
#endif
  VectorLeft(destination, source, size_bytes, count);
}

HWY_INLINE void NumberRight(std::byte* destination, const std::byte* source,
                            std::size_t size_bytes, int count) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if (size_bytes >= kBlockBytes) [[likely]] {
    Avx512Right(destination, source, size_bytes, count);
    return;
  }
#endif
  VectorRight(destination, source, size_bytes, count);
}

void Left(std::byte* destination, const std::byte* source,
          std::size_t size_bytes, int count) {
  NumberLeft(destination, source, size_bytes, count);
}

void Right(std::byte* destination, const std::byte* source,
           std::size_t size_bytes, int count) {
  NumberRight(destination, source, size_bytes, count);
}

LimbShiftKernel Kernel() {
  const char* const name = hwy::TargetName(HWY_TARGET);
#if HWY_TARGET == HWY_AVX3_DL
  return {name, &internal::ShiftLeftVbmi2, &internal::ShiftRightVbmi2};
#else
  return {name, &Left, &Right};
#endif
}

}  // namespace HWY_NAMESPACE

#if HWY_TARGET == HWY_AVX3_DL
namespace internal {

void ShiftLeftVbmi2(std::byte* destination, const std::byte* source,
                    std::size_t size_bytes, int count) {
  N_AVX3_DL::NumberLeft(destination, source, size_bytes, count);
}

void ShiftRightVbmi2(std::byte* destination, const std::byte* source,
                     std::size_t size_bytes, int count) {
  N_AVX3_DL::NumberRight(destination, source, size_bytes, count);
}

}  // namespace internal
#endif

}  // namespace kheap::machine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {
namespace {

HWY_EXPORT(Kernel);

void ChooseAndShiftLeft(std::byte* destination, const std::byte* source,
                        std::size_t size_bytes, int count) {
  internal::chosen_shift_left = HWY_DYNAMIC_DISPATCH(Kernel)().left;
  ShiftLeft(destination, source, size_bytes, count);
}

void ChooseAndShiftRight(std::byte* destination, const std::byte* source,
                         std::size_t size_bytes, int count) {
  internal::chosen_shift_right = HWY_DYNAMIC_DISPATCH(Kernel)().right;
  ShiftRight(destination, source, size_bytes, count);
}

}  // namespace

namespace internal {

constinit std::atomic<LimbShift*> chosen_shift_left = &ChooseAndShiftLeft;
constinit std::atomic<LimbShift*> chosen_shift_right = &ChooseAndShiftRight;

// A host without VBMI2 never chooses these two.
#if (HWY_TARGETS & HWY_AVX3_DL) == 0
void ShiftLeftVbmi2(std::byte* destination, const std::byte* source,
                    std::size_t size_bytes, int count) {
  ChooseAndShiftLeft(destination, source, size_bytes, count);
}

void ShiftRightVbmi2(std::byte* destination, const std::byte* source,
                     std::size_t size_bytes, int count) {
  ChooseAndShiftRight(destination, source, size_bytes, count);
}
#endif

}  // namespace internal

std::vector<LimbShiftKernel> RunnableLimbShiftKernels() {
  std::vector<LimbShiftKernel> kernels;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    kernels.push_back(HWY_DYNAMIC_DISPATCH(Kernel)());
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return kernels;
}

}  // namespace kheap::machine
#endif  // HWY_ONCE
