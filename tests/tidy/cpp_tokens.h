// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_CPP_TOKENS_H_
#define KHEAP_TESTS_TIDY_CPP_TOKENS_H_

// Cuts C++ source into tokens, as far as the rules of this folder need it:
// comments are dropped, a string's content is not looked at.

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace kheap::tidy {

struct Token {
  enum class Kind {
    kName,  // identifiers and keywords
    kNumber,
    kText,       // string and character literals
    kOperator,   // longest first: `<<=` is one
    kInclude,    // the path of an #include, with its quotes or brackets
    kDirective,  // another preprocessor line from the name on: "ifdef FOO"; of
                 // a #define the name only, its body follows as tokens
  };

  Kind kind;
  std::string_view text;
  int line;           // from 1
  bool space_before;  // white space, a comment or the start of the file
  bool in_macro;      // in the body of a #define

  bool Is(std::string_view wanted) const {
    return text == wanted && kind != Kind::kText;
  }
};

using Tokens = std::vector<Token>;

// The tokens refer to `source`.
Tokens Tokenize(std::string_view source);

// Token i, or where there is none one that ends a statement.
const Token& At(const Tokens& tokens, std::size_t i);

bool IsOneOf(std::string_view text,
             std::initializer_list<std::string_view> candidates);
bool IsAnyOf(const Token& token,
             std::initializer_list<std::string_view> candidates);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_CPP_TOKENS_H_
