// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_volatile_var.h"

#include <bit>
#include <cstdint>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scalars/c_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

RC_GTEST_PROP(CVolatileVarTest, ReadsAndWritesWhatAVariableDoes,
              (std::uint64_t bits, bool checked)) {
  const auto heap = MakeHeap(SmallHeapOptions(checked));
  const Address data = heap->layout().begin(Region::kData);
  if (checked) heap->shadow()->Set(data, 64, ShadowByte::kUninitialised);
  const auto run = [&]<typename T>(T) {
    const Address address = data + 16;
    CVolatileVar<T> fickle(*heap, address);
    CVar<T> plain(*heap, address);
    fickle = bits;
    const T written = plain;
    plain = bits;
    RC_ASSERT(plain.get() == written);
    RC_ASSERT(fickle.get() == written);
    RC_ASSERT(static_cast<T>(fickle) == written);
    CVolatileVar<T> other(*heap, address + 16);
    other = fickle;
    RC_ASSERT((CVar<T>(*heap, address + 16).get()) == written);
  };
  run(bool{});
  run(std::int8_t{});
  run(std::uint8_t{});
  run(std::int16_t{});
  run(std::uint16_t{});
  run(std::int32_t{});
  run(std::uint32_t{});
  run(std::int64_t{});
  run(std::uint64_t{});
  run(float{});
  run(double{});
}

TEST(CVolatileVarTest, AMisalignedOneFaultsAndChangesNothing) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  heap->shadow()->Set(data, 16, ShadowByte::kUninitialised);
  CVolatileVar<std::int32_t> odd(*heap, data + 1);
  EXPECT_EQ(FaultOf([&] { odd = 1; }),
            (MemoryFault{FaultCode::kMisaligned, Access::kStore, data + 1, 4}));
  EXPECT_EQ(heap->shadow()->At(data + 1), ShadowByte::kUninitialised);
  heap->shadow()->Set(data, 16, ShadowByte::kInitialised);
  EXPECT_EQ(FaultOf([&] { odd.get(); }),
            (MemoryFault{FaultCode::kMisaligned, Access::kLoad, data + 1, 4}));
  EXPECT_EQ(heap->lw(data + 1), 0);
}

TEST(CVolatileVarTest, WhatMayNotBeTouchedComesBeforeAlignment) {
  const auto heap = MakeFastHeap();
  CVolatileVar<std::int64_t> null(*heap, Address(1));
  EXPECT_EQ(
      FaultOf([&] { null.get(); }),
      (MemoryFault{FaultCode::kNullDereference, Access::kLoad, Address(1), 8}));
  CVolatileVar<std::int64_t> beyond(*heap, heap->break_address());
  EXPECT_EQ(FaultOf([&] { beyond = 1; }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore,
                         heap->break_address(), 8}));
}

TEST(CVolatileVarTest, ANanKeepsItsBits) {
  const auto heap = MakeFastHeap();
  const Address data = heap->layout().begin(Region::kData);
  CVolatileVar<double> number(*heap, data);
  constexpr std::uint64_t kNanBits = 0xFFF0000000000123;
  number.set(std::bit_cast<double>(kNanBits));
  EXPECT_EQ(heap->Load<std::uint64_t>(data), kNanBits);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(number.get()), kNanBits);
}

}  // namespace
}  // namespace kheap
