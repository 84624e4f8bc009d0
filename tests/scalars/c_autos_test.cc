// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_autos.h"

#include <cstdint>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "scalars/c_array.h"
#include "scalars/ptr_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

TEST(CAutosTest, VariablesLieAlignedInTheNewestFrame) {
  const auto heap = MakeFastHeap();
  KStack stack(*heap);
  stack.WithFrame("f", [&] {
    CAutos autos(stack);
    CByteVar c = autos.New<std::int8_t>(300);
    CDoubleVar d = autos.New<double>(1);
    CShortVar s = autos.New<std::int16_t>(-1);
    const auto rows = autos.New<CArray<std::int32_t, 5>>();
    EXPECT_EQ(c, 44);
    EXPECT_EQ(d, 1.0);
    EXPECT_EQ(s, -1);
    EXPECT_EQ(d.address().offset() % 8, 0u);
    EXPECT_EQ(s.address().offset() % 2, 0u);
    EXPECT_EQ(rows.address().offset() % 4, 0u);
    for (const Address address :
         {c.address(), d.address(), s.address(), rows.address()}) {
      EXPECT_EQ(stack.FrameAt(address)->name, "f");
    }
  });
  EXPECT_EQ(stack.pointer(), heap->layout().end(Region::kStack));
}

TEST(CAutosTest, PointersAndStringsAreVariablesToo) {
  const auto heap = MakeFastHeap();
  KStack stack(*heap);
  CAutos autos(stack);
  const Ptr<CChar> text = autos.NewString("hello");
  CPtrVar<CChar> p = autos.New<Ptr<CChar>>(text);
  ++p;
  EXPECT_EQ(ViewCString(p), "ello");
  *p = 'a';
  EXPECT_EQ(ViewCString(text), "hallo");
}

TEST(CAutosTest, AFullStackIsFault112) {
  const auto heap = MakeFastHeap();
  KStack stack(*heap);
  CAutos autos(stack);
  EXPECT_EQ(FaultOf([&] { autos.NewString(std::string(2'000'000, 'x')); }),
            (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                         stack.pointer(), 2'000'001}));
}

TEST(CAutosCheckedTest, AVariableWithoutValueIsUninitialised) {
  const auto heap = MakeCheckedHeap();
  KStack stack(*heap);
  Address address;
  stack.WithFrame([&] {
    CAutos autos(stack);
    CIntVar n = autos.New<std::int32_t>();
    address = n.address();
    EXPECT_EQ(FaultOf([&] { ++n; }),
              (MemoryFault{FaultCode::kUninitialisedRead, Access::kUpdate,
                           address, 4}));
    n = 1;
    EXPECT_EQ(++n, 2);
    EXPECT_EQ(
        FaultOf([&] { (void)(AddressOf(n))[1].get(); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, address + 4, 4}));
  });
  CIntVar gone(*heap, address);
  EXPECT_EQ(FaultOf([&] { gone = 1; }),
            (MemoryFault{FaultCode::kStackUseAfterReturn, Access::kStore,
                         address, 4}));
}

}  // namespace
}  // namespace kheap
