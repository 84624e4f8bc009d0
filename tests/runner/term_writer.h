// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_TERM_WRITER_H_
#define KHEAP_TESTS_RUNNER_TERM_WRITER_H_

// Random terms of C, and about where their values lie.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/runner/random.h"

namespace kheap {

// Bounds beyond this are not told apart.
inline constexpr std::int64_t kFar = std::int64_t{1000} * 1000 * 1000 * 1000;

// A number of a program, somewhere in [low, high].
struct Term {
  std::string text;
  std::int64_t low;
  std::int64_t high;
};

struct IntegerType {
  const char* name;
  std::int64_t low;
  std::int64_t high;
};

// C's types of 8 to 64 bits.
const std::vector<IntegerType>& IntegerTypes();

std::int64_t Clamp(std::int64_t number);

class TermWriter {
 protected:
  explicit TermWriter(Random& random) : random_(random) {}

  bool OneIn(std::uint64_t count) { return random_.Below(count) == 0; }
  const IntegerType& AnyType() { return random_.Of(IntegerTypes()); }
  // A name that is not taken.
  std::string Name(const char* stem) {
    return absl::StrCat(stem, next_name_++);
  }

  Term Constant(std::int64_t value) {
    return {absl::StrCat("(", value, "l)"), value, value};
  }
  // A number that the compiler cannot know.
  Term Unknown(const IntegerType& type, std::int64_t value);
  Term Variable();
  Term Cast(const Term& term, const IntegerType& type);
  Term Sum(const Term& a, const Term& b);
  Term Expression(int depth);
  std::string Condition();

  Random& random_;
  std::vector<Term> variables_;  // known where the next line will be
  std::string numbers_;          // the declarations of the unknown ones

 private:
  std::int64_t Small() {
    return static_cast<std::int64_t>(random_.Below(12)) - 3;
  }

  int next_name_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_TERM_WRITER_H_
