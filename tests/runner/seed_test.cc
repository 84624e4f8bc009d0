// SPDX-License-Identifier: Apache-2.0
// What a seed decides, and what it does not.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "gtest/gtest.h"
#include "runner/seeded_start.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSeeds[] = {1, 2, 3, 12345, 18446744073709551615u};

RunOptions WithSeed(std::uint64_t seed) {
  RunOptions options;
  options.kernel.seed = seed;
  return options;
}

class SeedTest : public testing::TestWithParam<bool> {
 protected:
  Program Compile(std::string text) {
    return Compiled(std::move(text), {.checked = GetParam()});
  }
  static std::string OutputOf(const Program& program, std::uint64_t seed,
                              const std::string& argument = "") {
    const auto run = program.Run({"seed", argument}, "", WithSeed(seed));
    EXPECT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->end.exit_status, 0) << run->report;
    return run->output;
  }
  // Each seed has an output of its own, the same whenever it is asked for, and
  // seed 0 is one of them.
  static void ExpectOwnOutputs(const Program& program) {
    std::set<std::string> outputs = {OutputOf(program, 0)};
    EXPECT_EQ(OutputOf(program, 0), *outputs.begin());
    for (const std::uint64_t seed : kSeeds) {
      const std::string output = OutputOf(program, seed);
      EXPECT_TRUE(outputs.insert(output).second) << seed << ": " << output;
      EXPECT_EQ(OutputOf(program, seed), output);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, SeedTest, testing::Bool(),
                         [](const auto& mode) {
                           return mode.param ? "Checked" : "Fast";
                         });

constexpr char kNumbers[] = R"(
  #include <stdio.h>
  #include <stdlib.h>
  int main(int argc, char **argv) {
    if (argv[1][0]) {
      unsigned n = strtoul(argv[1], 0, 10);
      srand(n);
      srandom(n);
      srand48(n);
    }
    for (int i = 0; i < 40; i++) {
      printf("%d %ld %.17g %ld\n", rand(), random(), drand48(), lrand48());
    }
  }
)";

TEST_P(SeedTest, RandomNumbersBeginAsAfterSrand) {
  const Program program = Compile(kNumbers);
  for (const std::uint64_t seed : kSeeds) {
    const auto process = Started(program);
    const std::uint32_t number =
        SeededStart::Of(seed, process->heap().layout()).library_seed;
    EXPECT_EQ(OutputOf(program, seed),
              OutputOf(program, 0, absl::StrCat(number)))
        << seed;
  }
  ExpectOwnOutputs(program);
}

TEST_P(SeedTest, WithoutSeedRandBeginsAsAfterSrandOfOne) {
  const Program program = Compile(R"(
    #include <stdio.h>
    #include <stdlib.h>
    int main(int argc, char **argv) {
      if (argv[1][0]) {
        srand(1);
        srandom(1);
      }
      for (int i = 0; i < 40; i++) printf("%d %ld\n", rand(), random());
    }
  )");
  EXPECT_EQ(OutputOf(program, 0), OutputOf(program, 0, "seed"));
}

TEST_P(SeedTest, GetrandomAndUrandomFollowTheSeed) {
  ExpectOwnOutputs(Compile(R"(
    #include <stdio.h>
    #include <sys/random.h>
    int main(void) {
      unsigned char bytes[32];
      FILE *f = fopen("/dev/urandom", "r");
      if (getrandom(bytes, 16, 0) != 16 || fread(bytes + 16, 16, 1, f) != 1) {
        return 1;
      }
      for (int i = 0; i < 32; i++) printf("%02x", bytes[i]);
    }
  )"));
}

TEST_P(SeedTest, StackAndHeapBeginElsewhere) {
  const Program program = Compile(R"(
    #include <stdint.h>
    #include <stdlib.h>
    uint64_t stack(void) { int local; return (uint64_t)&local; }
    uint64_t small(void) { return (uint64_t)malloc(24); }
    uint64_t large(void) { return (uint64_t)malloc(100000); }
    int global;
    uint64_t data(void) { return (uint64_t)&global; }
  )");
  std::map<std::string, std::set<std::uint64_t>> places;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto process = program.Start(WithSeed(seed)).value();
    for (const char* const name : {"stack", "small", "large", "data"}) {
      places[name].insert(*process->Call<std::uint64_t>(name)->value);
    }
    EXPECT_EQ(process->process().CheckInvariants(), absl::OkStatus());
  }
  EXPECT_EQ(places["data"].size(), 1u);
  for (const char* const name : {"stack", "small", "large"}) {
    EXPECT_GE(places[name].size(), 18u) << name;
    const std::uint64_t first = *places[name].begin();
    for (const std::uint64_t place : places[name]) {
      EXPECT_EQ((place - first) % 16, 0u);
      EXPECT_LE(place - first, 16384u);
    }
  }
}

// The bytes of memory that nobody has written, looked at from the host.
std::string BytesAt(const GuestProcess& process, Address begin,
                    std::uint64_t size_bytes) {
  auto& heap = const_cast<GuestProcess&>(process).heap();
  return {reinterpret_cast<const char*>(heap.base() + begin.offset()),
          size_bytes};
}
std::string Pattern(std::uint64_t word, Address begin,
                    std::uint64_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  for (std::uint64_t i = 0; i < size_bytes; ++i) {
    const std::uint64_t index = (begin.offset() + i) % 8;
    bytes[i] =
        static_cast<char>(bits::Field(word, static_cast<int>(8 * index), 8));
  }
  return bytes;
}

TEST_P(SeedTest, BlocksAndGrowthAndStackHoldThePatternUntilWritten) {
  const Program program = Compile(R"(
    #include <malloc.h>
    #include <stdlib.h>
    #include <string.h>
    void *aligned(unsigned long a, unsigned long n) {
      void *p;
      return posix_memalign(&p, a, n) ? 0 : p;
    }
    int is_zero(unsigned long n) {
      unsigned char *p = calloc(n, 1);
      for (unsigned long i = 0; i < n; i++) if (p[i]) return 0;
      free(p);
      return 1;
    }
    // A block of 100 bytes with an A in each, grown.
    void *grown(unsigned long n) {
      char *p = malloc(100);
      memset(p, 'A', 100);
      return realloc(p, n);
    }
  )");
  constexpr std::uint64_t kSizes[] = {1, 7, 24, 100, 1000, 5001, 300000};
  for (const std::uint64_t seed : kSeeds) {
    const auto process = program.Start(WithSeed(seed)).value();
    const std::uint64_t word =
        SeededStart::Of(seed, process->heap().layout()).fill_word;
    const Address stack_begin = process->heap().layout().begin(Region::kStack);
    const Address filled =
        Address(process->heap().control().stack_pointer) - kFilledStackBytes;
    EXPECT_EQ(BytesAt(*process, filled, kFilledStackBytes),
              Pattern(word, filled, kFilledStackBytes));
    const std::uint64_t deeper_bytes = filled - stack_begin;
    EXPECT_EQ(BytesAt(*process, stack_begin, deeper_bytes),
              std::string(deeper_bytes, '\0'));
    for (const std::uint64_t size : kSizes) {
      for (const std::uint64_t alignment : {16u, 256u}) {
        const Address block =
            *process->Call<Address>("aligned", alignment, size)->value;
        EXPECT_EQ(BytesAt(*process, block, size), Pattern(word, block, size));
      }
      if (size < 100) continue;
      const Address block = *process->Call<Address>("grown", size)->value;
      EXPECT_EQ(BytesAt(*process, block, size),
                std::string(100, 'A') + Pattern(word, block + 100, size - 100));
      EXPECT_EQ(*process->Call<int>("is_zero", size)->value, 1);
    }
    EXPECT_EQ(process->process().CheckInvariants(), absl::OkStatus());
  }
}

TEST_P(SeedTest, ReallocOfABadPointerIsTheSameFaultWithASeed) {
  const Program program = Compile(R"(
    #include <stdlib.h>
    int f(void) { char *p = malloc(32); return realloc(p + 16, 64) != 0; }
    int g(void) { char *p = malloc(32); free(p); return realloc(p, 64) != 0; }
  )");
  for (const char* const name : {"f", "g"}) {
    std::set<FaultCode> codes;
    for (const std::uint64_t seed : {0, 7}) {
      const auto process = program.Start(WithSeed(seed)).value();
      const auto result = process->Call<int>(name);
      ASSERT_TRUE(result->end.fault.has_value());
      codes.insert(result->end.fault->code);
    }
    EXPECT_EQ(codes.size(), 1u) << name;
  }
}

TEST_P(SeedTest, ACorrectProgramSaysTheSameWithEverySeed) {
  const Program program = Compile(R"(
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    static int by_value(const void *a, const void *b) {
      return *(const int *)a - *(const int *)b;
    }
    int main(void) {
      int *numbers[100];
      for (int i = 0; i < 100; i++) {
        numbers[i] = malloc((i + 1) * sizeof(int));
        for (int k = 0; k <= i; k++) numbers[i][k] = (k * 7919 + i) % 1009;
        qsort(numbers[i], i + 1, sizeof(int), by_value);
        if (i % 3) numbers[i] = realloc(numbers[i], (i + 50) * sizeof(int));
      }
      long sum = 0;
      for (int i = 0; i < 100; i++) {
        for (int k = 0; k <= i; k++) sum = sum * 31 + numbers[i][k];
        free(numbers[i]);
      }
      printf("%ld\n", sum);
    }
  )");
  const std::string output = OutputOf(program, 0);
  for (const std::uint64_t seed : kSeeds) {
    EXPECT_EQ(OutputOf(program, seed), output);
  }
}

TEST(SeededStartTest, SmallRegionsKeepMostOfTheirRoom) {
  const Program program =
      Compiled("int main(void) { return 0; }",
               {.memory_bytes = 80 * 1024 * 1024, .stack_bytes = 65536});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto process = program.Start(WithSeed(seed)).value();
    const SeededStart start = SeededStart::Of(seed, process->heap().layout());
    EXPECT_LE(start.stack_shift_bytes, 65536u / 16);
    EXPECT_EQ(process->RunMain({"small"})->exit_status, 0);
  }
}

// The whole of what is left, and nothing below it.
TEST(SeededStartTest, TheFillStaysWithinASmallStack) {
  for (const std::uint64_t stack_bytes :
       {std::uint64_t{4096}, kFilledStackBytes / 2, kFilledStackBytes}) {
    const Program program =
        Compiled("int f(void) { return 3; }", {.checked = false,
                                               .memory_bytes = 80 * 1024 * 1024,
                                               .stack_bytes = stack_bytes});
    for (const std::uint64_t seed : kSeeds) {
      const auto process = program.Start(WithSeed(seed)).value();
      const MemoryLayout& layout = process->heap().layout();
      ASSERT_EQ(layout.size_bytes(Region::kStack), stack_bytes);
      const std::uint64_t word = SeededStart::Of(seed, layout).fill_word;
      const Address begin = layout.begin(Region::kStack);
      const std::uint64_t filled_bytes =
          process->heap().control().stack_pointer - begin.offset();
      EXPECT_LE(filled_bytes, stack_bytes);
      EXPECT_EQ(BytesAt(*process, begin, filled_bytes),
                Pattern(word, begin, filled_bytes));
      constexpr std::uint64_t kBelowBytes = 64;
      EXPECT_EQ(BytesAt(*process, begin - kBelowBytes, kBelowBytes),
                std::string(kBelowBytes, '\0'));
      EXPECT_EQ(process->process().CheckInvariants(), absl::OkStatus());
      EXPECT_EQ(*process->Call<int>("f")->value, 3);
    }
  }
}

}  // namespace
}  // namespace kheap
