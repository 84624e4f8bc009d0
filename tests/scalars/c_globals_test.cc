// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_globals.h"

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "scalars/c_array.h"
#include "scalars/c_string.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

class CGlobalsTest : public testing::TestWithParam<bool> {
 protected:
  CGlobalsTest()
      : heap_(MakeHeap({.layout = {}, .checked = GetParam()})),
        data_(*GlobalData::Create(*heap_)),
        globals_(data_) {}

  const std::unique_ptr<GlobalHeap> heap_;
  GlobalData data_;
  CGlobals globals_;
};

INSTANTIATE_TEST_SUITE_P(BothModes, CGlobalsTest, testing::Bool());

TEST_P(CGlobalsTest, AVariableWithAValueIsDataWithoutOneBss) {
  CIntVar n = *globals_.Define<std::int32_t>("n", 5.9);
  CDoubleVar d = *globals_.Define<double>("d");
  EXPECT_EQ(n, 5);
  EXPECT_EQ(d, 0.0);
  EXPECT_EQ(data_.Find("n"), (Symbol{"n", Section::kData, n.address(), 4, 4}));
  EXPECT_EQ(data_.Find("d"), (Symbol{"d", Section::kBss, d.address(), 8, 8}));
  d = n;
  EXPECT_EQ(d, 5.0);
}

TEST_P(CGlobalsTest, EveryNumberTypeKeepsItsValue) {
  EXPECT_EQ(*globals_.Define<std::int8_t>("i8", -1), -1);
  EXPECT_EQ(*globals_.Define<std::uint16_t>("u16", 65535), 65535);
  EXPECT_EQ(*globals_.Define<std::uint64_t>("u64", -1), ~std::uint64_t{0});
  EXPECT_EQ(*globals_.Define<float>("f", 0.5), 0.5f);
  EXPECT_EQ(*globals_.Define<bool>("b", 2), true);
  EXPECT_EQ(heap_->lbu(data_.Find("b")->address), 1);
}

TEST_P(CGlobalsTest, FindGivesTheSameVariable) {
  CIntVar n = *globals_.Define<std::int32_t>("n", 5);
  CIntVar same = *globals_.Find<std::int32_t>("n");
  same = 7;
  EXPECT_EQ(n, 7);
  EXPECT_EQ(globals_.Find<std::int32_t>("m").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(globals_.Find<std::int64_t>("n").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(CGlobalsTest, ArraysPointersAndStringsAreVariablesToo) {
  const auto table = *globals_.Define<CArray<std::int16_t, 8>>("table");
  table[7] = 3;
  const Ptr<CChar> text = *globals_.DefineString("text", "hello");
  const Ptr<CChar> literal = *globals_.DefineLiteral("literal", "world");
  CPtrVar<CChar> p = *globals_.DefinePointer("p", text);
  *p = 'j';
  EXPECT_EQ(ViewCString(text), "jello");
  p = literal;
  EXPECT_EQ(ViewCString(p), "world");
  EXPECT_EQ(FaultOf([&] { *p = 'W'; }),
            (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore,
                         literal.address(), 1}));
  EXPECT_EQ(data_.Find("text")->size_bytes, 6u);
}

TEST_P(CGlobalsTest, ANameThatIsTakenIsRefused) {
  EXPECT_TRUE(globals_.Define<std::int32_t>("n", 1).ok());
  EXPECT_EQ(globals_.Define<double>("n").status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(globals_.DefineString("n", "x").status().code(),
            absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace kheap
