// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/cpp_rules.h"

#include <span>
#include <string>
#include <string_view>

#include "tests/tidy/cpp_tokens.h"

namespace kheap::tidy {

namespace {

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
  return IsOneOf(name, {"out", "err", "in", "os", "cout", "cerr", "clog", "cin",
                        "stream"}) ||
         name.ends_with("_stream");
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
  return token.kind != Token::Kind::kText &&
         IsOneOf(token.text,
                 {"|", "^", "<<=", ">>=", "&=", "|=", "^=", "bitand", "bitor",
                  "compl", "and_eq", "or_eq", "xor_eq", "xor"});
}

bool IsBitLiteral(const Token& token) {
  return token.kind == Token::Kind::kNumber && token.text.size() > 1 &&
         token.text[0] == '0' &&
         std::string_view("xXbB").find(token.text[1]) != std::string_view::npos;
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
  std::vector<Finding> findings;
  ForEachCppFile(tree, [&](const std::string& path, const Tokens& tokens) {
    if (IsOneOf(TopFolderOf(path),
                {"bitshift", "machine", "tests", "benchmarks"}))
      return;
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
