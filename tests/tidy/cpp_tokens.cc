// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/cpp_tokens.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace kheap::tidy {

namespace {

// Longest first within each length.
constexpr std::string_view kOperators[] = {
    "<<=", ">>=", "<=>", "...", "->*", "<<", ">>", "<=", ">=",
    "==",  "!=",  "&&",  "||",  "&=",  "|=", "^=", "+=", "-=",
    "*=",  "/=",  "%=",  "++",  "--",  "->", "::", "##", ".*",
};

bool IsNameStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool IsNamePart(char c) {
  return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : source_(source) {}

  Tokens Run() {
    while (SkipSpace()) {
      if (Peek() == '#' && at_line_start_) {
        ReadDirective();
      } else {
        ReadToken();
      }
      at_line_start_ = false;
    }
    return std::move(tokens_);
  }

 private:
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  std::string_view Rest() const { return source_.substr(at_); }

  void Advance(std::size_t count) {
    const std::string_view passed = source_.substr(at_, count);
    line_ += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
    at_ += passed.size();
  }

  // The characters up to `end`, or to the end of the source.
  std::size_t LengthUpTo(std::string_view end) const {
    const std::size_t found = source_.find(end, at_);
    return (found == source_.npos ? source_.size() : found) - at_;
  }

  // Skips white space, comments and line splices. False at the end.
  bool SkipSpace() {
    space_before_ = at_ == 0;
    while (at_ < source_.size()) {
      if (Peek() == '\n') {
        at_line_start_ = true;
        in_macro_ = false;
        Advance(1);
      } else if (Rest().starts_with("\\\n")) {
        Advance(2);
      } else if (std::isspace(static_cast<unsigned char>(Peek())) != 0) {
        Advance(1);
      } else if (Rest().starts_with("//")) {
        Advance(LengthUpTo("\n"));
      } else if (Rest().starts_with("/*")) {
        Advance(LengthUpTo("*/") + 2);
      } else {
        return true;
      }
      space_before_ = true;
    }
    return false;
  }

  void Add(Token::Kind kind, std::size_t length) {
    tokens_.push_back(
        {kind, source_.substr(at_, length), line_, space_before_, in_macro_});
    Advance(length);
  }

  void ReadDirective() {
    Advance(1);
    SkipSpace();
    if (Rest().starts_with("include")) {
      Advance(7);
      SkipSpace();
      Add(Token::Kind::kInclude, LengthUpTo("\n"));
    } else if (Rest().starts_with("define")) {
      Add(Token::Kind::kDirective, 6);
      in_macro_ = true;
    } else {
      Add(Token::Kind::kDirective, LengthUpTo("\n"));
    }
  }

  void ReadToken() {
    const char c = Peek();
    if (IsNameStart(c)) {
      ReadNameOrPrefixedText();
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0 ||
               (c == '.' &&
                std::isdigit(static_cast<unsigned char>(Peek(1))) != 0)) {
      Add(Token::Kind::kNumber, NumberLength());
    } else if (c == '"' || c == '\'') {
      Add(Token::Kind::kText, QuotedLength(0));
    } else {
      ReadOperator();
    }
  }

  void ReadNameOrPrefixedText() {
    std::size_t length = 1;
    while (IsNamePart(Peek(length))) ++length;
    const std::string_view name = source_.substr(at_, length);
    if (Peek(length) == '"' && name.ends_with('R')) {
      Add(Token::Kind::kText, RawTextLength(length));
    } else if ((Peek(length) == '"' || Peek(length) == '\'') &&
               (name == "u8" || name == "u" || name == "U" || name == "L")) {
      Add(Token::Kind::kText, QuotedLength(length));
    } else {
      Add(Token::Kind::kName, length);
    }
  }

  // With digit separators, suffixes and the sign of an exponent.
  std::size_t NumberLength() const {
    std::size_t length = 1;
    while (true) {
      const char c = Peek(length);
      const char before = Peek(length - 1);
      const bool sign =
          (c == '+' || c == '-') &&
          (before == 'e' || before == 'E' || before == 'p' || before == 'P') &&
          !Rest().starts_with("0x");
      if (!IsNamePart(c) && c != '.' && !sign &&
          !(c == '\'' && IsNamePart(Peek(length + 1)))) {
        return length;
      }
      ++length;
    }
  }

  // Of the literal whose quote stands `prefix` characters ahead.
  std::size_t QuotedLength(std::size_t prefix) const {
    const char quote = Peek(prefix);
    std::size_t length = prefix + 1;
    while (at_ + length < source_.size() && Peek(length) != quote) {
      length += Peek(length) == '\\' ? 2 : 1;
    }
    return length + 1;
  }

  std::size_t RawTextLength(std::size_t prefix) const {
    const std::size_t open = source_.find('(', at_ + prefix);
    if (open == source_.npos) return Rest().size();
    const std::size_t mark = at_ + prefix + 1;
    const std::string end =
        ")" + std::string(source_.substr(mark, open - mark)) + "\"";
    const std::size_t close = source_.find(end, open);
    if (close == source_.npos) return Rest().size();
    return close + end.size() - at_;
  }

  void ReadOperator() {
    for (const std::string_view op : kOperators) {
      if (Rest().starts_with(op)) return Add(Token::Kind::kOperator, op.size());
    }
    Add(Token::Kind::kOperator, 1);
  }

  const std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool at_line_start_ = true;
  bool space_before_ = true;
  bool in_macro_ = false;
  Tokens tokens_;
};

}  // namespace

Tokens Tokenize(std::string_view source) { return Tokenizer(source).Run(); }

const Token& At(const Tokens& tokens, std::size_t i) {
  static constexpr Token kNoToken = {Token::Kind::kOperator, ";", 0, true,
                                     false};
  return i < tokens.size() ? tokens[i] : kNoToken;
}

bool IsOneOf(std::string_view text,
             std::initializer_list<std::string_view> candidates) {
  return std::find(candidates.begin(), candidates.end(), text) !=
         candidates.end();
}
bool IsAnyOf(const Token& token,
             std::initializer_list<std::string_view> candidates) {
  return token.kind != Token::Kind::kText && IsOneOf(token.text, candidates);
}

}  // namespace kheap::tidy
