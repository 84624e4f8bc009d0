// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/loop_writer.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/runner/random.h"
#include "tests/runner/term_writer.h"

namespace kheap {

namespace {

using absl::StrCat;

constexpr char kBegin[] = R"(
void *malloc(unsigned long);
void *calloc(unsigned long, unsigned long);
void *realloc(void *, unsigned long);
void *memcpy(void *, const void *, unsigned long);
void *memset(void *, int, unsigned long);
void free(void *);
struct pair { long a, b; };
static void *kept;
__attribute__((noinline)) static long look(const void *at) {
  return *(const char *)at;
}
__attribute__((noinline)) static void drop(void *block, int now) {
  if (now) free(block);
}
)";

struct Array {
  std::string name;
  const char* element;
  int place;  // 0: a block, 1: a global, 2: a local
  std::int64_t count = 1;
};

class FunctionWriter : private TermWriter {
 public:
  FunctionWriter(Random& random, int number)
      : TermWriter(random), number_(number) {}

  std::string Write();

 private:
  void Line(const std::string& text) {
    absl::StrAppend(&body_, std::string(indent_, ' '), text, "\n");
  }

  std::string Element();
  void Statement(int depth);
  void Loop(int depth);
  void CountedLoop(int depth);
  void WildLoop(int depth);
  void Walk();
  void Scope();
  void Block(int depth);

  int number_;
  int indent_ = 2;
  int loops_ = 0;
  std::string body_;
  std::vector<Array> arrays_;
};

// An element of an array that is large enough for it, or nearly.
std::string FunctionWriter::Element() {
  const std::size_t chosen = random_.Below(arrays_.size());
  Term index = Expression(static_cast<int>(random_.Below(3)));
  if (index.high - index.low > 3000) {
    if (!OneIn(8)) {
      index = {StrCat("((", index.text, ") & 63)"), 0, 63};
    } else {
      return StrCat(arrays_[chosen].name, "[", index.text, "]");
    }
  }
  std::int64_t shift = -index.low;
  if (OneIn(40)) shift += OneIn(2) ? 1 : -1;
  if (OneIn(150)) shift += std::int64_t{1} << random_.Below(64);
  arrays_[chosen].count =
      std::max(arrays_[chosen].count, index.high - index.low + 1);
  return StrCat(arrays_[chosen].name, "[", index.text, " + (", shift, "l)]");
}

void FunctionWriter::Statement(int depth) {
  switch (random_.Below(16)) {
    case 0:
      Line(StrCat("if (", Condition(), ")"));
      indent_ += 2;
      Statement(0);
      indent_ -= 2;
      return;
    case 1:
      if (depth > 0)
        return Line(StrCat("if (", Condition(), ") ",
                           OneIn(2) ? "break" : "continue", ";"));
      return Line(StrCat("if (", Condition(), ") sum++;"));
    case 2:
      return Line(StrCat("memcpy(&", Element(), ", &", Element(), ", ",
                         OneIn(3) ? 32 : 1 + random_.Below(16), ");"));
    case 3:
      return Line(StrCat("sum += look(&", Element(), ");"));
    case 4:
      return Scope();
    case 5:
      return Line(StrCat("pairs[", random_.Below(2), "] = pairs[(",
                         Variable().text, ") & 3];"));
    case 6:
      if (OneIn(4)) {
        return Line(StrCat("drop(", arrays_[0].name, ", ", Condition(), ");"));
      }
      return Line(
          StrCat("memset(&", Element(), ", 1, ", random_.Below(20), ");"));
    case 7:
      if (OneIn(3)) return Line("sum += malloc(9000) != 0;");
      return Line(StrCat(Element(), " = ", Element(), ";"));
    case 8:
    case 9:
    case 10:
      return Line(StrCat(Element(), " = sum + ", Variable().text, ";"));
    case 11:
      return Line(StrCat(Element(), "++;"));
    default:
      return Line(StrCat("sum = sum * 3 + ", Element(), ";"));
  }
}

// A variable of the body, and at times a pointer to it that stays.
void FunctionWriter::Scope() {
  const std::string name = Name("x");
  Line(StrCat("{ int ", name, "[2]; ", name, "[1] = 1;"));
  if (!OneIn(5)) Line(StrCat("  ", name, "[0] = ", Variable().text, ";"));
  if (OneIn(3)) Line(StrCat("  kept = ", name, ";"));
  Line(StrCat("  sum += look(", name, ") + ", name, "[", Variable().text,
              " & 1]; }"));
  if (OneIn(4)) Line(StrCat("if (kept) sum += look(kept);"));
}

void FunctionWriter::Block(int depth) {
  indent_ += 2;
  const std::uint64_t count = 1 + random_.Below(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (depth < 3 && loops_ < 5 && OneIn(3)) {
      Loop(depth);
    } else {
      Statement(depth);
    }
  }
  indent_ -= 2;
}

// Its variables are known in it alone.
void FunctionWriter::Loop(int depth) {
  const std::vector<Term> around = variables_;
  ++loops_;
  switch (random_.Below(8)) {
    case 0:
    case 1:
      WildLoop(depth);
      break;
    case 2:
      Walk();
      break;
    default:
      CountedLoop(depth);
  }
  variables_ = around;
}

// Up or down by a step, to a number or to a variable of the loops around.
void FunctionWriter::CountedLoop(int depth) {
  const IntegerType& type = AnyType();
  const std::string name = Name("i");
  const std::int64_t step = OneIn(3) ? 1 + random_.Below(5) : 1;
  const bool falls = OneIn(3) && type.low < 0;
  const auto bound = [&](std::int64_t value) {
    if (OneIn(3) && !variables_.empty()) {
      const Term& around = random_.Of(variables_);
      if (around.low >= -60 && around.high <= 60) return around;
    }
    return OneIn(2) ? Unknown(type, value) : Constant(value);
  };
  const Term first = bound(random_.Below(4));
  const Term last = bound(4 + random_.Below(depth == 0 ? 50 : 20));
  const std::string sign = OneIn(4) ? "=" : "";
  if (falls) {
    Line(StrCat("for (", type.name, " ", name, " = ", last.text, "; ", name,
                " >", sign, " ", first.text, "; ", name, " -= ", step, ") {"));
  } else {
    Line(StrCat("for (", type.name, " ", name, " = ", first.text, "; ", name,
                " <", sign, " ", last.text, "; ", name, " += ", step, ") {"));
  }
  if (!sign.empty() || first.low < 0 || last.low < 0) {
    Line("  if (fuel-- <= 0) return sum;");
  }
  variables_.push_back({name, std::max(first.low, std::int64_t{-70}),
                        std::max(first.high, last.high)});
  Block(depth + 1);
  Line("}");
}

// Limits and steps at the edges of their types.
void FunctionWriter::WildLoop(int depth) {
  const IntegerType& type = AnyType();
  const std::string name = Name("i");
  const auto edge = [&] {
    const std::vector<std::int64_t> edges = {
        0, 1, type.low, type.high, type.high - 3, type.low + 3, type.high / 2};
    return random_.Of(edges);
  };
  const std::vector<std::int64_t> steps = {
      0, 1, -1, 3, -7, 4096, std::int64_t{1} << random_.Below(63), edge()};
  const Term first = Unknown(type, edge());
  const Term last = Unknown(AnyType(), edge());
  const Term step =
      OneIn(2) ? Unknown(type, random_.Of(steps)) : Constant(random_.Of(steps));
  static const auto& signs =
      *new std::vector<std::string>{" < ", " > ", " != ", " <= ", " >= "};
  Line(StrCat("for (", type.name, " ", name, " = ", first.text, "; ", name,
              random_.Of(signs), last.text, "; ", name, " += ", step.text,
              ") {"));
  if (OneIn(2)) {
    Line("  if (fuel-- <= 0) return sum;");
  } else {
    Line(StrCat("  if (fuel-- < ", 300 - random_.Below(200), ") break;"));
  }
  variables_.push_back({name, Clamp(type.low), Clamp(type.high)});
  if (OneIn(2)) {
    // What it has in common with its first value.
    const std::string offset = Name("o");
    Line(StrCat("  long ", offset, " = (long)", name, " - (long)", first.text,
                ";"));
    variables_.push_back({offset, 0, 299});
  }
  Block(depth + 1);
  Line("}");
}

// A pointer that goes along.
void FunctionWriter::Walk() {
  Array& array = arrays_[random_.Below(arrays_.size())];
  const std::int64_t rounds = 4 + random_.Below(40);
  const std::int64_t step = 1 + random_.Below(3);
  const std::string pointer = Name("p");
  const std::string count = Name("c");
  const Term limit = Unknown(AnyType(), rounds);
  array.count = std::max(array.count, rounds * step);
  const bool falls = OneIn(3);
  Line(StrCat("{ ", array.element, " *", pointer, " = ", array.name, " + ",
              falls ? (rounds - 1) * step : 0, ";"));
  Line(StrCat("  for (long ", count, " = 0; ", count,
              OneIn(25) ? " <= " : " < ", limit.text, "; ", count, "++) {"));
  Line(StrCat("    sum += *", pointer, OneIn(2) ? "" : " = sum", ";"));
  if (OneIn(4)) Line(StrCat("    if (*", pointer, " == 77) break;"));
  Line(StrCat("    ", pointer, falls ? " -= " : " += ",
              OneIn(3) ? Unknown(IntegerTypes()[6], step).text : StrCat(step),
              ";"));
  Line("  } }");
}

std::string FunctionWriter::Write() {
  const std::uint64_t count = 1 + random_.Below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    arrays_.push_back({StrCat("a", number_, "_", i), AnyType().name,
                       i == 0 ? 0 : static_cast<int>(random_.Below(3))});
  }
  const std::uint64_t nests = 1 + random_.Below(2);
  for (std::uint64_t i = 0; i < nests; ++i) Loop(0);
  std::string globals;
  std::string text = StrCat("long run", number_, "(void) {\n");
  for (Array& array : arrays_) {
    if (OneIn(15)) array.count = std::max<std::int64_t>(1, array.count - 1);
    const std::string declared =
        StrCat(array.element, " ", array.name, "[", array.count, "]");
    if (array.place == 1) {
      absl::StrAppend(&globals, "static ", declared, ";\n");
    } else if (array.place == 2) {
      absl::StrAppend(&text, "  ", declared, OneIn(5) ? "" : " = {0}", ";\n");
    } else {
      absl::StrAppend(&text, "  ", array.element, " *", array.name, " = ",
                      OneIn(5) ? "malloc(" : "calloc(1, ", array.count,
                      " * sizeof(", array.element, "));\n");
    }
  }
  return StrCat(globals, text, numbers_,
                "  unsigned long sum = 1;\n  int fuel = 300;\n"
                "  struct pair pairs[4] = {{1, 2}};\n",
                body_, "  return sum;\n}\n");
}

}  // namespace

std::string RandomLoops(std::uint64_t seed) {
  Random random(seed);
  std::string text = kBegin;
  for (int i = 0; i < kLoopFunctions; ++i) {
    text += FunctionWriter(random, i).Write();
  }
  return text;
}

}  // namespace kheap
