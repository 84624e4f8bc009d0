// SPDX-License-Identifier: Apache-2.0
#include "machine/proc_cpuinfo.h"

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::machine {
namespace {

std::string Of(std::string_view key) {
  std::istringstream text(
      "processor\t: 0\n"
      "model name\t: Fast: and 64-bit\n"
      "model\t\t: 68\n"
      "vmx flags\t: vnmi\n"
      "flags_of_old\t: none\n"
      "flags\t\t: fpu sse2\n"
      "power management:\n"
      "bugs\t\t: \n"
      "\n"
      "processor\t: 1\n"
      "model\t\t: 99\n"
      "Features\t: fp\n");
  return CpuInfoOf(text, key);
}

TEST(ProcCpuInfoTest, AKeyGivesWhatStandsBehindItsColon) {
  EXPECT_EQ(Of("processor"), "0");
  EXPECT_EQ(Of("model name"), "Fast: and 64-bit");
  EXPECT_EQ(Of("vmx flags"), "vnmi");
  EXPECT_EQ(Of("flags"), "fpu sse2");
  EXPECT_EQ(Of("Features"), "fp");
}

TEST(ProcCpuInfoTest, TheWholeKeyHasToMatch) {
  EXPECT_EQ(Of("model"), "68");
  for (const char* key : {"mode", "proc", "model nam", "vmx", "name", "68"}) {
    EXPECT_EQ(Of(key), "") << key;
  }
}

TEST(ProcCpuInfoTest, WhatIsNotThereIsNothing) {
  for (const char* key : {"power management", "bugs", "isa", "FLAGS"}) {
    EXPECT_EQ(Of(key), "") << key;
  }
}

TEST(ProcCpuInfoTest, WordsBecomeFeaturesOnce) {
  std::vector<std::string> features = {"sse2", "avx"};
  AddFeatures(" fpu sse2\tfpu  aes\n", features);
  EXPECT_EQ(features, (std::vector<std::string>{"sse2", "avx", "fpu", "aes"}));
}

}  // namespace
}  // namespace kheap::machine
