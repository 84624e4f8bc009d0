// SPDX-License-Identifier: Apache-2.0
#include "bitshift/parallel_limb_shifts.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "bitshift/limb_shifts.h"
#include "gtest/gtest.h"
#include "tests/support/bit_reference.h"

namespace kheap {
namespace {

using Bytes = std::vector<std::byte>;

template <Limb L>
void ExpectSameAsSerial(std::size_t limb_count, int s, L carry_in,
                        int workers) {
  const Bytes number = PatternBytes(limb_count * sizeof(L), limb_count + 1);
  Bytes serial = number;
  Bytes parallel = number;
  EXPECT_EQ(*ShlLeInPlaceParallel<L>(parallel, s, carry_in, workers),
            *ShlLeInPlace<L>(serial, s, carry_in));
  EXPECT_EQ(parallel, serial)
      << limb_count << " limbs left by " << s << ", " << workers << " workers";
  EXPECT_EQ(*RshLeInPlaceParallel<L>(parallel, s, carry_in, workers),
            *RshLeInPlace<L>(serial, s, carry_in));
  EXPECT_EQ(parallel, serial)
      << limb_count << " limbs right by " << s << ", " << workers << " workers";
}

TEST(ParallelLimbShiftsTest, EveryLengthAroundEveryCutIsTheSerialResult) {
  for (int workers = 1; workers <= 4; ++workers) {
    for (std::size_t limbs = 0; limbs <= 300; limbs += limbs < 140 ? 1 : 7) {
      const int s = 1 + static_cast<int>(limbs % 15);
      ExpectSameAsSerial<std::uint16_t>(limbs, s, 0x8001, workers);
    }
  }
}

TEST(ParallelLimbShiftsTest, EveryLimbWidthAndCountIsTheSerialResult) {
  for (int s = 1; s < 64; ++s) {
    if (s < 8) ExpectSameAsSerial<std::uint8_t>(1001, s, 0xC3, 3);
    if (s < 32) ExpectSameAsSerial<std::uint32_t>(257, s, 0xC3000001, 3);
    ExpectSameAsSerial<std::uint64_t>(131, s, 0xC300000000000001, 3);
  }
}

TEST(ParallelLimbShiftsTest, ALongNumberIsTheSerialResult) {
  ExpectSameAsSerial<std::uint64_t>((1 << 20) / 8 + 1, 13, 5, 7);
}

TEST(ParallelLimbShiftsTest, FewerThanTwoWorkersAreTheCallerAlone) {
  for (const int workers : {1, 0, -1, std::numeric_limits<int>::min()}) {
    ExpectSameAsSerial<std::uint16_t>(1000, 3, 1, workers);
  }
}

TEST(ParallelLimbShiftsTest, MoreWorkersThanPiecesAreNotNeeded) {
  ExpectSameAsSerial<std::uint16_t>(100, 3, 1, std::numeric_limits<int>::max());
}

TEST(ParallelLimbShiftsTest, BadArgumentsAreRefusedAndNothingChanges) {
  const Bytes before = PatternBytes(1000);
  Bytes bytes = before;
  for (const int s : {0, 16, -1}) {
    EXPECT_EQ(
        ShlLeInPlaceParallel<std::uint16_t>(bytes, s, 0, 2).status().code(),
        absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(
        RshLeInPlaceParallel<std::uint16_t>(bytes, s, 0, 2).status().code(),
        absl::StatusCode::kInvalidArgument);
  }
  bytes.pop_back();
  EXPECT_FALSE(ShlLeInPlaceParallel<std::uint16_t>(bytes, 1, 0, 2).ok());
  EXPECT_FALSE(RshLeInPlaceParallel<std::uint16_t>(bytes, 1, 0, 2).ok());
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), before.begin()));
}

}  // namespace
}  // namespace kheap
