// SPDX-License-Identifier: Apache-2.0
// What makes a kept object stale, and what does not.
#include "runner/object_cache.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap {
namespace {

class ObjectCacheTest : public testing::Test {
 protected:
  // A program that includes two headers, one of them by -I, was compiled.
  void SetUp() override {
    root_ = testing::TempDir() + "/object_cache_test";
    std::filesystem::remove_all(root_);
    for (const char* const folder :
         {"/source/part", "/first", "/second/shared"}) {
      std::filesystem::create_directories(root_ + folder);
    }
    Write("/source/main.c", "main");
    Write("/source/part/own.h", "own");
    Write("/second/shared/it.h", "it");
    options_.compiler_arguments = {"-I" + root_ + "/first", "-I",
                                   root_ + "/second"};
    options_.cache_folder = root_ + "/cache";
    Keep();
    EXPECT_TRUE(IsFound());
  }

  void Write(const std::string& path, const std::string& text) {
    std::ofstream(root_ + path) << text;
  }
  ObjectCache Cache() const {
    return ObjectCache(options_, {{root_ + "/source/main.c"}});
  }
  void Keep() {
    Cache().Keep({"object", "messages"},
                 {root_ + "/source/main.c", root_ + "/source/part/own.h",
                  root_ + "/second/shared/it.h"});
  }
  bool IsFound() const {
    const auto found = Cache().Find();
    if (found.has_value()) {
      EXPECT_EQ(found->object, "object");
      EXPECT_EQ(found->messages, "messages");
    }
    return found.has_value();
  }

  std::string root_;
  CompileOptions options_;
};

TEST_F(ObjectCacheTest, AnotherTextOfAFileThatWasReadIsAnotherProgram) {
  for (const char* const file :
       {"/source/main.c", "/source/part/own.h", "/second/shared/it.h"}) {
    Write(file, "changed");
    EXPECT_FALSE(IsFound()) << file;
    Keep();
    EXPECT_TRUE(IsFound()) << file;
  }
}

TEST_F(ObjectCacheTest, AFileThatIsGoneIsMissed) {
  std::filesystem::remove(root_ + "/second/shared/it.h");
  EXPECT_FALSE(IsFound());
}

TEST_F(ObjectCacheTest, AHeaderThatMayHideAnotherIsSeen) {
  for (const char* const file :
       {"/first/shared/it.h", "/source/shared/it.h", "/source/part/shared/it.h",
        "/first/part/own.h"}) {
    std::filesystem::create_directories(
        std::filesystem::path(root_ + file).parent_path());
    Write(file, "hides the other");
    EXPECT_FALSE(IsFound()) << file;
    std::filesystem::remove(root_ + file);
    EXPECT_TRUE(IsFound()) << file;
  }
}

TEST_F(ObjectCacheTest, AHeaderThatWasThereBeforeIsNoReason) {
  std::filesystem::create_directories(root_ + "/first/shared");
  Write("/first/shared/it.h", "not read");
  EXPECT_FALSE(IsFound());
  Keep();
  EXPECT_TRUE(IsFound());
  Write("/source/new.h", "no name of theirs");
  EXPECT_TRUE(IsFound());
}

TEST_F(ObjectCacheTest, OtherOptionsAreOtherPrograms) {
  const CompileOptions options = options_;
  const auto expect_other = [&](auto change) {
    options_ = options;
    change(options_);
    EXPECT_FALSE(IsFound());
  };
  expect_other([](CompileOptions& o) { o.checked = false; });
  expect_other([](CompileOptions& o) { o.optimisation = 0; });
  expect_other([](CompileOptions& o) { o.memory_bytes *= 2; });
  expect_other([](CompileOptions& o) { o.stack_bytes *= 2; });
  expect_other([](CompileOptions& o) { o.limits_steps = true; });
  expect_other([](CompileOptions& o) { o.compiler_arguments = {"-DX=1"}; });
  options_ = options;
  EXPECT_TRUE(IsFound());
}

TEST_F(ObjectCacheTest, ADamagedEntryIsNone) {
  for (const auto& file :
       std::filesystem::directory_iterator(options_.cache_folder)) {
    const std::string path = file.path().string();
    std::filesystem::resize_file(path, file.file_size() / 2);
    EXPECT_FALSE(IsFound()) << path;
    Keep();
    EXPECT_TRUE(IsFound()) << path;
    std::filesystem::remove(path);
    EXPECT_FALSE(IsFound()) << path;
    Keep();
  }
}

TEST_F(ObjectCacheTest, ACacheThatCannotBeIsEmpty) {
  Write("/file", "no folder");
  options_.cache_folder = root_ + "/file/cache";
  Keep();
  EXPECT_FALSE(IsFound());
  options_.cache_folder = "";
  Keep();
  EXPECT_FALSE(IsFound());
}

}  // namespace
}  // namespace kheap
