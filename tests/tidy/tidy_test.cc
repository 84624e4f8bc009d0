// SPDX-License-Identifier: Apache-2.0
// Holds the project's own files to its rules; docs/style.md gives the reasons.
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/architecture_rules.h"
#include "tests/tidy/cpp_rules.h"
#include "tests/tidy/markdown_rules.h"
#include "tests/tidy/platform_rules.h"
#include "tests/tidy/reach_rules.h"
#include "tests/tidy/source_tree.h"
#include "tests/tidy/text_rules.h"

namespace kheap::tidy {
namespace {

// The workspace, found through the link that Bazel makes to one of its files.
std::filesystem::path WorkspaceFolder() {
  return std::filesystem::canonical("WORKSPACE").parent_path();
}

const SourceTree& Workspace() {
  static const SourceTree tree = SourceTree::ReadFrom(WorkspaceFolder());
  return tree;
}

// Where this checkout lies, and the home of whoever runs the test.
std::vector<std::string> MachinePlaces() {
  std::vector<std::string> places = {WorkspaceFolder().string()};
  const passwd* const user = getpwuid(getuid());
  if (user != nullptr && std::string_view(user->pw_dir).size() > 1) {
    places.push_back(std::string(user->pw_dir) + "/");
  }
  return places;
}

void ExpectNone(const std::vector<Finding>& findings) {
  std::ostringstream out;
  for (const Finding& finding : findings) out << finding << "\n";
  EXPECT_TRUE(findings.empty()) << out.str();
}

TEST(TidyTest, TheWholeTreeIsSeen) {
  EXPECT_TRUE(Workspace().Exists("heap/global_heap.h"));
  EXPECT_TRUE(Workspace().Exists("docs/architecture.md"));
  EXPECT_TRUE(Workspace().Exists("tests/tidy/tidy_test.cc"));
  EXPECT_FALSE(Workspace().Exists("bazel-bin"));
  EXPECT_GE(ReadFolderTable(Workspace()).size(), 10u);
}

TEST(TidyTest, Includes) { ExpectNone(CheckIncludes(Workspace())); }
TEST(TidyTest, Folders) { ExpectNone(CheckFolders(Workspace())); }
TEST(TidyTest, BitOperators) { ExpectNone(CheckBitOperators(Workspace())); }
TEST(TidyTest, PlatformCode) { ExpectNone(CheckPlatformCode(Workspace())); }
TEST(TidyTest, HostCalls) { ExpectNone(CheckHostCalls(Workspace())); }
TEST(TidyTest, FunctionLengths) {
  ExpectNone(CheckFunctionLengths(Workspace()));
}
TEST(TidyTest, FileLengths) { ExpectNone(CheckFileLengths(Workspace())); }
TEST(TidyTest, Columns) { ExpectNone(CheckColumns(Workspace())); }
TEST(TidyTest, Words) { ExpectNone(CheckWords(Workspace())); }
TEST(TidyTest, MachinePaths) {
  ExpectNone(CheckMachinePaths(Workspace(), MachinePlaces()));
}
TEST(TidyTest, HeadLines) { ExpectNone(CheckHeadLines(Workspace())); }
TEST(TidyTest, BuildComments) { ExpectNone(CheckBuildComments(Workspace())); }
TEST(TidyTest, Titles) { ExpectNone(CheckTitles(Workspace())); }
TEST(TidyTest, Links) { ExpectNone(CheckLinks(Workspace())); }
TEST(TidyTest, NamedPaths) { ExpectNone(CheckNamedPaths(Workspace())); }
TEST(TidyTest, Commands) { ExpectNone(CheckCommands(Workspace())); }
TEST(TidyTest, DeadFiles) { ExpectNone(CheckDeadFiles(Workspace())); }

}  // namespace
}  // namespace kheap::tidy
