// SPDX-License-Identifier: Apache-2.0
// Loops whose accesses are checked by ranges, or whose checks have been
// answered before, end exactly as they do where each access is checked.
#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

struct LoopProgram {
  std::string name;
  std::string text;  // of a function `long run(void)`
  // What run ends in; nothing: it returns.
  std::optional<FaultCode> fault = std::nullopt;
};

// ---- programs --------------------------------------------------------------

using enum FaultCode;

const LoopProgram kPrograms[] = {
    {"ReadsAll", R"(
        static int a[1000];
        long run(void) {
          long sum = 0;
          for (int i = 0; i < 1000; i++) a[i] = i;
          for (int i = 0; i < 1000; i++) sum += a[i];
          return sum;
        })"},
    {"ReadsOneTooFar", R"(
        long run(void) {
          long sum = 0;
          int *a = calloc(100, sizeof *a);
          for (int i = 0; i <= 100; i++) sum += a[i];
          return sum;
        })",
     kOutOfBounds},
    {"BeginsOneTooEarly", R"(
        long run(void) {
          long sum = 0;
          int *a = calloc(100, sizeof *a);
          for (int i = -1; i < 100; i++) sum += a[i];
          return sum;
        })",
     kOutOfBounds},
    {"GoesDownTooFar", R"(
        long run(void) {
          long sum = 0;
          short *a = calloc(64, sizeof *a);
          for (int i = 63; i >= -1; i--) sum += a[i];
          return sum;
        })",
     kOutOfBounds},
    {"GoesDown", R"(
        long run(void) {
          long sum = 0;
          short *a = calloc(64, sizeof *a);
          for (int i = 63; i >= 0; i--) { a[i] = i; sum = sum * 3 + a[i]; }
          return sum;
        })"},
    {"OneByteInTheMiddleIsUninitialised", R"(
        long run(void) {
          long sum = 0;
          char *a = malloc(500);
          memset(a, 1, 250);
          memset(a + 251, 1, 249);
          for (int i = 0; i < 500; i++) sum += a[i] ? 2 : 1;
          return sum;
        })",
     kUninitialisedRead},
    {"NeverReachesTheUninitialisedRest", R"(
        long run(void) {
          long sum = 0;
          char *a = malloc(500);
          memset(a, 1, 250);
          a[249] = 0;
          for (int i = 0; i < 500; i++) { if (!a[i]) break; sum += a[i]; }
          return sum;
        })"},
    {"LeavesBeforeTheEndOfTheBlock", R"(
        long run(void) {
          int *a = calloc(100, sizeof *a);
          a[99] = 7;
          for (int i = 0; i < 1000000; i++) if (a[i] == 7) return i;
          return -1;
        })"},
    {"FreesWhileItReads", R"(
        static int *a;
        __attribute__((noinline)) static void drop(int i) {
          if (i == 50) free(a);
        }
        long run(void) {
          long sum = 0;
          a = calloc(100, sizeof *a);
          for (int i = 0; i < 100; i++) { drop(i); sum += a[i]; }
          return sum;
        })",
     kUseAfterFree},
    {"ReadsWhatItWroteARoundBefore", R"(
        long run(void) {
          int *a = malloc(100 * sizeof *a);
          a[0] = 1;
          for (int i = 1; i < 100; i++) a[i] = a[i - 1] * 3 + 1;
          return a[99];
        })"},
    {"ReadsWhatItWillWrite", R"(
        long run(void) {
          int *a = malloc(100 * sizeof *a);
          a[0] = 1;
          for (int i = 1; i < 99; i++) a[i] = a[i + 1] > 2;
          return a[99];
        })",
     kUninitialisedRead},
    {"TriangleOfAMatrix", R"(
        static double m[30][30];
        long run(void) {
          double sum = 0;
          for (int i = 0; i < 30; i++)
            for (int j = i + 1; j < 30; j++) { m[i][j] += i; sum += m[j][i]; }
          return (long)sum + (long)m[28][29];
        })"},
    {"TriangleBeyondItsMatrix", R"(
        static double m[30][30], after[30];
        long run(void) {
          double sum = 0;
          for (int i = 0; i < 31; i++)
            for (int j = i + 1; j <= 30; j++) sum += m[j][i];
          return (long)sum;
        })",
     kOutOfBounds},
    {"ThreeLoops", R"(
        static double a[20][20], b[20][20], c[20][20];
        long run(void) {
          for (int i = 0; i < 20; i++)
            for (int j = 0; j < 20; j++) { a[i][j] = i - j; b[i][j] = i + j; }
          for (int i = 0; i < 20; i++)
            for (int j = 0; j < 20; j++)
              for (int k = 0; k < 20; k++) c[i][j] += a[i][k] * b[k][j];
          double sum = 0;
          for (int i = 0; i < 20; i++) sum += c[i][19 - i] * i;
          return (long)sum;
        })"},
    {"ColumnOfAMatrixTooWide", R"(
        long run(void) {
          int *m = calloc(20 * 20, sizeof *m);
          long sum = 0;
          for (int j = 0; j < 20; j++)
            for (int i = 0; i < 20; i++) sum += m[i * 20 + j + (j == 19)];
          return sum;
        })",
     kOutOfBounds},
    {"IndexWrapsAt32Bits", R"(
        long run(void) {
          char *a = calloc(64, 1);
          long sum = 0;
          unsigned i = 4294967290u;
          for (int n = 0; n < 40; n++, i++) sum += a[(unsigned)(i + 10u)] + n;
          return sum;
        })"},
    {"IndexWrapsToFarAway", R"(
        long run(void) {
          char *a = calloc(64, 1);
          long sum = 0;
          unsigned i = 20;
          for (int n = 0; n < 40; n++, i--) sum += a[i];
          return sum;
        })",
     kOutOfBounds},
    {"AddressWrapsAt64Bits", R"(
        long run(void) {
          char *a = calloc(64, 1);
          long sum = 0;
          unsigned long step = 18446744073709551615ul / 16;
          for (unsigned long n = 0; n < 40; n++) sum += a[n * step];
          return sum;
        })",
     kOutOfBounds},
    {"RegressionTwoAccessesHalfOfAllAddressesApart", R"(
        long run(void) {
          char *a = calloc(64, 1);
          long sum = 0;
          for (long n = 0; n < 40; n++) sum += a[n] + a[n + (1ul << 63)];
          return sum;
        })",
     kOutOfBounds},
    {"RegressionASumOfMoreTermsThanItsRangeHasRoomFor", R"(
        #define FOUR(k) TERM(k) TERM(k + 1) TERM(k + 2) TERM(k + 3)
        #define TWENTY(k) FOUR(k) FOUR(k + 4) FOUR(k + 8) FOUR(k + 12) \
            FOUR(k + 16)
        static volatile unsigned first[80];
        static volatile unsigned long many = 1ul << 31, until = 5;
        long run(void) {
          char *a = calloc(1 << 20, 1);
          unsigned long n = many, last = until, sum = 0;
          unsigned x[80];
          for (int k = 0; k < 80; k++) x[k] = first[k];
          for (unsigned i = 0; i < n; i++) {
            if (i == last) break;
            #define TERM(k) + (1048576ul - (k)) * (unsigned)(x[k] + i)
            sum += a[0 TWENTY(0) TWENTY(20) TWENTY(40) TWENTY(60)];
          }
          return sum;
        })",
     kOutOfBounds},
    {"StepOfNothing", R"(
        long run(void) {
          int *a = calloc(4, sizeof *a);
          volatile long step = 0;
          long s = step, at = 0, sum = 0;
          for (int n = 0; n < 100; n++, at += s) sum += ++a[at];
          return sum;
        })"},
    {"NeverEnteredWithABadRange", R"(
        long run(void) {
          volatile int none = 0;
          int n = none;
          char *a = 0;
          long sum = 0;
          for (int i = 0; i < n; i++) sum += a[i * 1000000l];
          return sum;
        })"},
    {"LongStrides", R"(
        long run(void) {
          char *a = calloc(1 << 20, 1);
          long sum = 0;
          for (long i = 0; i < 1 << 20; i += 65537) sum += a[i] = i / 65537;
          return sum;
        })"},
    {"VariableOfTheBodyReadBeforeWritten", R"(
        long run(void) {
          long sum = 0;
          for (int i = 0; i < 50; i++) {
            int pair[2];
            if (i != 30) pair[0] = i;
            pair[1] = i;
            sum += pair[0] + pair[1] > 3;
          }
          return sum;
        })",
     kUninitialisedRead},
    {"PointerToAVariableOfTheRoundBefore", R"(
        long run(void) {
          long sum = 0;
          int *kept = 0;
          for (int i = 0; i < 50; i++) {
            int value;
            if (i == 30) sum += *kept > 1;
            value = i;
            kept = &value;
            sum += *kept;
          }
          return sum;
        })",
     kUninitialisedRead},
    {"StructsAreCopied", R"(
        struct S { char c; long l; short s; };
        long run(void) {
          static struct S from[40], to[40];
          struct S one;
          one.c = 1; one.l = 2; one.s = 3;
          for (int i = 0; i < 40; i++) from[i] = one;
          for (int i = 0; i < 40; i++) to[i] = from[39 - i];
          long sum = 0;
          for (int i = 0; i < 40; i++) sum += to[i].c + to[i].l + to[i].s;
          return sum;
        })"},
    {"CopiesWhatIsUninitialised", R"(
        long run(void) {
          long *from = malloc(40 * 8), *to = calloc(40, 8);
          for (int i = 0; i < 40; i++) if (i != 17) from[i] = i;
          for (int i = 0; i < 40; i++) to[i] = from[i];
          long sum = 0;
          for (int i = 0; i < 40; i++) if (to[i] > 3) sum++;
          return sum;
        })",
     kUninitialisedRead},
    {"WritesReadOnlyBytes", R"(
        static const char text[100] = "abc";
        long run(void) {
          char *a = (char *)text;
          for (int i = 0; i < 100; i++) a[i]++;
          return a[3];
        })",
     kReadOnlyWrite},
    {"ReadsReadOnlyBytes", R"(
        static const char text[100] = "abc";
        long run(void) {
          long sum = 0;
          for (int i = 0; i < 100; i++) sum += text[i];
          return sum;
        })"},
    {"LoopInACalleeThatGetsTooFew", R"(
        static long total(const int *a, int n) {
          long sum = 0;
          for (int i = 0; i < n; i++) sum += a[i];
          return sum;
        }
        long run(void) {
          int *a = calloc(32, sizeof *a);
          return total(a, 32) + total(a + 16, 32);
        })",
     kOutOfBounds},
    {"NullWithinALoop", R"(
        struct node { struct node *next; long value; };
        long run(void) {
          struct node *n = 0;
          for (int i = 0; i < 5; i++) {
            struct node *m = malloc(sizeof *m);
            m->next = n; m->value = i; n = m;
          }
          long sum = 0;
          for (int i = 0; i < 6; i++) { sum += n->value; n = n->next; }
          return sum;
        })",
     kNullDereference},
    {"TwoPointersIntoOneBlock", R"(
        long run(void) {
          int *a = malloc(200 * sizeof *a), *b = a + 100;
          for (int i = 0; i < 100; i++) { a[i] = i; b[i] = 2 * i; }
          long sum = 0;
          for (int i = 0; i < 100; i++) sum += a[i] * b[99 - i];
          return sum;
        })"},
    {"ReallocatesInTheLoop", R"(
        long run(void) {
          int n = 1;
          int *a = malloc(sizeof *a), *old = a;
          a[0] = 1;
          for (int i = 1; i < 300; i++) {
            if (i == n) a = realloc(a, (n *= 2) * sizeof *a);
            a[i] = a[i - 1] + 1;
          }
          return a[299] + (i_is(old, a) ? 0 : old[0]);
        })",
     kUseAfterFree},
};

// ---- how they end ----------------------------------------------------------

struct End {
  std::optional<MemoryFault> fault;
  std::optional<std::int64_t> value;
  std::string place;  // of the fault: file, line and column
};

End EndOf(const LoopProgram& program, bool checked, int optimisation) {
  CompileOptions options;
  options.checked = checked;
  options.optimisation = optimisation;
  const Program compiled = Compiled(
      "#include <stdlib.h>\n#include <string.h>\n"
      "static int i_is(void *a, void *b) { return a == b; }\n" +
          program.text,
      options);
  const auto process = Started(compiled);
  const auto result = process->Call<std::int64_t>("run");
  EXPECT_TRUE(result.ok()) << result.status();
  End end = {result->end.fault, result->value, ""};
  if (end.fault.has_value()) {
    const std::string words = process->Explain(*end.fault);
    const std::size_t at = words.find("at test.c");
    end.place = words.substr(at, words.find(' ', at + 3) - at);
  }
  return end;
}

class LoopChecksTest : public testing::TestWithParam<LoopProgram> {};

TEST_P(LoopChecksTest, EndsAsWhereEachAccessIsChecked) {
  const LoopProgram& program = GetParam();
  const End plain = EndOf(program, /*checked=*/true, 0);
  EXPECT_EQ(
      plain.fault.has_value() ? std::optional(plain.fault->code) : std::nullopt,
      program.fault);
  for (const int optimisation : {1, 2, 3}) {
    const End end = EndOf(program, /*checked=*/true, optimisation);
    EXPECT_EQ(end.fault, plain.fault) << "at -O" << optimisation;
    EXPECT_EQ(end.value, plain.value) << "at -O" << optimisation;
    EXPECT_EQ(end.place, plain.place) << "at -O" << optimisation;
  }
}

TEST_P(LoopChecksTest, WithBoundsAloneEndsTheSameAtEachLevel) {
  const End plain = EndOf(GetParam(), /*checked=*/false, 0);
  const End end = EndOf(GetParam(), /*checked=*/false, 2);
  EXPECT_EQ(end.fault, plain.fault);
  EXPECT_EQ(end.value, plain.value);
  EXPECT_EQ(end.place, plain.place);
}

INSTANTIATE_TEST_SUITE_P(Programs, LoopChecksTest, testing::ValuesIn(kPrograms),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kheap
