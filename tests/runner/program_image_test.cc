// SPDX-License-Identifier: Apache-2.0
#include "runner/program_image.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kheap {
namespace {

ProgramImage Sample() {
  ProgramImage image;
  image.capacity_bytes = 1 << 20;
  image.stack_bytes = 4096;
  image.checked = true;
  image.globals.push_back({"counter", false, ImageSection::kData, 4, 4, 12345,
                           std::string("\1\0\0\0", 4), "i", "int", "counter",
                           "main.c:1"});
  image.globals.push_back(
      {"", true, ImageSection::kBss, 100, 16, 99, "", "", "", "", ""});
  image.functions.push_back({"main", "iip", "int (int, char **)", 0});
  image.frames.push_back(
      {"main", "main.c", 96, 16, true, {{"n", 3, 32, 4, 4}}});
  image.call_types.push_back("void (int)");
  return image;
}

TEST(ProgramImageTest, ParsesWhatItSerialised) {
  const ProgramImage image = Sample();
  const auto parsed = ProgramImage::Parse(image.Serialise());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Serialise(), image.Serialise());
  EXPECT_EQ(parsed->globals[0].name, "counter");
  EXPECT_EQ(parsed->globals[0].bytes, image.globals[0].bytes);
  EXPECT_EQ(parsed->globals[0].type, "i");
  EXPECT_EQ(parsed->globals[0].c_type, "int");
  EXPECT_EQ(parsed->globals[0].source_name, "counter");
  EXPECT_EQ(parsed->globals[0].declared, "main.c:1");
  EXPECT_FALSE(parsed->globals[0].is_library);
  EXPECT_TRUE(parsed->globals[1].is_library);
  EXPECT_EQ(parsed->call_types[0], "void (int)");
  EXPECT_EQ(parsed->functions[0].signature, "iip");
  EXPECT_TRUE(parsed->checked);
  EXPECT_EQ(parsed->frames[0].mark_offset, 16u);
  EXPECT_TRUE(parsed->frames[0].is_variadic);
  EXPECT_EQ(parsed->frames[0].variables[0].offset, 32u);
}

TEST(ProgramImageTest, RefusesEveryTruncationAndAnythingBehind) {
  const std::string bytes = Sample().Serialise();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ProgramImage::Parse(bytes.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_FALSE(ProgramImage::Parse(bytes + "x").ok());
}

}  // namespace
}  // namespace kheap
