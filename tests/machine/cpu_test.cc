// SPDX-License-Identifier: Apache-2.0
#include "machine/cpu.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace kheap::machine {
namespace {

TEST(CpuTest, EveryFeatureListedIsSupported) {
  for (const std::string& feature : Cpu().features) {
    EXPECT_TRUE(Supports(feature)) << feature;
  }
}

TEST(CpuTest, NoFeatureIsSupportedThatNobodyKnows) {
  for (const char* name : {"", "_", "mmx9", "avx512vbmi2x", "aes!"}) {
    EXPECT_FALSE(Supports(name)) << name;
  }
}

TEST(CpuTest, UnderscoresAndDotsDoNotCount) {
  EXPECT_EQ(Supports("sse4.1"), Supports("sse4_1"));
  EXPECT_EQ(Supports("avx512_vbmi2"), Supports("avx512vbmi2"));
}

#if defined(__x86_64__) || defined(__aarch64__)

// What Linux says of the first processor behind `key`, or "".
std::string FromLinux(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(key) && colon != line.npos) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

std::set<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> words;
  for (std::string word; in >> word;) words.insert(word);
  return words;
}

// An emulator of processes hands the file of the host's processor through.
constexpr char kHostShowsAnotherProcessor[] =
    "Linux describes another processor here than the one that runs";

TEST(CpuTest, HasEveryFeatureThatLinuxShows) {
#if defined(__x86_64__)
  const std::string shown = FromLinux("flags");
#else
  const std::string shown = FromLinux("Features");
#endif
  if (shown.empty()) GTEST_SKIP() << kHostShowsAnotherProcessor;
  for (const std::string& name : Words(shown)) {
    EXPECT_TRUE(Supports(name)) << name;
  }
}

#endif

#if defined(__x86_64__)

TEST(CpuTest, AnX8664HasWhatAllHave) {
  for (const char* name : {"sse", "sse2", "fpu", "tsc", "cx8"}) {
    EXPECT_TRUE(Supports(name)) << name;
  }
  EXPECT_FALSE(Supports("neon"));
  EXPECT_FALSE(Supports("rv64"));
}

TEST(CpuTest, AgreesWithTheCompilerAndWithLinux) {
  EXPECT_EQ(Supports("avx2"), __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(Supports("fma"), __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ(Supports("avx512f"), __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ(Supports("avx512vbmi2"),
            __builtin_cpu_supports("avx512vbmi2") != 0);
  const std::set<std::string> flags = Words(FromLinux("flags"));
  for (const char* name :
       {"aes",        "avx",    "avx2",   "bmi1",  "bmi2",      "fma",
        "rdrand",     "sse4_1", "sse4_2", "ssse3", "pclmulqdq", "popcnt",
        "sha_ni",     "vaes",   "adx",    "movbe", "rdseed",    "clflush",
        "clflushopt", "clwb",   "cx16",   "pni"}) {
    if (!flags.empty()) {
      EXPECT_EQ(Supports(name), flags.contains(name)) << name;
    }
  }
}

TEST(CpuTest, HasTheNamesThatLinuxShows) {
  const std::string vendor = FromLinux("vendor_id");
  if (!vendor.empty()) {
    EXPECT_EQ(Cpu().vendor, vendor);
    const std::set<std::string> model = Words(FromLinux("model name"));
    EXPECT_EQ(Words(Cpu().model), model);
  }
}

#elif defined(__aarch64__)

TEST(CpuTest, AnAArch64HasNeon) {
  EXPECT_TRUE(Supports("asimd"));
  EXPECT_TRUE(Supports("neon"));
  EXPECT_TRUE(Supports("fp"));
  EXPECT_FALSE(Supports("sse2"));
  EXPECT_NE(Cpu().vendor, "");
}

#elif defined(__riscv)

TEST(CpuTest, ALinuxOfRiscVHasTheGeneralExtensions) {
  for (const char* name : {"rv64", "i", "m", "a", "f", "d", "c"}) {
    EXPECT_TRUE(Supports(name)) << name;
  }
  EXPECT_FALSE(Supports("sse2"));
}

#endif

TEST(CpuTest, IsNamed) {
  EXPECT_FALSE(Cpu().vendor.empty());
  EXPECT_FALSE(Cpu().model.empty());
}

}  // namespace
}  // namespace kheap::machine
