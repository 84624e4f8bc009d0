// SPDX-License-Identifier: Apache-2.0
#include "cli/json.h"

#include <cstdint>
#include <string_view>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

TEST(JsonTest, MembersKeepTheirOrder) {
  EXPECT_EQ(JsonObject().ToString(), "{}");
  EXPECT_EQ(JsonObject()
                .Add("z", std::uint64_t{18446744073709551615u})
                .Add("a", true)
                .Add("b", false)
                .Add("half", 0.5)
                .Add("text", "t")
                .Add("object", JsonObject().Add("n", std::uint64_t{1}))
                .Add("list", {JsonObject(), JsonObject().Add("x", "y")})
                .Add("none", std::vector<JsonObject>())
                .ToString(),
            R"({"z":18446744073709551615,"a":true,"b":false,"half":0.5000,)"
            R"("text":"t","object":{"n":1},"list":[{},{"x":"y"}],"none":[]})");
}

TEST(JsonTest, QuotesBackslashesAndControlsAreEscaped) {
  EXPECT_EQ(JsonString("a\"b\\c\n\t\x7F"), R"("a\"b\\c\u000a\u0009\u007f")");
  EXPECT_EQ(JsonString(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonTest, Utf8StaysAsItIs) {
  for (const char* text : {"é", "\u07FF", "\u0800", "\uD7FF", "\uE000",
                           "\uFFFF", "\U00010000", "\U0010FFFF"}) {
    EXPECT_EQ(JsonString(text), "\"" + std::string(text) + "\"");
  }
}

TEST(JsonTest, OtherBytesAboveAsciiAreReplaced) {
  for (const char* text :
       {"\x80", "\xC1", "\xFF", "\xC3", "\xE2\x82", "\xC0\x80", "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80", "\xE2\x28\xA1"}) {
    const std::string json = JsonString(text);
    EXPECT_NE(json.find("\\ufffd"), json.npos);
    for (const char c : json) EXPECT_GT(c, 0);
  }
}

}  // namespace
}  // namespace kheap::cli
