// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <chrono>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

TEST(ProgressTest, ShortWorkShowsNothing) {
  std::ostringstream out;
  {
    Progress progress(&out);
    progress.Begin("counting", 3);
    progress.Show(1);
  }
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressTest, LongWorkShowsALineThatGoesAway) {
  std::ostringstream out;
  {
    Progress progress(&out);
    progress.Begin("counting", 8);
    while (out.str().empty()) progress.Show(2);
    EXPECT_EQ(out.str(), "\r\033[Kcounting: 25 %");
    progress.Clear();
    progress.Clear();
  }
  EXPECT_EQ(out.str(), "\r\033[Kcounting: 25 %\r\033[K");
}

TEST(ProgressTest, WorkOfNoStepsIsFine) {
  std::ostringstream out;
  Progress progress(&out);
  progress.Begin("nothing", 0);
  while (out.str().empty()) progress.Show(0);
  EXPECT_EQ(out.str(), "\r\033[Knothing: 0 %");
}

TEST(ProgressTest, WithoutATerminalThereIsNone) {
  Progress progress(nullptr);
  progress.Begin("counting", 3);
  progress.Show(3);
  progress.Clear();
}

}  // namespace
}  // namespace kheap::cli
