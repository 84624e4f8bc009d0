// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/reach_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

// Every file reached, each in another way.
SourceTree::Files LivingFiles() {
  return {
      {"README.md", {"[docs](docs/a.md)\n"}},
      {"LICENSE", {""}},
      {"WORKSPACE", {"local_repository(path = \"third_party/rules\")"}},
      {"third_party/rules/cc/defs.bzl", {""}},
      {".gitignore", {""}},
      {"docs/a.md", {"[b](b.md), ![drawing](map.png), `tools/run`\n"}},
      {"docs/b.md", {"[back](a.md)\n"}},
      {"docs/map.png", {""}},
      {"tools/run", {"source tools/list"}},
      {"tools/list", {""}},
      {"heap/BUILD", {"cc_library(hdrs = [\"a.h\"], srcs = [\"x/a.cc\"])"}},
      {"heap/a.h", {""}},
      {"heap/x/a.cc", {""}},
      {"tests/BUILD", {"# Tests."}},
      {"tests/defs.bzl", {""}},
      {"tests/heap/BUILD",
       {"load(\"//tests:defs.bzl\", \"t\")\nt(name = \"a_test\", data = "
        "glob([\"data/*.rep\"]))"}},
      {"tests/heap/a_test.cc", {""}},
      {"tests/heap/a_test.sh", {""}},
      {"tests/heap/data/one.rep", {""}},
  };
}

TEST(DeadFilesTest, FilesThatAreReachedAreGood) {
  EXPECT_EQ(CheckDeadFiles(SourceTree::Of(LivingFiles())),
            std::vector<Finding>());
}

TEST(DeadFilesTest, EachFileIsFoundWhenNothingReachesIt) {
  for (const char* path :
       {"docs/c.md", "docs/other.png", "tools/old", "third_party/old/defs.bzl",
        "heap/b.h", "heap/a.cc", "heap/x/a.h", "tests/old.bzl",
        "tests/heap/b_test.cc", "tests/heap/a_test.h",
        "tests/heap/data/one.txt", "heap/notes.txt", "notes.txt",
        "CONTRIBUTING.md"}) {
    SourceTree::Files files = LivingFiles();
    files[path];
    EXPECT_EQ(CheckDeadFiles(SourceTree::Of(files)),
              (std::vector<Finding>{{path, 0, "nothing reaches this file"}}));
  }
}

TEST(DeadFilesTest, DocumentsThatOnlyLinkEachOtherAreDead) {
  SourceTree::Files files = LivingFiles();
  files["docs/c.md"] = {"[d](d.md)"};
  files["docs/d.md"] = {"[c](c.md)"};
  EXPECT_EQ(CheckDeadFiles(SourceTree::Of(files)).size(), 2u);
}

}  // namespace
}  // namespace kheap::tidy
