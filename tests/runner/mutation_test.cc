// SPDX-License-Identifier: Apache-2.0
// Modules that no compiler made, as bitcode and as assembly: each is refused,
// faults, uses up its steps or runs on, and the host is as it was.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "runner/program.h"
#include "runner/program_compiler.h"
#include "tests/runner/canary.h"
#include "tests/runner/child.h"
#include "tests/runner/module_mutator.h"
#include "tests/runner/text_mutator.h"

namespace kheap {
namespace {

constexpr char kBase[] = R"(
  struct node { struct node *next; int value; double weight; };
  struct pair { long a, b; };
  void *malloc(unsigned long);
  void free(void *);
  int table[16] = {3, 1, 4, 1, 5, 9, 2, 6};
  const char text[] = "kheap";
  long total;
  static int twice(int x) { return 2 * x; }
  static int half(int x) { return x / 2; }
  int (*apply[])(int) = {twice, half};
  static struct pair split(long x) { return (struct pair){x >> 3, x & 7}; }
  static int last(int n, ...) {
    __builtin_va_list list;
    __builtin_va_start(list, n);
    int x = 0;
    while (n-- > 0) x = __builtin_va_arg(list, int);
    __builtin_va_end(list);
    return x;
  }
  int run(int n) {
    struct node nodes[4];
    struct node *head = 0;
    for (int i = 0; i < 4; i++) {
      nodes[i].next = head;
      nodes[i].value = table[(i + n) & 15];
      nodes[i].weight = i / 3.0;
      head = &nodes[i];
    }
    int *block = malloc(n * sizeof(int));
    if (!block) return -1;
    for (int i = 0; i < n; i++) block[i] = apply[i & 1](i) << (i & 31);
    for (; head; head = head->next) {
      switch (head->value & 3) {
        case 0: total += block[head->value % n]; break;
        case 1: total -= (long)head->weight; break;
        case 2: total ^= split(total).b; break;
        default: total += last(2, head->value, text[head->value % 5]);
      }
    }
    char copy[n];
    for (int i = 0; i < n; i++) copy[i] = text[i % 6];
    total += copy[n - 1] + __builtin_popcountl(total);
    free(block);
    return (int)total;
  }
)";

// The mutant's own complaint, or "".
std::string RunMutant(const std::string& name, const std::string& mutant,
                      bool checked, int level) {
  CompileOptions options;
  options.checked = checked;
  options.optimisation = level;
  options.limits_steps = true;
  options.memory_bytes = 128 * 1024 * 1024;
  const Canary before;
  const auto program = Program::Compile(options, {{name, mutant}});
  if (!program.ok()) {
    return program.status().message().empty() ? "refused without a word" : "";
  }
  auto process = program->Start({.max_steps = 1'000'000});
  if (!process.ok()) return "";
  const Canary after;
  for (int n = 1; n < 20; n += 6) {
    const auto result = (*process)->Call<std::int32_t>("run", n);
    if (!result.ok()) break;
    if (result->end.fault.has_value()) {
      (*process)->Explain(*result->end.fault);
    }
  }
  return before.IsIntact() && after.IsIntact() ? ""
                                               : "the host's memory changed";
}

// A mutant that was too much stays for whoever looks.
void Keep(const std::string& name, const std::string& mutant) {
  const char* const folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (folder == nullptr) return;
  std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << mutant;
}

class MutationTest : public testing::Test {
 protected:
  MutationTest() {
    bitcode_ =
        EmitProgram({}, {{"base.c", kBase}}, EmittedForm::kBitcode).value();
    assembly_ = Disassemble(bitcode_);
  }

  template <typename Mutate>
  void Try(const std::string& name, std::uint64_t count, Mutate mutate) {
    ASSERT_EQ(
        RunInChild([&] { return RunMutant("base.ll", assembly_, true, 1); }),
        "");
    Seeds seeds(count);
    while (const std::uint64_t seed = seeds.Next()) {
      const std::string mutant = mutate(seed);
      const std::string problem = RunInChild([&] {
        return RunMutant(name, mutant, seed % 2 == 0,
                         static_cast<int>(seed % 3));
      });
      EXPECT_EQ(problem, "") << "KHEAP_FUZZ_SEED=" << seed;
      if (!problem.empty()) return Keep(name, mutant);
    }
  }

  std::string bitcode_;
  std::string assembly_;
};

TEST_F(MutationTest, ModulesWithOtherInstructions) {
  Try("mutant.ll", 40,
      [this](std::uint64_t seed) { return MutateModule(bitcode_, seed); });
}

TEST_F(MutationTest, AssemblyWithOtherWords) {
  Try("mutant.ll", 30,
      [this](std::uint64_t seed) { return MutateAssembly(assembly_, seed); });
}

TEST_F(MutationTest, BitcodeWithOtherBytes) {
  Try("mutant.bc", 20,
      [this](std::uint64_t seed) { return MutateBytes(bitcode_, seed); });
}

}  // namespace
}  // namespace kheap
