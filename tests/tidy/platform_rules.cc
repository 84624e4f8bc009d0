// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/platform_rules.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>
#include <string_view>

#include "tests/tidy/cpp_tokens.h"

namespace kheap::tidy {

namespace {

bool AsksForPlatform(std::string_view directive) {
  if (!directive.starts_with("if") && !directive.starts_with("elif")) {
    return false;
  }
  const Tokens tokens = Tokenize(directive);
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    // What the source may look like, not where it runs.
    if (IsAnyOf(token, {"__cplusplus", "__clang__"})) return false;
    return token.kind == Token::Kind::kName &&
           (token.text.starts_with("_") || token.text.starts_with("HWY_") ||
            IsAnyOf(token, {"linux", "unix"}));
  });
}

bool IsForeignPragma(std::string_view directive) {
  static const std::regex foreign(
      "pragma(?!\\s+(GCC|clang)\\s+diagnostic\\b).*");
  return std::regex_match(directive.begin(), directive.end(), foreign);
}

// C++'s headers, and of those of C, POSIX and libraries what the project uses.
bool IsKnownHeader(std::string_view header) {
  const bool is_cpp = header.find_first_of("./") == header.npos;
  return is_cpp || header.starts_with("boost/") ||
         IsOneOf(
             header,
             {"alloca.h",   "ctype.h",       "dirent.h",       "dlfcn.h",
              "fcntl.h",    "fnmatch.h",     "gc.h",           "getopt.h",
              "gmp.h",      "gtest/gtest.h", "pwd.h",          "rapidcheck.h",
              "signal.h",   "spawn.h",       "stdint.h",       "stdio.h",
              "stdlib.h",   "strings.h",     "sys/resource.h", "sys/stat.h",
              "sys/wait.h", "time.h",        "unistd.h",       "unwind.h",
              "wchar.h",    "xxhash.h"});
}

// `include` is what stands behind #include, in its brackets or quotes.
bool IsPlatformHeader(std::string_view include) {
  const std::string_view header =
      include.substr(1, include.find_first_of(">\"", 1) - 1);
  const bool has_folder = header.find('/') != header.npos;
  if (include.starts_with('<') || !has_folder) return !IsKnownHeader(header);
  // In quotes and in a folder, it is a library's or one of the project's, of
  // which the rule for layers knows more.
  const std::string_view folder = header.substr(0, header.find('/'));
  return IsOneOf(folder, {"hwy", "cpu_features", "sanitizer", "asm", "bits",
                          "linux", "mach", "sys"});
}

// A type or function of arm_neon.h, arm_sve.h or riscv_vector.h, which has the
// lane in its name: int8x16_t, svuint32_t, vfloat64m1_t; vaddq_u8, svadd_f32_x.
bool IsArmOrRiscVVectorName(std::string_view name) {
  static const std::regex pattern(
      "(u?int|float|bfloat|poly)[0-9]+x[0-9]+(x[0-9])?_t|"
      "(sv|v)(u?int|float|bfloat|bool)[0-9]*(m[fF]?[0-9]|x[0-9])*_t|"
      "s?v(abs|add|and|c[egl]|combine|create|cvt|dup|eor|ext|fm|get|ld|m|neg|"
      "orr|p|q|r|s|t|uzp|zip)[a-z0-9_]*_[sufp](8|16|32|64)(_[xmz])?");
  return std::regex_match(name.begin(), name.end(), pattern);
}

// `_` and a letter, or `__`. C++ reserves these names; `_1` is a placeholder.
bool IsReservedName(std::string_view name) {
  return name.size() > 1 && name[0] == '_' &&
         std::isdigit(static_cast<unsigned char>(name[1])) == 0;
}

// Reserved names that mean the same on every host, or are our own.
bool IsKnownName(std::string_view name) {
  // Functions that compiled C calls for numbers of 128 bits.
  static const std::regex wide(
      "__(u?div|u?mod)ti3|__fix(uns)?[sd]fti|__float(un)?ti[sd]f");
  return IsOneOf(name, {"__FILE__", "__LINE__", "__func__", "__VA_ARGS__",
                        "__VA_OPT__", "__cplusplus", "__attribute__",
                        "__int128", "__builtin_add_overflow",
                        "__builtin_mul_overflow", "__builtin_sub_overflow",
                        "__errno_location", "__xpg_strerror_r", "_Exit",
                        "_exit", "_longjmp", "_setjmp", "_URC_NO_REASON"}) ||
         name.starts_with("_Unwind_") || name.starts_with("__kheap_") ||
         std::regex_match(name.begin(), name.end(), wide);
}

bool IsPlatformName(std::string_view name) {
  return IsOneOf(name, {"asm", "syscall", "target_clones", "vector_size",
                        "ext_vector_type"}) ||
         name.starts_with("HWY_") || IsArmOrRiscVVectorName(name) ||
         (IsReservedName(name) && !IsKnownName(name));
}

// `[[gnu::target("…")]]` or `__attribute__((target("…")))`. Elsewhere `target`
// is a word.
bool IsTargetAttribute(const Tokens& tokens, std::size_t i) {
  if (!tokens[i].Is("target")) return false;
  if (At(tokens, i - 1).Is("::")) {
    return IsAnyOf(At(tokens, i - 2), {"gnu", "clang"});
  }
  return At(tokens, i - 1).Is("(") && At(tokens, i - 2).Is("(") &&
         At(tokens, i - 3).Is("__attribute__");
}

bool IsPlatformCode(const Tokens& tokens, std::size_t i) {
  const Token& token = tokens[i];
  switch (token.kind) {
    case Token::Kind::kDirective:
      return AsksForPlatform(token.text) || IsForeignPragma(token.text);
    case Token::Kind::kInclude:
      return IsPlatformHeader(token.text);
    case Token::Kind::kName:
      return IsPlatformName(token.text) || IsTargetAttribute(tokens, i);
    default:
      return false;
  }
}

// What the rules for all files let stand in this one.
bool IsFree(std::string_view path, const Token& token) {
  if (path.starts_with("machine/") || path.starts_with("tests/machine/")) {
    return true;
  }
  if (path.starts_with("third_party/musl/")) {
    return token.kind == Token::Kind::kInclude || IsReservedName(token.text);
  }
  return path.starts_with("benchmarks/") && token.Is("<sys/mman.h>");
}

}  // namespace

std::vector<Finding> CheckPlatformCode(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const auto& [path, file] : tree.files()) {
    if (!IsCpp(path)) continue;
    const Tokens tokens = Tokenize(file.text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (IsFree(path, tokens[i]) || !IsPlatformCode(tokens, i)) continue;
      findings.push_back({path, tokens[i].line,
                          std::string(tokens[i].text) +
                              " outside machine/, and not among what is known "
                              "to tests/tidy/platform_rules.cc"});
    }
  }
  return findings;
}

std::vector<Finding> CheckHostCalls(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const auto& [path, file] : tree.files()) {
    if (!IsCpp(path)) continue;
    for (const Token& token : Tokenize(file.text)) {
      const bool is_call =
          token.Is("syscall") || (token.kind == Token::Kind::kInclude &&
                                  Contains(token.text, "syscall.h>"));
      if (!is_call) continue;
      findings.push_back(
          {path, token.line,
           std::string(token.text) + ": a raw system call of the host"});
    }
  }
  return findings;
}

}  // namespace kheap::tidy
