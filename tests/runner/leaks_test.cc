// SPDX-License-Identifier: Apache-2.0
#include "runner/leaks.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

using testing::ElementsAre;

// "24 by list" for each block that is left, in both modes the same.
std::vector<std::string> LeaksOf(const std::string& text) {
  std::vector<std::string> shown;
  for (const bool checked : {true, false}) {
    const Program program = Compiled("#include <stdlib.h>\n" + text,
                                     {.checked = checked, .optimisation = 0});
    const auto process = Started(program);
    const RunEnd end = process->RunMain({"leaky"}).value();
    EXPECT_EQ(end.exit_status, 0);
    std::vector<std::string> leaks;
    for (const Leak& leak : FindLeaks(process->machine())) {
      // Behind the pointer of each node.
      const auto tag = process->heap().Load<std::uint8_t>(leak.block.begin + 8);
      leaks.push_back(std::to_string(tag) + " by " +
                      (leak.is_kept ? leak.keeper : "nobody"));
    }
    if (!checked) {
      EXPECT_EQ(leaks, shown);
    }
    shown = leaks;
  }
  return shown;
}

constexpr char kNode[] = R"(
  struct node { struct node *next; char tag; };
  struct node *node(int tag, struct node *next) {
    struct node *made = malloc(sizeof *made);
    made->next = next;
    made->tag = tag;
    return made;
  }
)";

TEST(LeaksTest, AreNoneWhereAllIsFreed) {
  EXPECT_TRUE(LeaksOf("int main(void) { free(malloc(3)); return 0; }").empty());
}

TEST(LeaksTest, FollowsAChainFromAGlobal) {
  EXPECT_THAT(
      LeaksOf(std::string(kNode) + R"(
    static struct node *list;
    int main(void) {
      list = node(3, node(2, node(1, 0)));
      node(4, list);
      return 0;
    })"),
      ElementsAre("1 by list", "2 by list", "3 by list", "4 by nobody"));
}

TEST(LeaksTest, CountsAPointerIntoTheMiddle) {
  EXPECT_THAT(LeaksOf(std::string(kNode) + R"(
    char *inner;
    int main(void) {
      inner = &node(1, 0)->tag;
      return 0;
    })"),
              ElementsAre("1 by inner"));
}

TEST(LeaksTest, APointerBehindABlockKeepsNothing) {
  EXPECT_THAT(LeaksOf(std::string(kNode) + R"(
    char *last, *behind;
    int main(void) {
      last = (char *)node(1, 0) + sizeof(struct node) - 1;
      behind = (char *)node(2, 0) + 4096;
      return 0;
    })"),
              ElementsAre("1 by last", "2 by nobody"));
}

TEST(LeaksTest, WhatIsLostKeepsNothing) {
  EXPECT_THAT(LeaksOf(std::string(kNode) + R"(
    int main(void) {
      node(2, node(1, 0));
      return 0;
    })"),
              ElementsAre("1 by nobody", "2 by nobody"));
}

TEST(LeaksTest, LosesACircleThatNothingLeadsTo) {
  EXPECT_THAT(LeaksOf(std::string(kNode) + R"(
    struct node *list;
    int main(void) {
      list = node(1, 0);
      list->next = node(2, list);
      list = 0;
      return 0;
    })"),
              ElementsAre("1 by nobody", "2 by nobody"));
}

TEST(LeaksTest, KnowsWhatTheLibraryKeeps) {
  const Program program = Compiled(R"(
    #include <stdio.h>
    int main(void) { return fopen("left open", "w") == 0; })");
  const auto process = Started(program);
  EXPECT_EQ(process->RunMain({"leaky"}).value().exit_status, 0);
  const std::vector<Leak> leaks = FindLeaks(process->machine());
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_TRUE(leaks.front().is_kept);
  EXPECT_EQ(leaks.front().keeper, "");
}

}  // namespace
}  // namespace kheap
