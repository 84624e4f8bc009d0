// SPDX-License-Identifier: Apache-2.0
#include "heap/shadow.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSizeBytes = 1024;

constexpr ShadowByte kEveryState[] = {
    ShadowByte::kInitialised,    ShadowByte::kUninitialised,
    ShadowByte::kNeverAllocated, ShadowByte::kHeapRedZone,
    ShadowByte::kFreed,          ShadowByte::kUnusedStack,
    ShadowByte::kPoppedFrame,    ShadowByte::kStackRedZone,
    ShadowByte::kUndefinedData,  ShadowByte::kGlobalRedZone,
    ShadowByte::kStackGuard,
};

Shadow MakeShadow() {
  auto shadow = Shadow::Create(kSizeBytes);
  EXPECT_TRUE(shadow.has_value() && shadow->Commit(Address(kSizeBytes)));
  return *std::move(shadow);
}

TEST(ShadowTest, EveryByteIsInitialisedAtFirst) {
  const Shadow shadow = MakeShadow();
  EXPECT_EQ(shadow.FindUnreadable(Address(0), kSizeBytes), std::nullopt);
  EXPECT_EQ(shadow.At(Address(kSizeBytes - 1)), ShadowByte::kInitialised);
}

TEST(ShadowTest, AStateIsReadBackAsItWasSet) {
  Shadow shadow = MakeShadow();
  for (const ShadowByte state : kEveryState) {
    shadow.Set(Address(10), 3, state);
    EXPECT_EQ(shadow.At(Address(9)), ShadowByte::kInitialised);
    EXPECT_EQ(shadow.At(Address(10)), state);
    EXPECT_EQ(shadow.At(Address(12)), state);
    EXPECT_EQ(shadow.At(Address(13)), ShadowByte::kInitialised);
  }
}

TEST(ShadowTest, OnlyTwoStatesAreAddressableAndOneIsReadable) {
  Shadow shadow = MakeShadow();
  for (const ShadowByte state : kEveryState) {
    shadow.Set(Address(5), 1, state);
    const bool addressable = state == ShadowByte::kInitialised ||
                             state == ShadowByte::kUninitialised;
    EXPECT_EQ(IsAddressable(state), addressable);
    EXPECT_EQ(!shadow.FindUnaddressable(Address(5), 1).has_value(),
              addressable);
    EXPECT_EQ(!shadow.FindUnreadable(Address(5), 1).has_value(),
              state == ShadowByte::kInitialised);
  }
}

TEST(ShadowTest, MarkInitialisedLeavesUnaddressableBytesAlone) {
  Shadow shadow = MakeShadow();
  for (const ShadowByte state : kEveryState) {
    shadow.Set(Address(0), 8, state);
    shadow.MarkInitialised(Address(2), 4);
    EXPECT_EQ(shadow.At(Address(1)), state);
    EXPECT_EQ(shadow.At(Address(3)),
              IsAddressable(state) ? ShadowByte::kInitialised : state);
    EXPECT_EQ(shadow.At(Address(6)), state);
  }
}

TEST(ShadowTest, CopyMovesOverlappingStates) {
  Shadow shadow = MakeShadow();
  shadow.Set(Address(0), 4, ShadowByte::kUninitialised);
  shadow.Set(Address(4), 4, ShadowByte::kFreed);
  shadow.Copy(Address(2), Address(0), 6);
  EXPECT_EQ(shadow.At(Address(1)), ShadowByte::kUninitialised);
  EXPECT_EQ(shadow.At(Address(5)), ShadowByte::kUninitialised);
  EXPECT_EQ(shadow.At(Address(6)), ShadowByte::kFreed);
  EXPECT_EQ(shadow.At(Address(7)), ShadowByte::kFreed);
  EXPECT_EQ(shadow.At(Address(8)), ShadowByte::kInitialised);
}

TEST(ShadowTest, ClearMakesEveryByteInitialised) {
  Shadow shadow = MakeShadow();
  shadow.Set(Address(0), kSizeBytes, ShadowByte::kFreed);
  shadow.Clear();
  EXPECT_EQ(shadow.FindUnreadable(Address(0), kSizeBytes), std::nullopt);
}

// Every place of one bad byte in every range around the search's stride.
TEST(ShadowTest, TheFirstBadByteIsFoundWhereverItLies) {
  Shadow shadow = MakeShadow();
  for (std::uint64_t size = 0; size <= 200; ++size) {
    for (std::uint64_t bad = 0; bad < size; ++bad) {
      shadow.Set(Address(3 + bad), 1, ShadowByte::kUninitialised);
      ASSERT_EQ(shadow.FindUnreadable(Address(3), size), Address(3 + bad));
      ASSERT_EQ(shadow.FindUnaddressable(Address(3), size), std::nullopt);
      shadow.Set(Address(3 + bad), 1, ShadowByte::kHeapRedZone);
      ASSERT_EQ(shadow.FindUnreadable(Address(3), size), Address(3 + bad));
      ASSERT_EQ(shadow.FindUnaddressable(Address(3), size), Address(3 + bad));
      ASSERT_EQ(shadow.FindUnreadable(Address(3), bad), std::nullopt);
      shadow.Set(Address(3 + bad), 1, ShadowByte::kInitialised);
    }
  }
}

RC_GTEST_PROP(ShadowTest, SearchesAgreeWithALoopOverTheStates, ()) {
  Shadow shadow = MakeShadow();
  const auto states = *rc::gen::container<std::vector<ShadowByte>>(
      300,
      rc::gen::weightedElement<ShadowByte>({{200, ShadowByte::kInitialised},
                                            {2, ShadowByte::kUninitialised},
                                            {1, ShadowByte::kFreed}}));
  std::optional<Address> unreadable;
  std::optional<Address> unaddressable;
  for (std::uint64_t i = states.size(); i-- > 0;) {
    shadow.Set(Address(i), 1, states[i]);
    if (states[i] != ShadowByte::kInitialised) unreadable = Address(i);
    if (!IsAddressable(states[i])) unaddressable = Address(i);
  }
  RC_ASSERT(shadow.FindUnreadable(Address(0), states.size()) == unreadable);
  RC_ASSERT(shadow.FindUnaddressable(Address(0), states.size()) ==
            unaddressable);
}

TEST(ShadowTest, AnImpossibleSizeIsRefused) {
  EXPECT_FALSE(Shadow::Create(std::uint64_t{1} << 63).has_value());
}

}  // namespace
}  // namespace kheap
