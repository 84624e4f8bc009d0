// SPDX-License-Identifier: Apache-2.0
#include "clib/sort.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kArray = 40;

// Elements that begin with a 32-bit key.
auto ByKey(const GlobalHeap& heap) {
  return [&heap](Address a, Address b) {
    const std::int32_t x = heap.lw(a);
    const std::int32_t y = heap.lw(b);
    return (x > y) - (x < y);
  };
}

RC_GTEST_PROP(SortProperty, ElementsOfEverySizeEndUpInOrder,
              (const std::vector<std::int32_t>& keys, bool checked)) {
  const std::uint64_t size = *rc::gen::element(4, 5, 8, 12, 16, 24, 33);
  RC_PRE(keys.size() * size < 3500);
  GuestMemory m(checked);
  m.FillWith('#');
  std::multimap<std::int32_t, std::string> expected;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // What comes with a key says which one it is.
    std::string element(size, static_cast<char>(i));
    std::memcpy(element.data(), &keys[i], 4);
    expected.emplace(keys[i], element);
    m.Put(kArray + i * size, element);
  }
  clib::Qsort(m.heap(), m.At(kArray), keys.size(), size, ByKey(m.heap()));
  std::int32_t last = std::numeric_limits<std::int32_t>::min();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string element(m.Bytes(kArray + i * size, size));
    const std::int32_t key = m.heap().lw(m.At(kArray + i * size));
    RC_ASSERT(key >= last);
    last = key;
    // Each element is one of those there were, and is used once.
    const auto [begin, end] = expected.equal_range(key);
    const auto found = std::find_if(
        begin, end, [&](const auto& entry) { return entry.second == element; });
    RC_ASSERT(found != end);
    expected.erase(found);
  }
  RC_ASSERT(m.Bytes(0, kArray) == m.HostBytes(0, kArray));
}

// Shapes that are hard on quicksort.
TEST(SortTest, NoOrderOfTheInputTakesLong) {
  constexpr std::int32_t kCount = 20000;
  const std::map<std::string, std::int32_t (*)(std::int32_t)> shapes = {
      {"sorted", [](std::int32_t i) { return i; }},
      {"reversed", [](std::int32_t i) { return kCount - i; }},
      {"equal", [](std::int32_t) { return 7; }},
      {"two values", [](std::int32_t i) { return i % 2; }},
      {"organ pipe", [](std::int32_t i) { return std::min(i, kCount - i); }},
      {"saw", [](std::int32_t i) { return i % 100; }},
  };
  const auto heap = MakeFastHeap();
  const Address base = heap->layout().begin(Region::kHeap);
  ASSERT_TRUE(heap->SetBreak(base + 4 * kCount));
  for (const auto& [name, shape] : shapes) {
    for (std::int32_t i = 0; i < kCount; ++i) {
      heap->sw(base + 4 * i, static_cast<std::uint32_t>(shape(i)));
    }
    std::uint64_t comparisons = 0;
    clib::Qsort(*heap, base, kCount, 4, [&](Address a, Address b) {
      ++comparisons;
      return ByKey(*heap)(a, b);
    });
    for (std::int32_t i = 1; i < kCount; ++i) {
      ASSERT_LE(heap->lw(base + 4 * (i - 1)), heap->lw(base + 4 * i)) << name;
    }
    EXPECT_LT(comparisons, 3 * kCount * std::log2(kCount)) << name;
  }
}

// An adversary that decides what is less only when asked makes any quicksort
// quadratic (McIlroy, "A killer adversary for quicksort", 1999).
TEST(SortTest, AnAdversaryGetsNoQuadraticTime) {
  constexpr std::int32_t kCount = 5000;
  const auto heap = MakeFastHeap();
  const Address base = heap->layout().begin(Region::kHeap);
  ASSERT_TRUE(heap->SetBreak(base + 4 * kCount));
  for (std::int32_t i = 0; i < kCount; ++i) {
    heap->sw(base + 4 * i, static_cast<std::uint32_t>(i));
  }
  std::vector<std::int32_t> solid(kCount, kCount);  // kCount: still undecided
  std::int32_t next = 0;
  std::int32_t candidate = 0;
  std::uint64_t comparisons = 0;
  clib::Qsort(*heap, base, kCount, 4, [&](Address a, Address b) {
    ++comparisons;
    const std::int32_t x = heap->lw(a);
    const std::int32_t y = heap->lw(b);
    if (solid[x] == kCount && solid[y] == kCount) {
      solid[x == candidate ? x : y] = next++;
    }
    if (solid[x] == kCount) {
      candidate = x;
    } else if (solid[y] == kCount) {
      candidate = y;
    }
    return (solid[x] > solid[y]) - (solid[x] < solid[y]);
  });
  EXPECT_LT(comparisons, 6 * kCount * std::log2(kCount));
}

// A comparison that contradicts itself orders nothing, and breaks nothing.
RC_GTEST_PROP(SortProperty, ASenselessComparisonLeavesAPermutation,
              (const std::vector<std::uint8_t>& answers)) {
  RC_PRE(!answers.empty());
  GuestMemory m(/*checked=*/true);
  m.FillWith('#');
  constexpr std::uint64_t kCount = 200;
  std::string bytes(kCount, '\0');
  for (std::size_t i = 0; i < kCount; ++i) bytes[i] = static_cast<char>(i);
  m.Put(kArray, bytes);
  std::size_t asked = 0;
  clib::Qsort(m.heap(), m.At(kArray), kCount, 1, [&](Address, Address) {
    return answers[asked++ % answers.size()] % 3 - 1;
  });
  std::string result(m.Bytes(kArray, kCount));
  std::sort(result.begin(), result.end());
  std::sort(bytes.begin(), bytes.end());
  RC_ASSERT(result == bytes);
}

TEST(SortTest, TheInitialisedStateMovesWithTheElements) {
  GuestMemory m(/*checked=*/true);
  constexpr std::uint64_t kCount = 50;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    m.heap().sw(m.At(kArray + 8 * i), static_cast<std::uint32_t>(kCount - i));
    // Padding, uninitialised behind the odd keys.
    m.heap().shadow()->Set(m.At(kArray + 8 * i + 4), 4,
                           (kCount - i) % 2 == 1 ? ShadowByte::kUninitialised
                                                 : ShadowByte::kInitialised);
  }
  clib::Qsort(m.heap(), m.At(kArray), kCount, 8, ByKey(m.heap()));
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(m.heap().lw(m.At(kArray + 8 * i)),
              static_cast<std::int32_t>(i + 1));
    ASSERT_EQ(m.heap().shadow()->At(m.At(kArray + 8 * i + 7)),
              (i + 1) % 2 == 1 ? ShadowByte::kUninitialised
                               : ShadowByte::kInitialised);
  }
}

TEST(SortFaultTest, TheWholeArrayIsCheckedFirst) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    const Address end = checked ? m.At(kPieceBytes) : m.heap().break_address();
    const auto never = [](Address, Address) -> int {
      ADD_FAILURE() << "compared";
      return 0;
    };
    EXPECT_EQ(
        FaultOf([&] { clib::Qsort(m.heap(), end - 39, 10, 4, never); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kUpdate, end - 39, 40}));
    constexpr std::uint64_t kHuge = std::uint64_t{1} << 63;
    EXPECT_EQ(FaultOf([&] { clib::Qsort(m.heap(), m.At(0), kHuge, 4, never); }),
              (MemoryFault{FaultCode::kOutOfBounds, Access::kUpdate, m.At(0),
                           ~std::uint64_t{0}}));
    // Nothing to sort is nothing to check.
    clib::Qsort(m.heap(), kNullAddress, 0, 4, never);
    clib::Qsort(m.heap(), kNullAddress, 1, 4, never);
    clib::Qsort(m.heap(), kNullAddress, 9, 0, never);
  }
}

TEST(SortFaultTest, AFaultInTheComparisonLosesNoElement) {
  GuestMemory m(/*checked=*/false);
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * 37 % 101);
  for (int faulty = 1; faulty < 600; faulty += 7) {
    m.Put(kArray, bytes);
    int asked = 0;
    const auto fault = FaultOf([&] {
      clib::Qsort(m.heap(), m.At(kArray), 100, 1, [&](Address a, Address b) {
        if (++asked == faulty) m.heap().lb(kNullAddress);
        return m.heap().lb(a) - m.heap().lb(b);
      });
    });
    std::string result(m.Bytes(kArray, 100));
    std::sort(result.begin(), result.end());
    std::string expected = bytes;
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(result, expected);
    if (!fault.has_value()) break;
  }
}

TEST(SortFaultTest, AnArrayThatTheComparisonFreesIsNotTouched) {
  GuestMemory m(/*checked=*/false);
  const Address base = m.heap().break_address() - 400;
  for (std::uint64_t i = 0; i < 100; ++i) {
    m.heap().sw(base + 4 * i, static_cast<std::uint32_t>(100 - i));
  }
  const auto fault = FaultOf([&] {
    clib::Qsort(m.heap(), base, 100, 4, [&](Address a, Address b) {
      const int order = ByKey(m.heap())(a, b);
      EXPECT_TRUE(m.heap().SetBreak(base));
      return order;
    });
  });
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, FaultCode::kOutOfBounds);
}

RC_GTEST_PROP(BsearchProperty, FindsTheElementThatTheHostFinds,
              (std::vector<std::int8_t> keys, std::int8_t wanted)) {
  RC_PRE(keys.size() < 3000u);
  GuestMemory m(/*checked=*/false);
  std::sort(keys.begin(), keys.end());
  m.Put(kArray, {reinterpret_cast<const char*>(keys.data()), keys.size()});
  m.Put(0, {reinterpret_cast<const char*>(&wanted), 1});
  const void* const host =
      std::bsearch(m.Host(0), m.Host(kArray), keys.size(), 1,
                   [](const void* a, const void* b) {
                     return *static_cast<const std::int8_t*>(a) -
                            *static_cast<const std::int8_t*>(b);
                   });
  const Address ours = clib::Bsearch(m.At(0), m.At(kArray), keys.size(), 1,
                                     [&](Address a, Address b) {
                                       RC_ASSERT(a == m.At(0));
                                       return m.heap().lb(a) - m.heap().lb(b);
                                     });
  RC_ASSERT(m.OffsetOf(ours) == m.OffsetOf(host));
}

}  // namespace
}  // namespace kheap
