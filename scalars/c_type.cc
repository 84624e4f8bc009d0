// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kheap {

namespace {

using Kind = CType::Kind;

struct BaseType {
  std::string_view words;  // in alphabetical order
  Kind kind;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
};

// Every way C spells a type without a declarator.
constexpr BaseType kBaseTypes[] = {
    {"_Bool", Kind::kBool, 1, 1},
    {"bool", Kind::kBool, 1, 1},
    {"char", Kind::kSigned, 1, 1},
    {"char signed", Kind::kSigned, 1, 1},
    {"char unsigned", Kind::kUnsigned, 1, 1},
    {"short", Kind::kSigned, 2, 2},
    {"int short", Kind::kSigned, 2, 2},
    {"short signed", Kind::kSigned, 2, 2},
    {"int short signed", Kind::kSigned, 2, 2},
    {"short unsigned", Kind::kUnsigned, 2, 2},
    {"int short unsigned", Kind::kUnsigned, 2, 2},
    {"int", Kind::kSigned, 4, 4},
    {"signed", Kind::kSigned, 4, 4},
    {"int signed", Kind::kSigned, 4, 4},
    {"unsigned", Kind::kUnsigned, 4, 4},
    {"int unsigned", Kind::kUnsigned, 4, 4},
    {"long", Kind::kSigned, 8, 8},
    {"int long", Kind::kSigned, 8, 8},
    {"long signed", Kind::kSigned, 8, 8},
    {"int long signed", Kind::kSigned, 8, 8},
    {"long unsigned", Kind::kUnsigned, 8, 8},
    {"int long unsigned", Kind::kUnsigned, 8, 8},
    {"long long", Kind::kSigned, 8, 8},
    {"int long long", Kind::kSigned, 8, 8},
    {"long long signed", Kind::kSigned, 8, 8},
    {"int long long signed", Kind::kSigned, 8, 8},
    {"long long unsigned", Kind::kUnsigned, 8, 8},
    {"int long long unsigned", Kind::kUnsigned, 8, 8},
    {"__int128", Kind::kSigned, 16, 16},
    {"__int128 signed", Kind::kSigned, 16, 16},
    {"__int128 unsigned", Kind::kUnsigned, 16, 16},
    {"float", Kind::kFloating, 4, 4},
    {"double", Kind::kFloating, 8, 8},
    {"double long", Kind::kFloating, 16, 16},
    {"_Complex float", Kind::kFloating, 8, 4},
    {"_Complex double", Kind::kFloating, 16, 8},
    {"_Complex double long", Kind::kFloating, 32, 16},
    // <stdint.h>, <stddef.h>, <uchar.h>, <wchar.h>, <sys/types.h>
    {"int8_t", Kind::kSigned, 1, 1},
    {"uint8_t", Kind::kUnsigned, 1, 1},
    {"int16_t", Kind::kSigned, 2, 2},
    {"uint16_t", Kind::kUnsigned, 2, 2},
    {"int32_t", Kind::kSigned, 4, 4},
    {"uint32_t", Kind::kUnsigned, 4, 4},
    {"int64_t", Kind::kSigned, 8, 8},
    {"uint64_t", Kind::kUnsigned, 8, 8},
    {"intptr_t", Kind::kSigned, 8, 8},
    {"uintptr_t", Kind::kUnsigned, 8, 8},
    {"intmax_t", Kind::kSigned, 8, 8},
    {"uintmax_t", Kind::kUnsigned, 8, 8},
    {"size_t", Kind::kUnsigned, 8, 8},
    {"ssize_t", Kind::kSigned, 8, 8},
    {"ptrdiff_t", Kind::kSigned, 8, 8},
    {"off_t", Kind::kSigned, 8, 8},
    {"time_t", Kind::kSigned, 8, 8},
    {"char8_t", Kind::kUnsigned, 1, 1},
    {"char16_t", Kind::kUnsigned, 2, 2},
    {"char32_t", Kind::kUnsigned, 4, 4},
    {"wchar_t", Kind::kSigned, 4, 4},
    {"wint_t", Kind::kUnsigned, 4, 4},
};

constexpr std::uint64_t kPointerBytes = 8;

constexpr std::array<std::string_view, 4> kQualifiers = {"const", "volatile",
                                                         "restrict", "_Atomic"};

bool IsQualifier(const std::string& token) {
  return std::find(kQualifiers.begin(), kQualifiers.end(), token) !=
         kQualifiers.end();
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}
bool IsWord(const std::string& token) { return IsWordCharacter(token[0]); }
bool IsNumber(const std::string& token) {
  return std::isdigit(static_cast<unsigned char>(token[0]));
}

// Words, numbers and single characters.
std::vector<std::string> Split(std::string_view name) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < name.size();) {
    if (std::isspace(static_cast<unsigned char>(name[i]))) {
      ++i;
      continue;
    }
    std::size_t size = 1;
    while (IsWordCharacter(name[i]) && i + size < name.size() &&
           IsWordCharacter(name[i + size])) {
      ++size;
    }
    tokens.emplace_back(name.substr(i, size));
    i += size;
  }
  return tokens;
}

std::optional<BaseType> FindBase(std::vector<std::string> words) {
  if (words.size() == 2 && words[0] == "enum") {
    return BaseType{"enum", Kind::kUnsigned, 4, 4};
  }
  std::sort(words.begin(), words.end());
  const std::string joined = absl::StrJoin(words, " ");
  for (const BaseType& base : kBaseTypes) {
    if (base.words == joined) return base;
  }
  return std::nullopt;
}

bool IsVoid(const std::vector<std::string>& words) {
  return words.size() == 1 && words[0] == "void";
}

// Types without a size.
bool IsIncomplete(const std::vector<std::string>& words) {
  return IsVoid(words) ||
         (words.size() == 2 && (words[0] == "struct" || words[0] == "union"));
}

// A step from a type to one that is made of it: a pointer to it, an array of
// it, or a function that returns it.
struct Step {
  enum class Kind { kPointer, kArray, kFunction };
  Kind kind;
  std::uint64_t count = 0;  // of an array; 0 where its brackets are empty
};

// "int *[4]" is int, then a pointer to it, then an array of 4 of these.
struct TypeName {
  std::vector<std::string> words;
  std::vector<Step> steps;
};

// Whether C has the type, with or without a size.
bool Exists(const TypeName& name) {
  if (!FindBase(name.words).has_value() && !IsIncomplete(name.words)) {
    return false;
  }
  const Step* before = nullptr;
  for (const Step& step : name.steps) {
    // Neither an array's element nor what a function returns may be these.
    const bool of_function =
        before != nullptr && before->kind == Step::Kind::kFunction;
    const bool of_array =
        before != nullptr && before->kind == Step::Kind::kArray;
    switch (step.kind) {
      case Step::Kind::kPointer:
        break;
      case Step::Kind::kArray:
        if (of_function || (of_array && before->count == 0)) return false;
        if (before == nullptr && IsVoid(name.words)) return false;
        break;
      case Step::Kind::kFunction:
        if (of_function || of_array) return false;
        break;
    }
    before = &step;
  }
  return true;
}

// Reads a type name by the grammar of C23, without the names of parameters.
class NameReader {
 public:
  explicit NameReader(std::string_view text) : tokens_(Split(text)) {}

  // Nothing unless the whole text is the name of a type.
  std::optional<TypeName> Read() {
    std::optional<TypeName> name = ReadName();
    return at_ == tokens_.size() ? name : std::nullopt;
  }

 private:
  // C23 wants a compiler to take so many parentheses in one another. Without a
  // limit a name could ask for more than the host's stack holds.
  static constexpr int kNestingMax = 63;

  bool Sees(std::string_view token, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead] == token;
  }
  bool Takes(std::string_view token) {
    if (!Sees(token)) return false;
    ++at_;
    return true;
  }
  void SkipQualifiers() {
    while (at_ < tokens_.size() && IsQualifier(tokens_[at_])) ++at_;
  }

  std::optional<TypeName> ReadName() {
    TypeName name;
    for (; at_ < tokens_.size() && IsWord(tokens_[at_]) &&
           !IsNumber(tokens_[at_]);
         ++at_) {
      if (!IsQualifier(tokens_[at_])) name.words.push_back(tokens_[at_]);
    }
    if (!ReadDeclarator(name.steps) || !Exists(name)) return std::nullopt;
    return name;
  }

  // What is nearest to the base comes first: the pointers, what stands behind
  // the parentheses from the last to the first, what stands within them.
  bool ReadDeclarator(std::vector<Step>& steps) {
    while (Takes("*")) {
      steps.push_back({Step::Kind::kPointer});
      SkipQualifiers();
    }
    std::vector<Step> inner;
    // Other parentheses hold parameters.
    const bool has_inner =
        Sees("(") && (Sees("*", 1) || Sees("(", 1) || Sees("[", 1));
    if (has_inner && !(Nest() && ReadDeclarator(inner) && Unnest())) {
      return false;
    }
    std::vector<Step> suffixes;
    while (Sees("[") || Sees("(")) {
      if (!(Sees("[") ? ReadArray(suffixes) : ReadFunction(suffixes))) {
        return false;
      }
    }
    steps.insert(steps.end(), suffixes.rbegin(), suffixes.rend());
    steps.insert(steps.end(), inner.begin(), inner.end());
    return true;
  }

  bool Nest() { return Takes("(") && ++nesting_ <= kNestingMax; }
  bool Unnest() {
    --nesting_;
    return Takes(")");
  }

  bool ReadArray(std::vector<Step>& steps) {
    std::uint64_t count = 0;
    if (!Takes("[")) return false;
    if (!Sees("]")) {
      if (at_ == tokens_.size() || !IsNumber(tokens_[at_]) ||
          !absl::SimpleAtoi(tokens_[at_], &count) || count == 0) {
        return false;
      }
      ++at_;
    }
    steps.push_back({Step::Kind::kArray, count});
    return Takes("]");
  }

  // "(void)", "()" or "(int, char *, ...)"
  bool ReadFunction(std::vector<Step>& steps) {
    steps.push_back({Step::Kind::kFunction});
    if (!Nest()) return false;
    if (Sees(")")) return Unnest();
    for (bool is_first = true;; is_first = false) {
      if (Takes(".")) return Takes(".") && Takes(".") && Unnest();
      const std::optional<TypeName> parameter = ReadName();
      if (!parameter.has_value()) return false;
      if (parameter->steps.empty() && IsVoid(parameter->words)) {
        return is_first && Unnest();
      }
      if (!Takes(",")) return Unnest();
    }
  }

  const std::vector<std::string> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

absl::Status NoTypeWithSize(const std::string& name) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is not the name of a type with a size"));
}

}  // namespace

absl::StatusOr<CType> CType::Parse(std::string_view name) {
  const std::optional<TypeName> parsed = NameReader(name).Read();
  const std::string text(name);
  if (!parsed.has_value()) return NoTypeWithSize(text);
  // Nothing while the type has no size.
  std::optional<CType> type;
  if (const auto base = FindBase(parsed->words)) {
    type = CType(text, base->kind, base->size_bytes, base->alignment);
  }
  for (const Step& step : parsed->steps) {
    if (step.kind == Step::Kind::kPointer) {
      type = CType(text, Kind::kPointer, kPointerBytes, kPointerBytes);
    } else if (step.kind == Step::Kind::kFunction || step.count == 0) {
      type = std::nullopt;
    } else if (type.has_value()) {
      absl::StatusOr<CType> array = Array(*type, step.count);
      if (!array.ok()) return array.status();
      type = *std::move(array);
      type->name_ = text;
    }
  }
  if (!type.has_value()) return NoTypeWithSize(text);
  return *std::move(type);
}

absl::StatusOr<CType> CType::Array(const CType& element, std::uint64_t count) {
  if (element.size_bytes() == 0 ||
      count > kSizeBytesMax / element.size_bytes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("an array of ", count, " times ", element.name(),
                     " is larger than ", kSizeBytesMax, " bytes"));
  }
  CType type(absl::StrCat(element.name(), "[", count, "]"), Kind::kArray,
             count * element.size_bytes(), element.alignment());
  type.element_ = std::make_shared<CType>(element);
  return type;
}

absl::StatusOr<std::uint64_t> SizeOf(std::string_view name) {
  const absl::StatusOr<CType> type = CType::Parse(name);
  if (!type.ok()) return type.status();
  return type->size_bytes();
}

absl::StatusOr<std::uint64_t> AlignOf(std::string_view name) {
  const absl::StatusOr<CType> type = CType::Parse(name);
  if (!type.ok()) return type.status();
  return type->alignment();
}

}  // namespace kheap
