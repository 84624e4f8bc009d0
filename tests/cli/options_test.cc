// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::cli {
namespace {

using Words = std::vector<std::string>;

// Two options that note what they are given.
class OptionsTest : public testing::Test {
 protected:
  absl::StatusOr<ParsedArguments> Parse(const Words& words) {
    notes_.clear();
    return ParseArguments(words, options_);
  }
  std::string RefusalOf(const Words& words) {
    const absl::Status status = Parse(words).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }

  Words notes_;
  const std::vector<Option> options_ = {
      {"size", "BYTES", "how many\nbytes",
       [this](std::string_view value) {
         notes_.push_back("size " + std::string(value));
         return value == "bad" ? absl::InvalidArgumentError("is no size")
                               : absl::OkStatus();
       }},
      {"loud", "", "say more", [this](std::string_view) {
         notes_.push_back("loud");
         return absl::OkStatus();
       }}};
};

TEST_F(OptionsTest, OptionsAndOperandsMix) {
  const auto parsed = Parse({"a", "--size=1", "-", "--loud", "--size", "2"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->operands, (Words{"a", "-"}));
  EXPECT_FALSE(parsed->wants_help);
  EXPECT_EQ(notes_, (Words{"size 1", "loud", "size 2"}));
}

TEST_F(OptionsTest, NothingIsNothing) {
  const auto parsed = Parse({});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->operands.empty());
}

TEST_F(OptionsTest, TwoDashesEndTheOptions) {
  const auto parsed = Parse({"--loud", "--", "--size", "-x"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->operands, (Words{"--size", "-x"}));
}

TEST_F(OptionsTest, HelpEndsTheReading) {
  for (const char* help : {"-h", "--help"}) {
    const auto parsed = Parse({"--loud", help, "--nonsense"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(parsed->wants_help);
    EXPECT_EQ(notes_, (Words{"loud"}));
  }
}

TEST_F(OptionsTest, RefusalsNameTheOption) {
  EXPECT_EQ(RefusalOf({"--nonsense"}), "unknown option '--nonsense'");
  EXPECT_EQ(RefusalOf({"a", "--nonsense=1", "b"}),
            "unknown option '--nonsense'");
  EXPECT_EQ(RefusalOf({"a", "-x"}), "unknown option '-x'");
  EXPECT_EQ(RefusalOf({"a", "-xyz", "b"}), "unknown option '-xyz'");
  EXPECT_EQ(RefusalOf({"-", "-xyz"}), "unknown option '-xyz'");
  EXPECT_EQ(RefusalOf({"a", "--loud", "b", "-xyz"}), "unknown option '-xyz'");
  EXPECT_EQ(RefusalOf({"-march=native"}), "unknown option '-march'");
  EXPECT_EQ(RefusalOf({"--loud=yes"}), "option '--loud' takes no value");
  EXPECT_EQ(RefusalOf({"a", "--help=1"}), "option '--help' takes no value");
  EXPECT_EQ(RefusalOf({"--size"}),
            "option '--size' needs a value: --size=BYTES");
  EXPECT_EQ(RefusalOf({"--size=bad"}), "--size=bad is no size");
}

TEST_F(OptionsTest, HelpIsAligned) {
  EXPECT_EQ(DescribeOptions(options_),
            "  --size=BYTES            how many\n"
            "                          bytes\n"
            "  --loud                  say more\n"
            "  -h, --help              print this text\n");
}

RC_GTEST_FIXTURE_PROP(OptionsTest, AnyWordsYieldAnAnswer, (Words words)) {
  for (std::string& word : words) std::erase(word, '\0');
  const auto parsed = Parse(words);
  RC_ASSERT(parsed.ok() || !parsed.status().message().empty());
}

}  // namespace
}  // namespace kheap::cli
