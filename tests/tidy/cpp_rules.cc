// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/cpp_rules.h"

#include <algorithm>
#include <iterator>
#include <regex>
#include <span>
#include <string>
#include <string_view>

#include "tests/tidy/cpp_tokens.h"

namespace kheap::tidy {

namespace {

using Tokens = std::vector<Token>;

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&candidates)[N]) {
  return std::find(std::begin(candidates), std::end(candidates), text) !=
         std::end(candidates);
}

bool IsAnyOf(const Token& token,
             std::initializer_list<std::string_view> candidates) {
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](std::string_view text) { return token.Is(text); });
}

// Stands in for the tokens before the first and behind the last.
constexpr Token kNoToken = {Token::Kind::kOperator, ";", 0, true, false};

const Token& At(const Tokens& tokens, std::size_t i) {
  return i < tokens.size() ? tokens[i] : kNoToken;
}

// ---- bit operators ----------------------------------------------------------

// `~Name()` where a destructor is declared, defined or called.
bool IsDestructor(const Tokens& tokens, std::size_t i) {
  return At(tokens, i + 1).kind == Token::Kind::kName &&
         At(tokens, i + 2).Is("(") &&
         IsAnyOf(At(tokens, i - 1), {"{", "}", ";", ":", "::", "->", ".",
                                     "virtual", "inline", "constexpr"});
}

bool HasSpaceOnBothSides(const Tokens& tokens, std::size_t i) {
  return tokens[i].space_before && At(tokens, i + 1).space_before;
}

// `void Get() & {`
bool IsReferenceQualifier(const Tokens& tokens, std::size_t i) {
  return At(tokens, i - 1).Is(")") &&
         IsAnyOf(At(tokens, i + 1), {"{", ";", "=", "noexcept", "override"});
}

// The first token of the operand chain that ends before token i.
std::size_t ChainBegin(const Tokens& tokens, std::size_t i) {
  int depth = 0;
  while (i > 0) {
    const Token& before = tokens[i - 1];
    if (IsAnyOf(before, {")", "]", "}"})) ++depth;
    if (IsAnyOf(before, {"(", "[", "{"}) && --depth < 0) break;
    if (depth == 0 &&
        IsAnyOf(before, {";", "}", ",", "=", "?", ":", "&&", "||", "return"})) {
      break;
    }
    --i;
  }
  return i;
}

bool IsStreamName(std::string_view name) {
  while (name.ends_with('_')) name.remove_suffix(1);
  static constexpr std::string_view kNames[] = {
      "out", "err", "in", "os", "cout", "cerr", "clog", "cin", "stream"};
  return IsOneOf(name, kNames) || name.ends_with("_stream");
}

// Whether `<<` or `>>` at token i writes to or reads from a stream: whether the
// name that its chain begins with (`std::cout`, `options.out`) is one's.
bool IsOnStream(const Tokens& tokens, std::size_t i) {
  std::size_t at = ChainBegin(tokens, i);
  if (At(tokens, at).Is("*")) ++at;
  std::string_view name;
  while (At(tokens, at).kind == Token::Kind::kName) {
    name = tokens[at].text;
    if (!IsAnyOf(At(tokens, at + 1), {"::", ".", "->"})) break;
    at += 2;
  }
  return IsStreamName(name);
}

bool IsBitOperator(const Tokens& tokens, std::size_t i) {
  const Token& token = tokens[i];
  if (At(tokens, i - 1).Is("operator")) return false;
  if (token.Is("~")) return !IsDestructor(tokens, i);
  if (token.Is("&")) {
    return HasSpaceOnBothSides(tokens, i) && !IsReferenceQualifier(tokens, i);
  }
  if (token.Is("<<")) return !IsOnStream(tokens, i);
  if (token.Is(">>")) {
    return HasSpaceOnBothSides(tokens, i) && !IsOnStream(tokens, i);
  }
  static constexpr std::string_view kAlways[] = {
      "|",      "^",     "<<=",   ">>=",    "&=",    "|=",     "^=",
      "bitand", "bitor", "compl", "and_eq", "or_eq", "xor_eq", "xor"};
  return token.kind != Token::Kind::kText && IsOneOf(token.text, kAlways);
}

bool IsBitLiteral(const Token& token) {
  return token.kind == Token::Kind::kNumber && token.text.size() > 1 &&
         token.text[0] == '0' &&
         std::string_view("xXbB").find(token.text[1]) != std::string_view::npos;
}

// ---- platform code ----------------------------------------------------------

// Names of macros that say what the source may look like, not where it runs.
bool IsLanguageMacro(std::string_view name) {
  static constexpr std::string_view kNames[] = {"__cplusplus", "__clang__"};
  return IsOneOf(name, kNames);
}

bool AsksForPlatform(std::string_view directive) {
  if (!directive.starts_with("if") && !directive.starts_with("elif")) {
    return false;
  }
  const Tokens tokens = Tokenize(directive);
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == Token::Kind::kName && !IsLanguageMacro(token.text) &&
           (token.text.starts_with("_") || token.text.starts_with("HWY_") ||
            token.Is("linux") || token.Is("unix"));
  });
}

// `include` is what stands behind #include, in its brackets or quotes.
bool IsPlatformHeader(std::string_view include) {
  static constexpr std::string_view kHeaders[] = {
      "cpuid.h",    "sys/mman.h",        "sys/auxv.h", "sys/syscall.h",
      "syscall.h",  "sys/prctl.h",       "windows.h",  "intrin.h",
      "arm_acle.h", "sys/platform/x86.h"};
  static constexpr std::string_view kBegins[] = {
      "hwy/",   "cpu_features/", "asm/",  "arm_",      "riscv_",
      "linux/", "mach/",         "bits/", "sanitizer/"};
  const std::string_view header =
      include.substr(1, include.find_first_of(">\"", 1) - 1);
  return IsOneOf(header, kHeaders) || header.ends_with("intrin.h") ||
         std::any_of(std::begin(kBegins), std::end(kBegins),
                     [&](auto begin) { return header.starts_with(begin); });
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

bool IsPlatformName(std::string_view name) {
  static constexpr std::string_view kNames[] = {"asm",
                                                "__asm",
                                                "__asm__",
                                                "syscall",
                                                "target_clones",
                                                "__target_clones__",
                                                "__target__",
                                                "vector_size",
                                                "__vector_size__",
                                                "ext_vector_type",
                                                "__builtin_prefetch",
                                                "__builtin_shuffle",
                                                "__builtin_shufflevector",
                                                "__builtin_convertvector"};
  static constexpr std::string_view kBegins[] = {"_mm",
                                                 "__m128",
                                                 "__m256",
                                                 "__m512",
                                                 "__rdtsc",
                                                 "__cpuid",
                                                 "__get_cpuid",
                                                 "__atomic_",
                                                 "__sync_",
                                                 "__sanitizer_",
                                                 "__builtin_ia32_",
                                                 "__builtin_cpu_",
                                                 "__builtin_aarch64_",
                                                 "__builtin_arm_",
                                                 "__builtin_neon_",
                                                 "__builtin_sve_",
                                                 "__builtin_riscv_",
                                                 "__builtin_rvv_",
                                                 "__riscv_",
                                                 "HWY_",
                                                 "__builtin___clear_cache",
                                                 "__builtin_readcyclecounter"};
  return IsOneOf(name, kNames) || IsArmOrRiscVVectorName(name) ||
         std::any_of(std::begin(kBegins), std::end(kBegins),
                     [&](auto begin) { return name.starts_with(begin); });
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
      return AsksForPlatform(token.text);
    case Token::Kind::kInclude:
      return IsPlatformHeader(token.text);
    case Token::Kind::kName:
      return IsPlatformName(token.text) || IsTargetAttribute(tokens, i);
    default:
      return false;
  }
}

// ---- functions --------------------------------------------------------------

enum class Scope { kNames, kData, kFunction, kInFunction };

// Behind `template <…>`, if the head begins with it.
std::span<const Token> WithoutTemplate(std::span<const Token> head) {
  if (head.size() < 2 || !head[0].Is("template") || !head[1].Is("<")) {
    return head;
  }
  int depth = 0;
  for (std::size_t i = 1; i < head.size(); ++i) {
    if (head[i].Is("<")) ++depth;
    if (head[i].Is(">")) --depth;
    if (head[i].Is(">>")) depth -= 2;
    if (depth <= 0) return WithoutTemplate(head.subspan(i + 1));
  }
  return head;
}

// What an opening brace behind `head` opens, outside of functions.
Scope ScopeOf(std::span<const Token> head) {
  head = WithoutTemplate(head);
  if (head.empty()) return Scope::kFunction;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (IsAnyOf(head[i],
                {"namespace", "extern", "class", "struct", "union", "enum"})) {
      return Scope::kNames;
    }
    if (head[i].Is("(") || head[i].Is("operator")) return Scope::kFunction;
    if (head[i].Is("=")) return Scope::kData;
  }
  return Scope::kData;
}

class FunctionScanner {
 public:
  explicit FunctionScanner(const Tokens& tokens) : tokens_(tokens) {}

  // Calls found(first line, line count) for each function.
  template <typename Found>
  void Run(Found&& found) {
    for (const Token& token : tokens_) {
      if (token.in_macro || token.kind == Token::Kind::kDirective ||
          token.kind == Token::Kind::kInclude) {
        continue;
      }
      if (token.Is("{")) {
        Open(token.line);
      } else if (token.Is("}") && !scopes_.empty()) {
        const Level level = scopes_.back();
        scopes_.pop_back();
        head_.clear();
        if (level.scope == Scope::kFunction) {
          found(level.first_line, token.line - level.first_line + 1);
        }
      } else if (token.Is(";") || (token.Is(":") && EndsAccessLabel())) {
        head_.clear();
      } else {
        head_.push_back(token);
      }
    }
  }

 private:
  struct Level {
    Scope scope;
    int first_line;
  };

  bool EndsAccessLabel() const {
    return head_.size() == 1 &&
           IsAnyOf(head_[0], {"public", "protected", "private"});
  }

  void Open(int line) {
    const bool in_function =
        !scopes_.empty() && scopes_.back().scope >= Scope::kFunction;
    const Scope scope = in_function ? Scope::kInFunction : ScopeOf(head_);
    scopes_.push_back({scope, head_.empty() ? line : head_.front().line});
    head_.clear();
  }

  const Tokens& tokens_;
  Tokens head_;
  std::vector<Level> scopes_;
};

// Calls check(path, tokens) for every C++ file.
template <typename Check>
void ForEachCppFile(const SourceTree& tree, Check&& check) {
  for (const auto& [path, file] : tree.files()) {
    if (IsCpp(path)) check(path, Tokenize(file.text));
  }
}

}  // namespace

std::vector<Finding> CheckBitOperators(const SourceTree& tree) {
  static constexpr std::string_view kFreeFolders[] = {"bitshift", "machine",
                                                      "tests", "benchmarks"};
  std::vector<Finding> findings;
  ForEachCppFile(tree, [&](const std::string& path, const Tokens& tokens) {
    if (IsOneOf(TopFolderOf(path), kFreeFolders)) return;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::string text(tokens[i].text);
      if (IsBitLiteral(tokens[i])) {
        findings.push_back({path, tokens[i].line,
                            "literal " + text + " in hexadecimal or binary"});
      } else if (IsBitOperator(tokens, i)) {
        findings.push_back(
            {path, tokens[i].line,
             "raw bit operator " + text + "; bitshift/bits.h names it"});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckPlatformCode(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachCppFile(tree, [&](const std::string& path, const Tokens& tokens) {
    if (path.starts_with("machine/") || path.starts_with("tests/machine/")) {
      return;
    }
    const bool is_benchmark = path.starts_with("benchmarks/");
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      if (is_benchmark && token.Is("<sys/mman.h>")) continue;
      if (IsPlatformCode(tokens, i)) {
        findings.push_back(
            {path, token.line, std::string(token.text) + " outside machine/"});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckHostCalls(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachCppFile(tree, [&](const std::string& path, const Tokens& tokens) {
    for (const Token& token : tokens) {
      const bool is_call =
          token.Is("syscall") || (token.kind == Token::Kind::kInclude &&
                                  Contains(token.text, "syscall.h>"));
      if (is_call) {
        findings.push_back({path, token.line,
                            std::string(token.text) + ": a raw system call of "
                                                      "the host"});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckFunctionLengths(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachCppFile(tree, [&](const std::string& path, const Tokens& tokens) {
    FunctionScanner(tokens).Run([&](int line, int line_count) {
      if (line_count <= kFunctionLinesMax) return;
      findings.push_back({path, line,
                          "function of " + std::to_string(line_count) +
                              " lines, above " +
                              std::to_string(kFunctionLinesMax)});
    });
  });
  return findings;
}

}  // namespace kheap::tidy
