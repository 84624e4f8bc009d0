// SPDX-License-Identifier: Apache-2.0
#include "globaldata/global_data.h"

#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kReadOnlyBytes = 8 * 1024;
constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::unique_ptr<GlobalHeap> MakeSmallHeap(bool checked,
                                          std::uint64_t symbol_bytes = 65536) {
  return MakeHeap({.layout = {.capacity_bytes = 1024 * 1024,
                              .stack_bytes = 4096,
                              .data_bytes = 16 * 1024,
                              .read_only_bytes = kReadOnlyBytes,
                              .symbol_bytes = symbol_bytes},
                   .checked = checked});
}

std::vector<std::byte> Bytes(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

class GlobalDataTest : public testing::TestWithParam<bool> {
 protected:
  GlobalDataTest()
      : heap_(MakeSmallHeap(GetParam())),
        globals_(*GlobalData::Create(*heap_)) {}

  Address begin() const { return heap_->layout().begin(Region::kData); }
  Address end() const { return heap_->layout().end(Region::kData); }
  // As asked for, and what lies before the heap's first whole page.
  std::uint64_t data_bytes() const {
    return heap_->layout().size_bytes(Region::kData);
  }
  std::vector<std::byte> BytesAt(Address address, std::uint64_t size) const {
    const auto span = heap_->RuntimeSpan(address, size);
    return {span.begin(), span.end()};
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    globals_.ForEach(
        [&](const Symbol& symbol) { names.push_back(symbol.name); });
    return names;
  }
  // What a definition that must be refused with `code` does to the arena.
  void ExpectRefused(const absl::StatusOr<Address>& result,
                     absl::StatusCode code, const Digest& before) const {
    EXPECT_EQ(result.status().code(), code) << result.status();
    EXPECT_EQ(heap_->ComputeDigest(), before);
    EXPECT_EQ(globals_.CheckInvariants(), absl::OkStatus());
  }

  const std::unique_ptr<GlobalHeap> heap_;
  GlobalData globals_;
};

INSTANTIATE_TEST_SUITE_P(BothModes, GlobalDataTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });
class GlobalDataCheckedTest : public GlobalDataTest {};
INSTANTIATE_TEST_SUITE_P(Checked, GlobalDataCheckedTest, testing::Values(true));
class GlobalDataFastTest : public GlobalDataTest {};
INSTANTIATE_TEST_SUITE_P(Fast, GlobalDataFastTest, testing::Values(false));

TEST_P(GlobalDataTest, CreateIsForAnArenaWithoutATableAttachForOneWithIt) {
  EXPECT_EQ(GlobalData::Create(*heap_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const Address x = *globals_.DefineI32("x", 1);
  EXPECT_EQ(GlobalData::Attach(*heap_)->Find("x")->address, x);
  heap_->Reset();
  EXPECT_EQ(GlobalData::Attach(*heap_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GlobalData::Create(*heap_)->size(), 0u);
}

TEST_P(GlobalDataTest, WithoutASymbolRegionThereIsNoTable) {
  const auto heap = MakeSmallHeap(GetParam(), /*symbol_bytes=*/0);
  EXPECT_EQ(GlobalData::Create(*heap).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GlobalData::Attach(*heap).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(GlobalDataTest, DataIsACopyByteForByte) {
  std::string all(256, '\0');
  for (int i = 0; i < 256; ++i) all[i] = static_cast<char>(i);
  const Address address = *globals_.DefineData("all", Bytes(all), 1);
  EXPECT_EQ(BytesAt(address, 256), Bytes(all));
  EXPECT_EQ(heap_->lbu(address + 255), 255);
}

TEST_P(GlobalDataTest, BssIsZeroedWhateverLayThere) {
  const auto region = heap_->RuntimeSpan(begin(), data_bytes());
  std::memset(region.data(), 165, region.size());
  const Address address = *globals_.DefineBss("buffer", 1000, 1);
  EXPECT_EQ(BytesAt(address, 1000), std::vector<std::byte>(1000));
  EXPECT_EQ(BytesAt(address - 1, 1)[0], std::byte{165});
}

TEST_P(GlobalDataTest, NumbersAreLittleEndianAndNaturallyAligned) {
  globals_.DefineData("c", Bytes("c"), 1).value();
  const Address i32 = *globals_.DefineI32("i32", -2);
  const Address i64 = *globals_.DefineI64("i64", 0x0102030405060708);
  const Address f64 = *globals_.DefineF64("f64", -0.0);
  const std::uint64_t nan_bits = 0x7FF4000000000001;
  const Address nan =
      *globals_.DefineF64("nan", std::bit_cast<double>(nan_bits));
  EXPECT_EQ(BytesAt(i32, 4), Bytes("\xFE\xFF\xFF\xFF"));
  EXPECT_EQ(BytesAt(i64, 8), Bytes("\x08\x07\x06\x05\x04\x03\x02\x01"));
  EXPECT_EQ(heap_->Load<std::uint64_t>(f64), std::uint64_t{1} << 63);
  EXPECT_EQ(heap_->Load<std::uint64_t>(nan), nan_bits);
  EXPECT_EQ(i32.offset() % 4, 0u);
  for (const Address address : {i64, f64, nan}) {
    EXPECT_EQ(address.offset() % 8, 0u);
  }
}

TEST_P(GlobalDataTest, FindKnowsEverythingAboutASymbol) {
  const Address address = *globals_.DefineBss("table", 100, 64);
  EXPECT_EQ(globals_.Find("table"),
            (Symbol{"table", Section::kBss, address, 100, 64}));
  EXPECT_EQ(globals_.Find("tabl"), std::nullopt);
  EXPECT_EQ(globals_.Find("table2"), std::nullopt);
  EXPECT_EQ(globals_.Find(""), std::nullopt);
}

TEST_P(GlobalDataTest, BssLiesAboveDataAndIterationIsInAddressOrder) {
  globals_.DefineBss("b1", 8).value();
  globals_.DefineData("d1", Bytes("d"), 1).value();
  globals_.DefineReadOnly("r1", Bytes("r"), 1).value();
  globals_.DefineBss("b2", 8).value();
  globals_.DefineData("d2", Bytes("d"), 1).value();
  globals_.DefineReadOnly("r2", Bytes("r"), 1).value();
  EXPECT_EQ(Names(),
            (std::vector<std::string>{"r1", "r2", "d1", "d2", "b2", "b1"}));
  EXPECT_LE(globals_.end(Section::kData), globals_.begin(Section::kBss));
  EXPECT_EQ(globals_.end(Section::kBss), end());
  EXPECT_EQ(globals_.begin(Section::kData), begin());
}

TEST_P(GlobalDataTest, EveryAlignmentHolds) {
  for (std::uint64_t alignment = 1; alignment <= kGlobalAlignmentMax;
       alignment *= 2) {
    // A new arena each, for the table of a small one is soon full.
    heap_->Reset();
    GlobalData globals = *GlobalData::Create(*heap_);
    globals.DefineData("odd data", Bytes("abc"), 1).value();
    globals.DefineReadOnly("odd constant", Bytes("abc"), 1).value();
    globals.DefineBss("odd bss", 3, 1).value();
    for (const Address address :
         {globals.DefineData("data", Bytes("x"), alignment).value(),
          globals.DefineReadOnly("constant", Bytes("x"), alignment).value(),
          globals.DefineBss("bss", 1, alignment).value()}) {
      EXPECT_EQ(address.offset() % alignment, 0u);
    }
    EXPECT_EQ(globals.CheckInvariants(), absl::OkStatus());
  }
}

TEST_P(GlobalDataTest, ImpossibleRequestsAreRefusedAndChangeNothing) {
  globals_.DefineI32("taken", 1).value();
  const Digest before = heap_->ComputeDigest();
  const auto refused = [&](absl::StatusCode code, std::string_view name,
                           std::uint64_t size, std::uint64_t alignment) {
    ExpectRefused(globals_.DefineBss(name, size, alignment), code, before);
  };
  const auto invalid = absl::StatusCode::kInvalidArgument;
  refused(invalid, "", 4, 4);
  refused(invalid, std::string(kSymbolNameBytesMax + 1, 'n'), 4, 4);
  refused(invalid, std::string_view("a\0b", 3), 4, 4);
  refused(invalid, "x", 0, 4);
  for (const std::uint64_t size : {data_bytes() + 1, kMax / 2, kMax / 2 + 1,
                                   kMax - 4096, kMax - 15, kMax}) {
    refused(invalid, "x", size, 1);
    refused(invalid, "x", size, 4096);
  }
  for (const std::uint64_t alignment :
       {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{48},
        2 * kGlobalAlignmentMax, kMax}) {
    refused(invalid, "x", 4, alignment);
  }
  refused(absl::StatusCode::kAlreadyExists, "taken", 4, 4);
  ExpectRefused(globals_.DefineData("taken", Bytes("x"), 1),
                absl::StatusCode::kAlreadyExists, before);
  ExpectRefused(globals_.DefineReadOnly("taken", Bytes("x"), 1),
                absl::StatusCode::kAlreadyExists, before);
  ExpectRefused(globals_.DefineData("x", {}, 1), invalid, before);
  ExpectRefused(globals_.DefineReadOnly(
                    "x", std::vector<std::byte>(kReadOnlyBytes + 1), 1),
                invalid, before);
}

TEST_P(GlobalDataTest, ANameOfTheLongestSizeIsKept) {
  const std::string name(kSymbolNameBytesMax, 'n');
  globals_.DefineI32(name, 1).value();
  EXPECT_EQ(globals_.Find(name)->name, name);
}

TEST_P(GlobalDataTest, AFullRegionRefusesAndChangesNothing) {
  const std::uint64_t zones = GetParam() ? 2 * kGlobalRedZoneBytes : 0;
  globals_.DefineData("data", std::vector<std::byte>(1000), 1).value();
  const std::uint64_t rest =
      globals_.begin(Section::kBss) - globals_.end(Section::kData) - zones;
  const Digest before = heap_->ComputeDigest();
  const auto full = absl::StatusCode::kResourceExhausted;
  ExpectRefused(globals_.DefineBss("bss", rest + 1, 1), full, before);
  ExpectRefused(
      globals_.DefineData("more", std::vector<std::byte>(rest + 1), 1), full,
      before);
  EXPECT_TRUE(globals_.DefineBss("bss", rest, 1).ok());
  EXPECT_EQ(globals_.begin(Section::kBss), globals_.end(Section::kData));
  const Digest filled = heap_->ComputeDigest();
  ExpectRefused(globals_.DefineBss("b", 1, 1), full, filled);
  ExpectRefused(globals_.DefineData("d", Bytes("d"), 1), full, filled);

  globals_
      .DefineReadOnly("constant",
                      std::vector<std::byte>(kReadOnlyBytes - zones), 1)
      .value();
  const Digest both_filled = heap_->ComputeDigest();
  ExpectRefused(globals_.DefineReadOnly("r", Bytes("r"), 1), full, both_filled);
}

TEST_P(GlobalDataTest, AFullTableRefusesAndChangesNothing) {
  const auto heap = MakeSmallHeap(GetParam(), /*symbol_bytes=*/4096);
  GlobalData globals = *GlobalData::Create(*heap);
  absl::StatusOr<Address> result = kNullAddress;
  Digest before = heap->ComputeDigest();
  for (int i = 0; (result = globals.DefineBss(std::to_string(i), 1, 1)).ok();
       ++i) {
    before = heap->ComputeDigest();
  }
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GT(globals.size(), 50u);
  EXPECT_EQ(heap->ComputeDigest(), before);
  EXPECT_EQ(globals.CheckInvariants(), absl::OkStatus());
}

TEST_P(GlobalDataTest, ReadOnlyDataMayBeLoadedAndNotStoredTo) {
  const Address address = *globals_.DefineReadOnly("text", Bytes("hello"), 1);
  EXPECT_EQ(heap_->lb(address + 4), 'o');
  EXPECT_EQ(
      FaultOf([&] { heap_->sb(address, 0); }),
      (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, address, 1}));
  EXPECT_EQ(BytesAt(address, 5), Bytes("hello"));
}

TEST_P(GlobalDataTest, TheDigestCoversConstantsAndNames) {
  const Digest empty = heap_->ComputeDigest();
  globals_.DefineReadOnly("text", Bytes("hello"), 1).value();
  EXPECT_NE(heap_->ComputeDigest(), empty);
  const auto other = MakeSmallHeap(GetParam());
  GlobalData other_globals = *GlobalData::Create(*other);
  other_globals.DefineReadOnly("text", Bytes("hallo"), 1).value();
  EXPECT_NE(heap_->ComputeDigest(), other->ComputeDigest());
  const auto renamed = MakeSmallHeap(GetParam());
  GlobalData renamed_globals = *GlobalData::Create(*renamed);
  renamed_globals.DefineReadOnly("test", Bytes("hello"), 1).value();
  EXPECT_NE(heap_->ComputeDigest(), renamed->ComputeDigest());
}

TEST_P(GlobalDataTest, AnAddressBelongsToTheGlobalThatHoldsItOrIsNearest) {
  const Address constant =
      *globals_.DefineReadOnly("constant", Bytes("abcd"), 1);
  const Address data = *globals_.DefineData("data", Bytes("abcd"), 1);
  const Address bss = *globals_.DefineBss("bss", 4, 1);
  const auto at = [&](Address address) {
    const auto symbol = globals_.FindAt(address);
    return symbol.has_value() ? symbol->name : "";
  };
  const auto near = [&](Address address) {
    const auto symbol = globals_.FindNearest(address);
    return symbol.has_value() ? symbol->name : "";
  };
  EXPECT_EQ(at(data - 1), "");
  EXPECT_EQ(at(data), "data");
  EXPECT_EQ(at(data + 3), "data");
  EXPECT_EQ(at(data + 4), "");
  EXPECT_EQ(near(data + 4), "data");
  EXPECT_EQ(near(begin() + data_bytes() / 2 - 100), "data");
  EXPECT_EQ(near(begin() + data_bytes() / 2 + 100), "bss");
  EXPECT_EQ(at(bss - 1), "");
  EXPECT_EQ(near(bss - 1), "bss");
  EXPECT_EQ(at(bss), "bss");
  EXPECT_EQ(at(bss + 3), "bss");
  EXPECT_EQ(at(constant), "constant");
  EXPECT_EQ(near(constant + 4000), "constant");
  for (const Address elsewhere :
       {kNullAddress, kControlBase, begin() - 1, end(), Address(kMax)}) {
    EXPECT_EQ(near(elsewhere), "") << elsewhere;
  }
}

TEST_P(GlobalDataFastTest, GlobalsLieSideBySide) {
  const Address a = *globals_.DefineI32("a", 1);
  EXPECT_EQ(*globals_.DefineI32("b", 2), a + 4);
  const Address c = *globals_.DefineBss("c", 4, 4);
  EXPECT_EQ(*globals_.DefineBss("d", 4, 4), c - 4);
}

TEST_P(GlobalDataCheckedTest, NeighboursOfAGlobalAreRedZones) {
  globals_.DefineI32("before", 1).value();
  const Address address = *globals_.DefineData("array", Bytes("abcde"), 1);
  globals_.DefineI32("behind", 1).value();
  for (std::uint64_t i = 1; i <= kGlobalRedZoneBytes; ++i) {
    for (const Address at : {address - i, address + 4 + i}) {
      EXPECT_EQ(FaultOf([&] { heap_->lb(at); }),
                (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, at, 1}));
    }
  }
  EXPECT_EQ(heap_->lb(address + 4), 'e');
}

TEST_P(GlobalDataCheckedTest, EveryGlobalIsInitialised) {
  EXPECT_EQ(heap_->ld(*globals_.DefineBss("bss", 8)), 0);
  EXPECT_EQ(heap_->lw(*globals_.DefineI32("data", 7)), 7);
  EXPECT_EQ(heap_->lb(*globals_.DefineReadOnly("constant", Bytes("c"))), 'c');
}

}  // namespace
}  // namespace kheap
