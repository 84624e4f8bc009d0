// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/term_writer.h"

#include <algorithm>
#include <limits>

namespace kheap {

namespace {

using absl::StrCat;

template <typename T>
constexpr IntegerType TypeOf(const char* name) {
  return {name, std::numeric_limits<T>::min(),
          sizeof(T) == 8
              ? std::numeric_limits<std::int64_t>::max()
              : static_cast<std::int64_t>(std::numeric_limits<T>::max())};
}

}  // namespace

const std::vector<IntegerType>& IntegerTypes() {
  static const auto& types = *new std::vector<IntegerType>{
      TypeOf<signed char>("signed char"),
      TypeOf<std::uint8_t>("unsigned char"),
      TypeOf<std::int16_t>("short"),
      TypeOf<std::uint16_t>("unsigned short"),
      TypeOf<std::int32_t>("int"),
      TypeOf<std::uint32_t>("unsigned"),
      TypeOf<std::int64_t>("long"),
      TypeOf<std::uint64_t>("unsigned long"),
  };
  return types;
}

std::int64_t Clamp(std::int64_t number) {
  return std::clamp(number, -kFar, kFar);
}

Term TermWriter::Unknown(const IntegerType& type, std::int64_t value) {
  const std::string name = Name("n");
  absl::StrAppend(&numbers_, "  static volatile ", type.name, " v", name, " = ",
                  value, "l;\n  ", type.name, " ", name, " = v", name, ";\n");
  return {name, value, value};
}

Term TermWriter::Variable() {
  if (variables_.empty() || OneIn(6)) {
    return OneIn(3) ? Unknown(AnyType(), random_.Below(30)) : Constant(Small());
  }
  return random_.Of(variables_);
}

Term TermWriter::Cast(const Term& term, const IntegerType& type) {
  const bool fits = term.low >= type.low && term.high <= type.high;
  return {StrCat("(", type.name, ")(", term.text, ")"),
          fits ? term.low : Clamp(type.low),
          fits ? term.high : Clamp(type.high)};
}

Term TermWriter::Sum(const Term& a, const Term& b) {
  return {StrCat("(", a.text, " + ", b.text, ")"), Clamp(a.low + b.low),
          Clamp(a.high + b.high)};
}

Term TermWriter::Expression(int depth) {
  if (depth == 0) return Variable();
  const Term a = Expression(depth - 1);
  switch (random_.Below(9)) {
    case 0:
      return Cast(a, AnyType());
    case 1: {
      const std::int64_t factor = Small();
      const std::int64_t x = Clamp(std::max(a.low, -kFar / 8) * factor);
      const std::int64_t y = Clamp(std::min(a.high, kFar / 8) * factor);
      return {StrCat("(", a.text, " * ", factor, ")"), std::min(x, y),
              std::max(x, y)};
    }
    case 2: {
      const std::int64_t mask = (std::int64_t{2} << random_.Below(7)) - 1;
      return {StrCat("(", a.text, " & ", mask, ")"), 0, mask};
    }
    case 3: {
      const std::int64_t divisor =
          1 + static_cast<std::int64_t>(random_.Below(9));
      return {StrCat("((long)(", a.text, ") / ", divisor, ")"), a.low / divisor,
              a.high / divisor};
    }
    case 4: {
      const Term b = Variable();
      return {
          StrCat("(", a.text, " > ", b.text, " ? ", a.text, " : ", b.text, ")"),
          std::min(a.low, b.low), std::max(a.high, b.high)};
    }
    case 5:
      return Sum(Cast(a, AnyType()), Variable());
    default:
      return Sum(a, Variable());
  }
}

std::string TermWriter::Condition() {
  static const auto& signs =
      *new std::vector<std::string>{" < ", " <= ", " > ", " == ", " != "};
  return StrCat(Variable().text, random_.Of(signs), Variable().text);
}

}  // namespace kheap
