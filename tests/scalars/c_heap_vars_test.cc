// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_heap_vars.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scalars/c_array.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

class CHeapVarsTest
    : public testing::TestWithParam<std::tuple<bool, MallocPolicy>> {
 protected:
  CHeapVarsTest()
      : heap_(MakeHeap(SmallHeapOptions(std::get<0>(GetParam())))),
        malloc_(*KMalloc::Create(*heap_, std::get<1>(GetParam()))),
        vars_(malloc_) {}
  ~CHeapVarsTest() override {
    EXPECT_EQ(malloc_.CheckInvariants(), absl::OkStatus());
  }

  std::uint64_t LiveBlocks() const { return malloc_.Stats().live_blocks; }

  const std::unique_ptr<GlobalHeap> heap_;
  KMalloc malloc_;
  CHeapVars vars_;
};

INSTANTIATE_TEST_SUITE_P(
    ModesAndPolicies, CHeapVarsTest,
    testing::Combine(testing::Bool(), testing::Values(MallocPolicy::kPages,
                                                      MallocPolicy::kTags)));

TEST_P(CHeapVarsTest, VariablesHoldWhatTheyAreMadeWith) {
  const auto c = vars_.New<std::int8_t>(300);
  const auto n = vars_.New<std::int32_t>(5.9);
  const auto d = vars_.New<double>(*n);
  const auto p = vars_.New<Ptr<std::int32_t>>(n);
  EXPECT_EQ(*c, 44);
  EXPECT_EQ(*n, 5);
  EXPECT_EQ(*d, 5.0);
  **p += 2;
  EXPECT_EQ(*n, 7);
  EXPECT_EQ(LiveBlocks(), 4u);
  vars_.Free(c);
  vars_.Free(*p);  // the variable that n's address is in
  vars_.Free(p);
  vars_.Free(d);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_P(CHeapVarsTest, ArraysHaveTheirElementsSideBySide) {
  const auto row = vars_.NewArray<std::int16_t>(100);
  for (int i = 0; i < 100; ++i) row[i] = i;
  EXPECT_EQ(row[99], 99);
  EXPECT_EQ(row.address().offset() % 16, 0u);
  const auto table = vars_.New<CArray<std::int32_t, 5>>();
  (*table)[4] = 3;
  EXPECT_EQ(heap_->lw(table.address() + 16), 3);
  vars_.Free(row);
  vars_.Free(table);
}

TEST_P(CHeapVarsTest, AZeroArrayIsZeroWhateverLayThere) {
  const auto before = vars_.NewArray<std::uint8_t>(200);
  for (int i = 0; i < 200; ++i) before[i] = 0xFF;
  vars_.Free(before);
  const auto zeros = vars_.NewZeroArray<std::uint64_t>(25);
  for (const std::uint64_t value : zeros.Span(25)) EXPECT_EQ(value, 0u);
  vars_.Free(zeros);
}

TEST_P(CHeapVarsTest, AResizedArrayKeepsItsElements) {
  auto row = vars_.NewArray<std::int32_t>(3);
  for (int i = 0; i < 3; ++i) row[i] = 10 + i;
  row = vars_.ResizeArray(row, 1000);
  for (int i = 3; i < 1000; ++i) row[i] = 10 + i;
  row = vars_.ResizeArray(row, 500);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(row[i], 10 + i);
  row = vars_.ResizeArray(row, 0);
  EXPECT_EQ(row, nullptr);
  EXPECT_EQ(LiveBlocks(), 0u);
  row = vars_.ResizeArray(row, 2);
  EXPECT_NE(row, nullptr);
  vars_.Free(row);
}

TEST_P(CHeapVarsTest, AStringIsACopyWithItsTerminator) {
  const auto text = vars_.NewString("hello");
  *text = 'j';
  EXPECT_EQ(ViewCString(text), "jello");
  EXPECT_EQ(text[5], 0);
  vars_.Free(text);
}

TEST_P(CHeapVarsTest, ABlockOfNoElementsIsOneOfItsOwn) {
  const auto a = vars_.NewArray<double>(0);
  const auto b = vars_.NewArray<double>(0);
  EXPECT_NE(a, nullptr);
  EXPECT_NE(a, b);
  vars_.Free(a);
  vars_.Free(b);
}

struct CacheLine : CStruct {
  static constexpr std::uint64_t kSizeBytes = 64;
  static constexpr std::uint64_t kAlignment = 64;
  using CStruct::CStruct;
};

TEST_P(CHeapVarsTest, AStructThatAsksForMoreIsAlignedAndFreedLikeAny) {
  std::vector<Ptr<CacheLine>> lines;
  for (int i = 0; i < 20; ++i) {
    lines.push_back(vars_.NewArray<CacheLine>(1 + i % 3));
    EXPECT_EQ(lines.back().address().offset() % 64, 0u);
  }
  for (const auto& line : lines) vars_.Free(line);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_P(CHeapVarsTest, SizesThatNoArenaHasAreNullAndChangeNothing) {
  const auto kept = vars_.NewArray<std::int64_t>(4);
  const auto before = BytesOf(*heap_);
  const auto expect_no_memory = [&](auto result) {
    EXPECT_EQ(result, nullptr);
    EXPECT_EQ(heap_->guest_errno(), kErrnoNoMemory);
    heap_->set_guest_errno(0);
    EXPECT_EQ(BytesOf(*heap_), before);
  };
  for (const std::uint64_t count : {std::uint64_t{1} << 20, kMost / 8,
                                    kMost / 8 + 1, kMost / 2 + 2, kMost}) {
    expect_no_memory(vars_.NewArray<std::int64_t>(count));
    expect_no_memory(vars_.NewZeroArray<std::int64_t>(count));
    expect_no_memory(vars_.NewArray<CacheLine>(count));
    expect_no_memory(vars_.ResizeArray(kept, count));
  }
  expect_no_memory(vars_.NewString(std::string(1'000'000, 'x')));
  vars_.Free(kept);
}

TEST_P(CHeapVarsTest, AVariableThatFindsNoRoomIsNullAndStoresNothing) {
  std::int64_t count = 0;
  while (const auto n = vars_.New<std::int64_t>(count)) {
    EXPECT_EQ(*n, count++);
    ASSERT_LT(count, 100'000);
  }
  EXPECT_EQ(heap_->guest_errno(), kErrnoNoMemory);
  EXPECT_EQ(LiveBlocks(), static_cast<std::uint64_t>(count));
}

TEST_P(CHeapVarsTest, FreeingWhatIsNoBlockIsAFault) {
  const auto row = vars_.NewArray<std::int32_t>(8);
  const auto bad_free = [](FaultCode code, Address address,
                           Access access = Access::kFree) {
    return MemoryFault{code, access, address, 0};
  };
  EXPECT_EQ(FaultOf([&] { vars_.Free(row + 1); }),
            bad_free(FaultCode::kInvalidFree, row.address() + 4));
  vars_.Free(Ptr<std::int32_t>(*heap_, nullptr));
  vars_.Free(row);
  EXPECT_EQ(FaultOf([&] { vars_.Free(row); }),
            bad_free(FaultCode::kDoubleFree, row.address()));
  EXPECT_EQ(FaultOf([&] { (void)vars_.ResizeArray(row, 9); }),
            bad_free(FaultCode::kDoubleFree, row.address(), Access::kResize));
}

class CHeapVarsCheckedTest : public CHeapVarsTest {};
INSTANTIATE_TEST_SUITE_P(
    Checked, CHeapVarsCheckedTest,
    testing::Combine(testing::Values(true),
                     testing::Values(MallocPolicy::kPages)));

TEST_P(CHeapVarsCheckedTest, AVariableIsUninitialisedBeforeAndDeadAfter) {
  const auto n = vars_.New<std::int32_t>();
  EXPECT_EQ(FaultOf([&] { ++*n; }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kUpdate,
                         n.address(), 4}));
  *n = 1;
  EXPECT_EQ(FaultOf([&] { n[1] = 2; }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore,
                         n.address() + 4, 4}));
  vars_.Free(n);
  EXPECT_EQ(
      FaultOf([&] { (void)n[0].get(); }),
      (MemoryFault{FaultCode::kUseAfterFree, Access::kLoad, n.address(), 4}));
}

TEST(CHeapVarsDeathTest, ABlockOfAnotherArenaIsRefused) {
  const auto mine = MakeFastHeap();
  const auto other = MakeFastHeap();
  CHeapVars vars(*KMalloc::Create(*mine));
  CHeapVars others(*KMalloc::Create(*other));
  const auto n = others.New<std::int32_t>(1);
  EXPECT_DEATH(vars.Free(n), "a block is freed in its own arena");
}

// ---- against host variables -------------------------------------------------

// Rows of numbers in the arena beside the same on the host.
struct Row {
  Ptr<std::int64_t> guest;
  std::vector<std::int64_t> host;
};

void ExpectEqual(const Row& row) {
  for (std::size_t i = 0; i < row.host.size(); ++i) {
    RC_ASSERT(row.guest[static_cast<std::int64_t>(i)] == row.host[i]);
  }
}

void Assign(Row& row, std::int64_t value) {
  for (std::size_t i = 0; i < row.host.size(); ++i) {
    row.guest[static_cast<std::int64_t>(i)] = row.host[i] = value++;
  }
}

// Makes, resizes or frees one of the rows, then gives it new values.
void Step(CHeapVars& vars, std::vector<Row>& rows, std::int64_t value) {
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 60);
  const auto index = *rc::gen::inRange<std::size_t>(0, rows.size() + 1);
  if (index == rows.size()) {
    rows.push_back({vars.NewZeroArray<std::int64_t>(count),
                    std::vector<std::int64_t>(count)});
    RC_ASSERT(!rows.back().guest.is_null());
    ExpectEqual(rows.back());
    return Assign(rows.back(), value);
  }
  Row& row = rows[index];
  if (count < 20) {
    vars.Free(row.guest);
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(index));
    return;
  }
  row.guest = vars.ResizeArray(row.guest, count);
  const std::size_t kept = std::min<std::size_t>(row.host.size(), count);
  row.host.resize(kept);
  ExpectEqual(row);
  row.host.resize(count);
  Assign(row, value);
}

void RowsKeepTheirValues(bool checked, MallocPolicy policy) {
  const auto heap = MakeHeap({.layout = {}, .checked = checked});
  const KMalloc malloc = *KMalloc::Create(*heap, policy);
  CHeapVars vars(malloc);
  std::vector<Row> rows;
  const auto steps = *rc::gen::inRange(0, 200);
  for (int i = 0; i < steps; ++i) {
    Step(vars, rows, 1000 * i);
    for (const Row& row : rows) ExpectEqual(row);
    RC_ASSERT(malloc.Stats().live_blocks == rows.size());
  }
}

RC_GTEST_PROP(CHeapVarsProperty, RowsKeepTheirValuesInPages, ()) {
  RowsKeepTheirValues(false, MallocPolicy::kPages);
}
RC_GTEST_PROP(CHeapVarsProperty, RowsKeepTheirValuesInTags, ()) {
  RowsKeepTheirValues(false, MallocPolicy::kTags);
}
RC_GTEST_PROP(CHeapVarsProperty, RowsKeepTheirValuesInCheckedMode, ()) {
  RowsKeepTheirValues(true, MallocPolicy::kPages);
}

}  // namespace
}  // namespace kheap
