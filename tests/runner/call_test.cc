// SPDX-License-Identifier: Apache-2.0
// Calls from C++ with every kind of parameter and result, after riscv64's
// lp64d.
#include <complex>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

constexpr char kStructs[] = R"(
  #include <complex.h>
  #include <stdbool.h>
  struct point { double x, y; };
  struct pair { float a; int b; };
  struct one { float f; };
  struct mixed { char c; double d; };
  struct small { char text[5]; };
  struct odd { int a, b, c; };
  struct bits { unsigned low : 3, high : 29; };
  struct wrapped { struct { float v[2]; } inner; };
  struct large { long a; double b; char c[9]; };
  union either { double d; long l; };
  enum colour { RED, GREEN = 7 };
  typedef struct point vector;

  struct point turned(struct point p) { return (struct point){-p.y, p.x}; }
  struct pair next(struct pair p) { return (struct pair){p.a + 1, p.b + 1}; }
  struct one half(struct one o) { return (struct one){o.f / 2}; }
  struct mixed doubled(struct mixed m) {
    return (struct mixed){m.c + 1, m.d * 2};
  }
  struct small reversed(struct small s) {
    struct small r;
    for (int i = 0; i < 5; i++) r.text[i] = s.text[4 - i];
    return r;
  }
  struct odd rotated(struct odd o) { return (struct odd){o.c, o.a, o.b}; }
  struct bits split(struct bits b) {
    return (struct bits){b.low + 1, b.high + 1};
  }
  struct wrapped swapped(struct wrapped w) {
    return (struct wrapped){{{w.inner.v[1], w.inner.v[0]}}};
  }
  struct large grown(struct large l) {
    l.a++; l.b += 0.5; l.c[8]++;
    return l;
  }
  union either bumped(union either e) { e.l++; return e; }
  enum colour other(enum colour c) { return c == RED ? GREEN : RED; }
  double dot(vector a, vector b) { return a.x * b.x + a.y * b.y; }
  double complex conjugate(double complex z) { return conj(z); }
  bool not(bool b) { return !b; }
  __int128 wide(__int128 a, int b) { return a * b; }
  short narrow(char c, short s) { return c + s; }

  /* More than the eight registers of each kind. */
  double many(double a, double b, double c, double d, double e, double f,
              double g, struct point p, struct point q, long r, long s,
              struct odd o, struct large l, long t, long u, struct large m) {
    return a + b + c + d + e + f + g + p.x + 2 * p.y + 3 * q.x + 4 * q.y + r +
           s + o.a + o.b + o.c + l.a + l.b + t + u + m.a;
  }
  int counted;
  void count(struct large l, int by) { counted += l.a * by; }
  int variadic(int n, ...) { return n; }
)";

struct Point {
  double x, y;
};
struct Pair {
  float a;
  int b;
};
struct One {
  float f;
};
struct Mixed {
  char c;
  double d;
};
struct Small {
  char text[5];
};
struct Odd {
  int a, b, c;
};
struct Bits {
  unsigned bits;
};
struct Wrapped {
  float v[2];
};
struct Large {
  long a;
  double b;
  char c[9];
};
union Either {
  double d;
  std::int64_t l;
};
enum Colour { kRed, kGreen = 7 };

class CallTest : public testing::TestWithParam<bool> {
 protected:
  static const Program& ProgramOf(bool checked) {
    static const auto compiled = [](bool with_shadow) {
      return new Program(
          Compiled(kStructs, {.checked = with_shadow, .optimisation = 1}));
    };
    static const Program& fast = *compiled(false);
    static const Program& shadowed = *compiled(true);
    return checked ? shadowed : fast;
  }

  // Calls a function that returns.
  template <typename R, typename... A>
  R Result(std::string_view name, A... arguments) {
    const auto result = process_->Call<R>(name, arguments...);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_TRUE(result->value.has_value()) << name;
    return *result->value;
  }

  std::unique_ptr<GuestProcess> process_ = Started(ProgramOf(GetParam()));
};

TEST_P(CallTest, StructsOfTwoFloatingPointNumbers) {
  const auto turned = Result<Point>("turned", Point{1, 2});
  EXPECT_EQ(turned.x, -2);
  EXPECT_EQ(turned.y, 1);
  const auto swapped = Result<Wrapped>("swapped", Wrapped{{1.5f, 2.5f}});
  EXPECT_EQ(swapped.v[0], 2.5f);
  EXPECT_EQ(swapped.v[1], 1.5f);
  EXPECT_EQ(Result<double>("dot", Point{1, 2}, Point{3, 4}), 11);
  EXPECT_EQ(Result<One>("half", One{5}).f, 2.5f);
  EXPECT_EQ(
      Result<std::complex<double>>("conjugate", std::complex<double>(1, 2)),
      std::complex<double>(1, -2));
}

TEST_P(CallTest, StructsOfAnIntegerAndAFloatingPointNumber) {
  const auto next = Result<Pair>("next", Pair{0.5f, -3});
  EXPECT_EQ(next.a, 1.5f);
  EXPECT_EQ(next.b, -2);
  const auto doubled = Result<Mixed>("doubled", Mixed{'a', 2.25});
  EXPECT_EQ(doubled.c, 'b');
  EXPECT_EQ(doubled.d, 4.5);
}

TEST_P(CallTest, StructsOfIntegers) {
  EXPECT_EQ(
      std::string(
          Result<Small>("reversed", Small{{'k', 'h', 'e', 'a', 'p'}}).text, 5),
      "paehk");
  const auto rotated = Result<Odd>("rotated", Odd{1, -2, 3});
  EXPECT_EQ(rotated.a, 3);
  EXPECT_EQ(rotated.b, 1);
  EXPECT_EQ(rotated.c, -2);
  EXPECT_EQ(Result<Bits>("split", Bits{8 * 5 + 2}).bits, 8u * 6 + 3);
  Either either;
  either.l = 41;
  EXPECT_EQ(Result<Either>("bumped", either).l, 42);
}

TEST_P(CallTest, LargeStructsAreCopied) {
  const Large large = {1, 2.5, {0, 0, 0, 0, 0, 0, 0, 0, 'x'}};
  for (int i = 0; i < 3; ++i) {
    const auto grown = Result<Large>("grown", large);
    EXPECT_EQ(grown.a, 2);
    EXPECT_EQ(grown.b, 3.0);
    EXPECT_EQ(grown.c[8], 'y');
  }
  const auto count = process_->Find<void(Large, int)>("count").value();
  count(large, 3);
  count(large, 4);
  EXPECT_EQ(*process_->Symbol<std::int32_t>("counted").value(), 7);
}

TEST_P(CallTest, MoreThanTheRegistersHold) {
  EXPECT_EQ(
      Result<double>("many", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, Point{10, 20},
                     Point{30, 40}, std::int64_t{100}, std::int64_t{200},
                     Odd{1, 2, 3}, Large{1000, 0.5, {}}, std::int64_t{5},
                     std::int64_t{6}, Large{7, 0, {}}),
      28 + 10 + 40 + 90 + 160 + 300 + 6 + 1000.5 + 11 + 7);
}

TEST_P(CallTest, NumbersOfEverySize) {
  EXPECT_FALSE(Result<bool>("not", true));
  EXPECT_TRUE(Result<bool>("not", false));
  EXPECT_EQ(Result<std::int16_t>("narrow", char{-3}, std::int16_t{-500}), -503);
  EXPECT_EQ(Result<Colour>("other", kRed), kGreen);
  const __int128 large = __int128{INT64_MAX} * INT64_MAX;
  EXPECT_TRUE(Result<__int128>("wide", large, -2) == -2 * large);
}

TEST_P(CallTest, AMismatchNamesBothTypes) {
  const auto message = [](const auto& function) {
    EXPECT_EQ(function.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(function.status().message());
  };
  EXPECT_EQ(message(process_->Find<double(Point, Large)>("dot")),
            "`dot` is `double (vector, vector)`, and was asked for as "
            "`double (struct of 16 bytes, struct of 32 bytes)`");
  EXPECT_EQ(message(process_->Find<void()>("turned")),
            "`turned` is `struct point (struct point)`, and was asked for as "
            "`void (void)`");
  EXPECT_EQ(message(process_->Find<int(int)>("variadic")),
            "`variadic` is `int (int, ...)`, and was asked for as `int (int)`");
}

TEST_P(CallTest, AStructThatDoesNotFitTheStackIsAFault) {
  struct Huge {
    char bytes[100000];
  };
  const Program program = Compiled(
      "struct huge { char bytes[100000]; };\n"
      "int first(struct huge h) { return h.bytes[0]; }\n",
      {.checked = GetParam(), .optimisation = 1, .stack_bytes = 65536});
  const auto process = Started(program);
  const auto first = process->Find<int(Huge)>("first").value();
  const auto result = first(Huge{});
  ASSERT_TRUE(result.end.fault.has_value());
  EXPECT_EQ(result.end.fault->code, FaultCode::kStackOverflow);
  EXPECT_FALSE(result.value.has_value());
}

INSTANTIATE_TEST_SUITE_P(Modes, CallTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& mode) {
                           return std::string(mode.param ? "checked" : "fast");
                         });

}  // namespace
}  // namespace kheap
