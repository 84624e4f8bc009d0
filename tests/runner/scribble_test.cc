// SPDX-License-Identifier: Apache-2.0
// Random bytes in the middle of a run, wherever the guest can reach and beyond:
// frames, globals, constants, blocks, the allocator's tags, and the control
// page. Whatever comes of it, the run ends or goes on, and the host is as it
// was. (Symbols, the allocator's directory and the kernel's pages are behind
// the bounds that the control page cannot move, and trusted.)
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "bitshift/bits.h"
#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/canary.h"
#include "tests/runner/child.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

// Uses what has state in the arena, and writes often, for that is where the
// bytes change.
constexpr char kBusy[] = R"(
  #include <setjmp.h>
  #include <signal.h>
  #include <stdarg.h>
  #include <stdio.h>
  #include <stdlib.h>
  #include <string.h>
  #include <time.h>
  #include <unistd.h>

  static int twice(int x) { return 2 * x; }
  static int thrice(int x) { return 3 * x; }
  static int (*table[])(int) = {twice, thrice, abs};
  static jmp_buf landing;
  static volatile int signals;
  static void *blocks[64];

  static void pause_here(void) { write(1, ".", 1); }
  static void on_signal(int signal) { signals += signal; pause_here(); }
  static int compare(const void *a, const void *b) {
    static int calls;
    if (calls++ % 8 == 0) pause_here();
    return *(const int *)a - *(const int *)b;
  }
  static int deep(int n, const char *text) {
    char copy[40];
    snprintf(copy, sizeof copy, "%d %s", n, text);
    if (n == 0) { pause_here(); longjmp(landing, 5); }
    return deep(n - 1, copy) + copy[0];
  }
  static int sum(int n, ...) {
    va_list list;
    va_start(list, n);
    int total = 0;
    pause_here();
    while (n--) total += va_arg(list, int);
    va_end(list);
    return total;
  }

  static size_t size(int i, int round) {
    return (size_t)(i * 37 + round * 101) % 5000;
  }

  int round_of(int round) {
    int total = 0;
    for (int i = 0; i < 64; i++) {
      if (i % 16 == 0) pause_here();
      if (blocks[i] && i % 3 == 0) { free(blocks[i]); blocks[i] = NULL; }
      else blocks[i] = realloc(blocks[i], size(i, round));
      if (blocks[i]) memset(blocks[i], i, size(i, round));
    }
    int numbers[50];
    for (int i = 0; i < 50; i++) numbers[i] = (i * 7919 + round) % 101;
    qsort(numbers, 50, sizeof numbers[0], compare);
    for (int i = 0; i < 3; i++) { total += table[i](numbers[i]); pause_here(); }
    if (setjmp(landing) == 0) total += deep(6, "x");
    FILE *file = fopen("/tmp/file", round % 2 ? "w+" : "a+");
    if (file) {
      for (int i = 0; i < 200; i++) {
        fprintf(file, "%d %f %s\n", i, i / 3.0, "line");
      }
      pause_here();
      fflush(file);
      rewind(file);
      char line[80];
      while (fgets(line, sizeof line, file)) total += line[0];
      pause_here();
      fclose(file);
    }
    if (round % 4 == 3) remove("/tmp/file");
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    total += sum(3, 1, 2, round) + (int)time(NULL) % 2 + (int)clock() % 2;
    printf("round %d: %d\n", round, total);
    fflush(stdout);
    return total;
  }

  int main(void) {
    for (int round = 0; round < 6; round++) round_of(round);
    return 0;
  }
)";

class Scribbler : public Console {
 public:
  explicit Scribbler(std::uint64_t seed) : random_(seed) {
    // From every write to one in sixty-four.
    one_in_ = bits::Bit<std::uint64_t>(static_cast<int>(Below(7)));
  }

  void set_heap(GlobalHeap* heap) { heap_ = heap; }

  kernel::Result Read(std::span<std::byte>) override {
    Scribble();
    return 0;
  }
  kernel::Result Write(Stream, std::span<const std::byte> from) override {
    Scribble();
    return static_cast<kernel::Result>(from.size());
  }
  bool IsTerminal(Stream) const override { return false; }

  void Scribble() {
    if (heap_ == nullptr || Below(one_in_) != 0) return;
    for (std::uint64_t count = 1 + Below(8); count > 0; --count) ScribbleOnce();
  }

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  // A place in one of the regions, near its begin as often as not: that is
  // where most regions keep their records.
  std::uint64_t Place() {
    static constexpr Region kRegions[] = {
        Region::kControl, Region::kLibrary, Region::kReadOnly, Region::kStack,
        Region::kData,    Region::kHeap,    Region::kHeap};
    const Region region = kRegions[Below(std::size(kRegions))];
    const std::uint64_t begin = heap_->layout().begin(region).offset();
    const std::uint64_t end = region == Region::kHeap
                                  ? heap_->break_address().offset()
                                  : heap_->layout().end(region).offset();
    if (end <= begin) return 4096;
    switch (Below(3)) {
      case 0:
        return begin + Below(std::min<std::uint64_t>(end - begin, 512));
      case 1:
        return begin + Below(std::min<std::uint64_t>(end - begin, 65536));
      default:
        return region == Region::kStack
                   ? end - 1 - Below(std::min<std::uint64_t>(end - begin, 8192))
                   : begin + Below(end - begin);
    }
  }

  void ScribbleOnce() {
    const std::uint64_t at = Place();
    const std::uint64_t end = heap_->break_address().offset();
    const std::uint64_t size =
        std::min<std::uint64_t>(end - at, Below(4) == 0 ? 1 + Below(200) : 8);
    std::byte* const bytes = heap_->base() + at;
    switch (Below(5)) {
      case 0:
        std::memset(bytes, 0, size);
        break;
      case 1:
        std::memset(bytes, 255, size);
        break;
      case 2:  // a number that means something elsewhere
        std::memmove(bytes, heap_->base() + Place() / 8 * 8,
                     std::min<std::uint64_t>(size, 8));
        break;
      case 3:
        bytes[0] = static_cast<std::byte>(
            bits::ToggleBit(std::to_integer<std::uint8_t>(bytes[0]),
                            static_cast<int>(Below(8))));
        break;
      default:
        for (std::uint64_t i = 0; i < size; ++i) {
          bytes[i] = static_cast<std::byte>(Below(256));
        }
    }
  }

  std::mt19937_64 random_;
  std::uint64_t one_in_ = 1;
  GlobalHeap* heap_ = nullptr;
};

std::string RunScribbled(const Program& program, std::uint64_t seed) {
  Scribbler scribbler(seed);
  const Canary before;
  auto started =
      program.Start({.max_steps = 20'000'000, .console = &scribbler});
  const Canary after;
  if (!started.ok()) return started.status().ToString();
  GuestProcess& process = **started;
  scribbler.set_heap(&process.heap());
  const auto look = [&](const RunEnd& end) {
    if (end.fault.has_value()) process.Explain(*end.fault);
    process.heap().ComputeDigest();
    process.machine().kernel().CheckInvariants().IgnoreError();
  };
  const auto end = process.RunMain({"busy", "with", "arguments"});
  if (!end.ok()) return end.status().ToString();
  look(*end);
  // At rest between calls, too.
  for (int round = 0; round < 4; ++round) {
    scribbler.Scribble();
    const auto result = process.Call<std::int32_t>("round_of", round);
    if (!result.ok()) return result.status().ToString();
    look(result->end);
  }
  return before.IsIntact() && after.IsIntact() ? ""
                                               : "the host's memory changed";
}

class ScribbleTest : public testing::TestWithParam<bool> {};

TEST_P(ScribbleTest, TheHostIsAsItWas) {
  CompileOptions options;
  options.checked = GetParam();
  options.limits_steps = true;
  options.memory_bytes = 256 * 1024 * 1024;
  const Program program = Compiled(kBusy, options);
  // Without scribbling it runs to its end.
  const auto calm = program.Run({"busy"}, "", {.max_steps = 20'000'000});
  ASSERT_TRUE(calm.ok() && calm->end.exit_status == 0) << calm->report;
  Seeds seeds(60);
  while (const std::uint64_t seed = seeds.Next()) {
    const std::string problem =
        RunInChild([&] { return RunScribbled(program, seed); });
    EXPECT_EQ(problem, "") << "KHEAP_FUZZ_SEED=" << seed;
    if (HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, ScribbleTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& mode) {
                           return std::string(mode.param ? "checked" : "fast");
                         });

}  // namespace
}  // namespace kheap
