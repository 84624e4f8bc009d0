// SPDX-License-Identifier: Apache-2.0
#include "globaldata/symbol_table.h"

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

class SymbolTableTest : public testing::Test {
 protected:
  SymbolTableTest() : heap_(MakeFastHeap()), table_(*heap_) { table_.Format(); }

  // The section's next symbol, 16 bytes beyond its edge.
  Symbol Add(std::string name, Section section) {
    const Address edge = table_.edge(section);
    const bool down = section == Section::kBss;
    const Address address = down ? edge - 24 : edge + 16;
    const Symbol symbol = {std::move(name), section, address, 8, 8};
    table_.Insert(symbol, down ? address : symbol.end());
    return symbol;
  }

  std::optional<Symbol> Read(SymbolTable::Handle symbol) const {
    if (symbol.is_null()) return std::nullopt;
    return table_.ReadSymbol(symbol);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  SymbolTable table_;
};

TEST_F(SymbolTableTest, AnEmptyTableFindsNothing) {
  EXPECT_TRUE(table_.IsFormatted());
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.Find(""), std::nullopt);
  EXPECT_EQ(table_.Find("x"), std::nullopt);
  const auto around = table_.FindAround(Section::kData, Address(5));
  EXPECT_TRUE(around.at_or_below.is_null());
  EXPECT_TRUE(around.above.is_null());
  EXPECT_EQ(table_.CheckInvariants(), absl::OkStatus());
}

TEST_F(SymbolTableTest, NamesThatArePrefixesOfEachOtherAreDifferent) {
  std::vector<Symbol> symbols;
  for (std::size_t size = 0; size <= 255; ++size) {
    symbols.push_back(Add(std::string(size, 'x'), Section::kData));
  }
  for (const Symbol& symbol : symbols) {
    EXPECT_EQ(table_.Find(symbol.name), symbol);
  }
  EXPECT_EQ(table_.CheckInvariants(), absl::OkStatus());
}

// Every count of symbols up to 70, every address from below the first symbol to
// above the last.
TEST_F(SymbolTableTest, FindAroundAgreesWithALinearSearch) {
  for (const Section section : {Section::kData, Section::kBss}) {
    std::vector<Symbol> rising;
    for (int count = 1; count <= 70; ++count) {
      const Symbol added =
          Add(ToString(section).data() + std::to_string(count), section);
      rising.insert(section == Section::kBss ? rising.begin() : rising.end(),
                    added);
      for (Address at = rising.front().address - 2;
           at < rising.back().end() + 2; at += 1) {
        std::optional<Symbol> below, above;
        for (const Symbol& symbol : rising) {
          if (symbol.address <= at) below = symbol;
          if (symbol.address > at && !above) above = symbol;
        }
        const auto around = table_.FindAround(section, at);
        ASSERT_EQ(Read(around.at_or_below), below) << at;
        ASSERT_EQ(Read(around.above), above) << at;
      }
    }
  }
  EXPECT_EQ(table_.CheckInvariants(), absl::OkStatus());
}

TEST_F(SymbolTableTest, ATableThatFillsUpStaysWithinItsRegion) {
  int count = 0;
  for (; table_.HasRoomFor("symbol" + std::to_string(count)); ++count) {
    Add("symbol" + std::to_string(count), Section::kData);
  }
  // 256 KiB hold a C program of sqlite3's size (2500 symbols).
  EXPECT_GT(count, 2500);
  EXPECT_LE(heap_->control().regions[IndexOf(Region::kSymbols)].used_end,
            heap_->layout().end(Region::kSymbols).offset());
  EXPECT_EQ(table_.CheckInvariants(), absl::OkStatus());
}

// What the table is built of, with one byte changed: each look-up returns or
// faults, and CheckInvariants returns.
TEST_F(SymbolTableTest, NoOverwrittenByteLeadsOutOfTheArenaOrInCircles) {
  for (int i = 0; i < 20; ++i) {
    Add("data" + std::to_string(i), Section::kData);
    Add("bss" + std::to_string(i), Section::kBss);
  }
  const Address begin = heap_->layout().begin(Region::kSymbols);
  const std::uint64_t used =
      heap_->control().regions[IndexOf(Region::kSymbols)].used_end -
      begin.offset();
  int found = 0;
  for (std::uint64_t i = 0; i < used; ++i) {
    std::byte& byte = heap_->RuntimeSpan(begin + i, 1)[0];
    for (const int change : {1, 16, 255}) {
      byte ^= static_cast<std::byte>(change);
      absl::Status status;
      if (FaultOf([&] { status = table_.CheckInvariants(); }) || !status.ok()) {
        ++found;
      }
      (void)FaultOf([&] { (void)table_.Find("data7"); });
      (void)FaultOf([&] {
        (void)table_.FindAround(Section::kBss, table_.edge(Section::kBss));
      });
      byte ^= static_cast<std::byte>(change);
    }
  }
  EXPECT_GT(found, 1000);
  EXPECT_EQ(table_.CheckInvariants(), absl::OkStatus());
}

// The same with each word led to each other place of the table.
TEST_F(SymbolTableTest, NoMisledLinkLeadsInCircles) {
  const auto heap = MakeHeap({.layout = {.symbol_bytes = 4096}});
  SymbolTable table(*heap);
  table.Format();
  const Address begin = heap->layout().begin(Region::kSymbols);
  Address edge = table.edge(Section::kData);
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    table.Insert({name, Section::kData, edge, 8, 8}, edge + 8);
    edge += 8;
  }
  const std::uint64_t used =
      heap->control().regions[IndexOf(Region::kSymbols)].used_end -
      begin.offset();
  for (std::uint64_t i = 8; i < used; i += 8) {
    auto& word = heap->RuntimeObject<LittleEndian<std::uint64_t>>(begin + i);
    const std::uint64_t kept = word;
    for (std::uint64_t target = 8; target < used; target += 8) {
      word = (begin + target).offset();
      for (const char* name : {"a", "b", "c", "d", "e", "f", "absent"}) {
        (void)FaultOf([&] { (void)table.Find(name); });
      }
      for (Address at = edge - 50; at < edge; at += 8) {
        (void)FaultOf([&] { (void)table.FindAround(Section::kData, at); });
      }
      (void)FaultOf([&] { (void)table.CheckInvariants(); });
    }
    word = kept;
  }
  EXPECT_EQ(table.CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
