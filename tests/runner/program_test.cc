// SPDX-License-Identifier: Apache-2.0
// The C++ interface: compiling, starting, calling, globals, faults.
#include "runner/program.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

TEST(ProgramTest, CallsAFunctionWithNumbers) {
  const Program program = Compiled(R"(
    int add(int a, int b) { return a + b; }
    double scale(double x, float y) { return x * y; }
    long long wide(long long a, char b, short c) { return a + b + c; }
  )");
  const auto process = Started(program);
  EXPECT_EQ(process->Call<std::int32_t>("add", 2, 40)->value, 42);
  EXPECT_EQ(process->Call<double>("scale", 1.5, 2.0f)->value, 3.0);
  EXPECT_EQ(process
                ->Call<std::int64_t>("wide", std::int64_t{1}, std::int8_t{-3},
                                     std::int16_t{500})
                ->value,
            498);
}

TEST(ProgramTest, CallsWithPointersIntoTheArena) {
  const Program program = Compiled(R"(
    struct node { struct node *next; int value; };
    int sum(const struct node *list) {
      int total = 0;
      for (; list; list = list->next) total += list->value;
      return total;
    }
    int *largest(int *a, int n) {
      int *best = a;
      for (int i = 1; i < n; i++) if (a[i] > *best) best = a + i;
      return best;
    }
  )");
  const auto process = Started(program);
  EXPECT_EQ(process->Call<std::int32_t>("sum", kNullAddress)->value, 0);
  const Address array = process->process().malloc().Calloc(4, 4);
  for (int i = 0; i < 4; ++i) {
    process->heap().Store<std::int32_t>(array + 4 * i, i == 2 ? 9 : i);
  }
  const auto best = process->Call<Ptr<std::int32_t>>(
      "largest", Ptr<std::int32_t>(process->heap(), array), 4);
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(best->value->address(), array + 8);
}

TEST(ProgramTest, RefusesAWrongNameOrTypeOfACall) {
  const Program program = Compiled(
      "static int hidden(void) { return 1; }\n"
      "int shown(int x) { return x + hidden(); }\n");
  const auto process = Started(program);
  EXPECT_EQ(process->Call<std::int32_t>("hidden").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(process->Call<std::int32_t>("missing").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(process->Call<std::int64_t>("shown", 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(process->Call<std::int32_t>("shown").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(process->Call<std::int32_t>("shown", 1)->value, 2);
}

TEST(ProgramTest, GlobalsAreInPlaceAndEachProcessHasItsOwn) {
  const Program program = Compiled(R"(
    int counter = 5;
    const char *name = "kheap";
    int table[3] = {1, 2, 3};
    int *second = &table[1];
    int next(void) { return counter++ + *second; }
  )");
  const auto one = Started(program);
  const auto two = Started(program);
  EXPECT_EQ(one->Call<std::int32_t>("next")->value, 7);
  EXPECT_EQ(one->Call<std::int32_t>("next")->value, 8);
  EXPECT_EQ(two->Call<std::int32_t>("next")->value, 7);
  Ptr<std::int32_t> counter = *one->Symbol<std::int32_t>("counter");
  EXPECT_EQ(*counter, 7);
  *counter = 100;
  EXPECT_EQ(one->Call<std::int32_t>("next")->value, 102);
  EXPECT_EQ(one->Symbol<std::int32_t>("nothing").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(one->Symbol<std::int64_t>("counter").status().code(),
            absl::StatusCode::kInvalidArgument);
}

struct Box : CStruct {
  static constexpr std::uint64_t kSizeBytes = 16, kAlignment = 4;
  using CStruct::CStruct;
};

TEST(ProgramTest, AGlobalIsOfTheTypeThatItIsAskedForAs) {
  const Program program = Compiled(R"(
    typedef unsigned count_t;
    enum color { RED } color;
    struct box { int sides[4]; } box, boxes[2];
    const volatile count_t counter = 1;
    float ratio; double exact; long double more;
    char text[12]; int grid[2][3]; int *place; _Bool flag; short narrow;
    char raw[32];
  )");
  const auto process = Started(program);
  const auto refusal = [](const auto& symbol) {
    return std::string(symbol.status().message());
  };
  EXPECT_TRUE(process->Symbol<std::uint32_t>("counter").ok());
  EXPECT_TRUE(process->Symbol<std::int32_t>("counter").ok());
  EXPECT_EQ(refusal(process->Symbol<std::int8_t>("counter")),
            "`counter` is `const volatile count_t`, and was asked for as "
            "`char`");
  EXPECT_EQ(refusal(process->Symbol<float>("color")),
            "`color` is `enum color`, and was asked for as `float`");
  EXPECT_TRUE(process->Symbol<std::int32_t>("color").ok());
  EXPECT_TRUE(process->Symbol<float>("ratio").ok());
  EXPECT_FALSE(process->Symbol<std::int32_t>("ratio").ok());
  EXPECT_TRUE(process->Symbol<double>("exact").ok());
  EXPECT_TRUE(process->Symbol<double>("more").ok());
  EXPECT_FALSE(process->Symbol<std::int64_t>("exact").ok());
  EXPECT_FALSE(process->Symbol<float>("exact").ok());
  EXPECT_TRUE(process->Symbol<std::int8_t>("text").ok());
  EXPECT_EQ(refusal(process->Symbol<std::int32_t>("text")),
            "`text` is `char array`, and was asked for as `int`");
  EXPECT_TRUE(process->Symbol<std::int32_t>("grid").ok());
  EXPECT_FALSE(process->Symbol<std::int64_t>("grid").ok());
  EXPECT_TRUE(process->Symbol<Ptr<std::int32_t>>("place").ok());
  EXPECT_FALSE(process->Symbol<std::int64_t>("place").ok());
  EXPECT_TRUE(process->Symbol<bool>("flag").ok());
  EXPECT_FALSE(process->Symbol<std::int8_t>("flag").ok());
  EXPECT_TRUE(process->Symbol<std::int16_t>("narrow").ok());
  EXPECT_TRUE(process->Symbol<Box>("box").ok());
  EXPECT_TRUE(process->Symbol<Box>("boxes").ok());
  EXPECT_TRUE(process->Symbol<Box>("raw").ok());
  EXPECT_FALSE(process->Symbol<Box>("text").ok());
  EXPECT_FALSE(process->Symbol<Box>("counter").ok());
  EXPECT_EQ(refusal(process->Symbol<std::int32_t>("box")),
            "`box` is `struct box`, and was asked for as `int`");
}

TEST(ProgramTest, AGlobalArrayMayBeAskedForAsAWhole) {
  const Program program = Compiled(R"(
    struct box { int sides[4]; } box, boxes[2] = {{{0}}, {{5, 6, 7, 8}}};
    int grid[12] = {1, 2, 3}, rows[2][3] = {{1, 2, 3}, {4, 5, 6}}, one;
    char raw[32];
  )");
  const auto process = Started(program);
  const auto refusal = [](const auto& symbol) {
    return std::string(symbol.status().message());
  };
  const auto grid = process->Symbol<CArray<std::int32_t, 12>>("grid");
  ASSERT_TRUE(grid.ok()) << grid.status();
  EXPECT_EQ((**grid)[2], 3);
  EXPECT_TRUE((process->Symbol<CArray<std::uint32_t, 12>>("grid").ok()));
  EXPECT_EQ(refusal(process->Symbol<CArray<float, 12>>("grid")),
            "`grid` is `int array`, and was asked for as `float array`");
  EXPECT_EQ(refusal(process->Symbol<CArray<Ptr<std::int32_t>, 6>>("grid")),
            "`grid` is `int array`, and was asked for as `void * array`");
  EXPECT_EQ(refusal(process->Symbol<CArray<std::int32_t, 5>>("grid")),
            "`grid` has 48 bytes, no multiple of 20");
  EXPECT_EQ(refusal(process->Symbol<CArray<std::int32_t, 13>>("grid")),
            "`grid` has 48 bytes, no multiple of 52");
  EXPECT_EQ(refusal(process->Symbol<CArray<std::int32_t, 1>>("one")),
            "`one` is `int`, and was asked for as `int array`");
  const auto rows = process->Symbol<CArray<CArray<std::int32_t, 3>, 2>>("rows");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((**rows)[1][2], 6);
  const auto row = process->Symbol<CArray<std::int32_t, 3>>("rows");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ((*(*row + 1))[0], 4);
  const auto boxes = process->Symbol<CArray<Box, 2>>("boxes");
  ASSERT_TRUE(boxes.ok()) << boxes.status();
  EXPECT_EQ((**boxes)[1].address(), boxes->address() + 16);
  EXPECT_TRUE((process->Symbol<CArray<Box, 2>>("raw").ok()));
  EXPECT_FALSE((process->Symbol<CArray<Box, 1>>("box").ok()));
  EXPECT_FALSE((process->Symbol<CArray<Box, 3>>("boxes").ok()));
  EXPECT_EQ(refusal(process->Symbol<CArray<std::int32_t, 8>>("boxes")),
            "`boxes` is `struct box array`, and was asked for as `int array`");
}

TEST(ProgramTest, SignednessIsNoPartOfAFunctionsType) {
  const Program program = Compiled("int add(int a, int b) { return a + b; }");
  const auto process = Started(program);
  const auto add = process->Find<unsigned(unsigned, int)>("add");
  ASSERT_TRUE(add.ok()) << add.status();
  EXPECT_EQ((*add)(1, -2).value, 4294967295u);
}

TEST(ProgramTest, AFaultIsAResultAndTheProcessCanBeLookedAt) {
  const Program program = Compiled(R"(
    int log_size;
    int read(int *p) { log_size++; return *p; }
  )");
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("read", kNullAddress);
  ASSERT_TRUE(result.ok());
  ASSERT_TRUE(result->end.fault.has_value());
  EXPECT_EQ(*result->end.fault, (MemoryFault{FaultCode::kNullDereference,
                                             Access::kLoad, kNullAddress, 4}));
  EXPECT_EQ(*process->Symbol<std::int32_t>("log_size").value(), 1);
  EXPECT_NE(process->Explain(*result->end.fault).find("test.c:3"),
            std::string::npos);
}

TEST(ProgramTest, MainAndExitGiveAStatus) {
  const Program returns = Compiled("int main(void) { return 7; }");
  EXPECT_EQ(Started(returns)->RunMain({"returns"})->exit_status, 7);
  const Program exits = Compiled(
      "#include <stdlib.h>\n"
      "static int depth(int n) { if (n) return depth(n - 1); exit(9); }\n"
      "int main(int argc, char **argv) { return depth(argc); }\n");
  EXPECT_EQ(Started(exits)->RunMain({"exits", "a", "b"})->exit_status, 9);
  const Program library = Compiled("int f(void) { return 1; }");
  EXPECT_EQ(Started(library)->RunMain({"library"}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ProgramTest, NoVariableOfTheHostsLeadsToHeaders) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/of_the_host.h") << "";
  for (const char* const variable : {"CPATH", "C_INCLUDE_PATH"}) {
    ASSERT_EQ(setenv(variable, folder.c_str(), /*overwrite=*/1), 0);
    const auto process = Started(Compiled(R"(
      #if __has_include("of_the_host.h")
      int found(void) { return 1; }
      #else
      int found(void) { return 0; }
      #endif
    )"));
    unsetenv(variable);
    EXPECT_EQ(process->Call<int>("found")->value, 0) << variable;
  }
}

TEST(ProgramTest, SourcesThatDoNotCompileOrLinkAreRefusedInClangsWords) {
  const auto compile = [](std::vector<Source> sources) {
    return Program::Compile({.optimisation = 0}, sources).status();
  };
  const absl::Status syntax = compile({{"bad.c", "int main(void) { return }"}});
  EXPECT_EQ(syntax.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(syntax.message()).find("bad.c:1:"), std::string::npos);
  const absl::Status missing =
      compile({{"a.c", "int g(void); int main(void) { return g(); }"}});
  EXPECT_EQ(missing.message(), "a.c:1: undefined reference to `g`");
  const std::string twice =
      "int g(void);\nint f(void) { return\ng()\n+ g(); }\n";
  const std::string once = "int g(void);\nint h(void) { return g(); }\n";
  EXPECT_EQ(compile({{"b.c", twice}, {"c.c", once}}).message(),
            "b.c:3: undefined reference to `g`");
  EXPECT_EQ(compile({{"c.c", once}, {"b.c", twice}}).message(),
            "b.c:3: undefined reference to `g`");
  EXPECT_EQ(
      compile({{"b.c",
                "int g(void);\n#line 0 \"b.c\"\nint f(void) { return g(); }"},
               {"c.c", once}})
          .message(),
      "c.c:2: undefined reference to `g`");
  EXPECT_EQ(compile({{"a.c", "int main(void) { return 0; }"},
                     {"b.c", "int main(void) { return 1; }"}})
                .message(),
            "b.c: `main` is defined in a.c too");
  const absl::Status small =
      Program::Compile({.optimisation = 0, .memory_bytes = 1000},
                       {{"a.c", "int x;"}})
          .status();
  EXPECT_EQ(small.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StartsWith(
      small.message(),
      "an arena of 1000 bytes is too small: with a stack of 8388608 bytes the "
      "program takes at least "))
      << small;
  EXPECT_NE(std::string(compile({{"a.cpp", "int x;"}}).message()).find("C++"),
            std::string::npos);
  EXPECT_EQ(compile({{"not/there.c"}}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(compile({{"a.bc", "int x;"}}),
            absl::InvalidArgumentError(
                "a.bc: bitcode is read from a file, not a text"));
  EXPECT_EQ(compile({}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(compile({{"a.ll", "define i32 @main( {"}}).ok());
}

TEST(ProgramTest, SeveralSourcesMakeOneProgram) {
  const auto program = Program::Compile(
      {.optimisation = 0},
      {{"a.c", "int twice(int); int main(void) { return twice(21); }"},
       {"b.c", "int twice(int x) { return 2 * x; }"}});
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(Started(*program)->RunMain({"two"})->exit_status, 42);
}

TEST(ProgramTest, ProcessesRunOnSeveralThreadsAtOnce) {
  const Program program = Compiled(R"(
    int cells[1000];
    int fill(int seed) {
      int sum = 0;
      for (int i = 0; i < 1000; i++) sum += cells[i] = (seed * 31 + i) % 17;
      return sum;
    }
  )");
  std::vector<std::thread> threads;
  std::vector<int> sums(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto process = Started(program);
      for (int i = 0; i < 1000; ++i) {
        sums[t] = *process->Call<std::int32_t>("fill", 3)->value;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int sum : sums) EXPECT_EQ(sum, sums[0]);
}

TEST(ProgramTest, TheSameRunLeavesTheSameBytes) {
  const std::string text = R"(
    #include <stdio.h>
    #include <stdlib.h>
    int main(void) {
      char text[64];
      double sum = 0;
      for (int i = 1; i < 200; i++) {
        char *block = malloc(i);
        sum += snprintf(text, sizeof text, "%d %.17g", i, 1.0 / i);
        if (block && i % 3) free(block);
      }
      return (int)sum % 100;
    }
  )";
  std::vector<Digest> digests;
  for (int run = 0; run < 3; ++run) {
    const Program program = Compiled(text);
    const auto process = Started(program);
    ASSERT_TRUE(process->RunMain({"same"})->exit_status.has_value());
    digests.push_back(process->heap().ComputeDigest());
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(digests[0], digests[2]);
}

TEST(ProgramTest, StepsEndAnEndlessProgramAtTheSamePlace) {
  CompileOptions options;
  options.limits_steps = true;
  const Program program =
      Compiled("int n; int main(void) { for (;;) n++; }", options);
  std::vector<std::int32_t> counts;
  for (int run = 0; run < 2; ++run) {
    const auto process = program.Start({.max_steps = 100000});
    ASSERT_TRUE(process.ok());
    EXPECT_TRUE((*process)->RunMain({"endless"})->steps_used_up);
    counts.push_back(*(*process)->Symbol<std::int32_t>("n").value());
  }
  EXPECT_GT(counts[0], 1000);
  EXPECT_EQ(counts[0], counts[1]);
}

}  // namespace
}  // namespace kheap
