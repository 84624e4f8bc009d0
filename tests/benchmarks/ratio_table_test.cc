// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/report/ratio_table.h"

#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::benchmarks {
namespace {

constexpr char kCsv[] =
    "name,iterations,real_time,cpu_time,time_unit,bytes_per_second,"
    "items_per_second,label,error_occurred,error_message\n"
    "\"BM_Copy_Kheap/64_mean\",5,9,9,ns,1e9,,,,\n"
    "\"BM_Copy_Kheap/64_median\",5,2.5,2.5,ns,1e9,,,,\n"
    "\"BM_Copy_Glibc/64_median\",5,5,5,us,,,\"a, \"\"b\"\"\",,\n"
    "\"BM_Copy_Other/64_median\",,,,,,,,true,\"out of memory\"\n"
    "\"BM_Slow_median\",5,3,3,s,,,,,\n";

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// With runs of spaces as one.
std::vector<std::string> RowsOf(const std::vector<Measurement>& measurements) {
  std::vector<std::string> rows;
  for (const std::string& line : LinesOf(FormatRatios(measurements))) {
    std::istringstream words(line);
    std::string row;
    for (std::string word; words >> word;)
      row += (row.empty() ? "" : " ") + word;
    rows.push_back(row);
  }
  return rows;
}

using Rows = std::vector<std::string>;

TEST(RatioTableTest, OnlyMediansOfGoodRunsAreRead) {
  std::istringstream in(kCsv);
  EXPECT_EQ(ReadMedians(in),
            (std::vector<Measurement>{{"BM_Copy_Kheap/64", 2.5},
                                      {"BM_Copy_Glibc/64", 5000},
                                      {"BM_Slow", 3e9}}));
}

TEST(RatioTableTest, APeerDiffersInTheOwnersWordOnly) {
  EXPECT_EQ(
      RowsOf({{"BM_Copy_Kheap/64", 2},
              {"BM_Copy_Kheap/128", 4},
              {"BM_Copy_Glibc/64", 3},
              {"BM_Copy_Glibc/128", 2},
              {"BM_Move_Glibc/64", 9}}),
      (Rows{"Copy/64 Kheap 2 ns Glibc 3 ns 1.50",
            "Copy/128 Kheap 4 ns Glibc 2 ns 0.50", "Move_Glibc/64 9 ns"}));
  EXPECT_EQ(RowsOf({{"BM_A_Kheap/9/iterations:50", 1},
                    {"BM_A_Glibc/9/iterations:50", 1}}),
            (Rows{"A/9 Kheap 1 ns Glibc 1 ns 1.00"}));
}

TEST(RatioTableTest, TheOwnerMayStandAnywhereInTheName) {
  EXPECT_EQ(RowsOf({{"BM_Churn/1024/kheap", 1}, {"BM_Churn/1024/tlsf", 4}}),
            (Rows{"Churn/1024 kheap 1 ns tlsf 4 ns 4.00"}));
  EXPECT_EQ(RowsOf({{"BM_KheapPages_Churn", 1}, {"BM_Glibc_Churn", 4}}),
            (Rows{"Churn KheapPages 1 ns Glibc 4 ns 4.00"}));
  EXPECT_EQ(RowsOf({{"BM_Sum<KheapSpan>/8", 1}, {"BM_Sum<Raw>/8", 2}}),
            (Rows{"Sum<>/8 KheapSpan 1 ns Raw 2 ns 2.00"}));
}

TEST(RatioTableTest, SeveralOfOursAreEachComparedWithThePeers) {
  EXPECT_EQ(RowsOf({{"BM_Churn_KheapTags", 2},
                    {"BM_Churn_KheapPages", 1},
                    {"BM_Churn_Glibc", 4}}),
            (Rows{"Churn KheapPages 1 ns Glibc 4 ns 4.00",
                  "Churn KheapTags 2 ns Glibc 4 ns 2.00"}));
}

TEST(RatioTableTest, OneWithoutPeersHasARowOfItsOwn) {
  EXPECT_EQ(RowsOf({{"BM_Digest_Kheap", 12345678}}),
            (Rows{"Digest Kheap 12.35 ms"}));
}

TEST(RatioTableTest, OursWithoutAWordOfItsOwnIsMisnamed) {
  EXPECT_EQ(MisnamedAmong({{"BM_ChurnKheap/4", 1},
                           {"BM_Churn/mykheap", 1},
                           {"BM_Churn_Kheap/4", 1},
                           {"BM_CountKheaps_Kheap", 1},
                           {"BM_Churn_Glibc/4", 1},
                           {"BM_KheapPages_Churn", 1}}),
            (Rows{"BM_ChurnKheap/4", "BM_Churn/mykheap"}));
}

}  // namespace
}  // namespace kheap::benchmarks
