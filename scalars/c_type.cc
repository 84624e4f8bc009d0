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

// Types that only pointers can lead to.
bool IsIncomplete(const std::vector<std::string>& words) {
  return (words.size() == 1 && words[0] == "void") ||
         (words.size() == 2 && (words[0] == "struct" || words[0] == "union"));
}

// The sizes in "[4][2]", if that is what the tokens from `i` on are.
std::optional<std::vector<std::uint64_t>> ReadDimensions(
    const std::vector<std::string>& tokens, std::size_t i) {
  std::vector<std::uint64_t> dimensions;
  for (; i < tokens.size(); i += 3) {
    std::uint64_t count = 0;
    if (tokens.size() - i < 3 || tokens[i] != "[" || tokens[i + 2] != "]" ||
        !IsNumber(tokens[i + 1]) || !absl::SimpleAtoi(tokens[i + 1], &count) ||
        count == 0) {
      return std::nullopt;
    }
    dimensions.push_back(count);
  }
  return dimensions;
}

}  // namespace

absl::StatusOr<CType> CType::Parse(std::string_view name) {
  const std::string text(name);
  const std::vector<std::string> tokens = Split(name);
  std::size_t i = 0;
  std::vector<std::string> words;
  for (; i < tokens.size() && IsWord(tokens[i]) && !IsNumber(tokens[i]); ++i) {
    if (!IsQualifier(tokens[i])) words.push_back(tokens[i]);
  }
  bool is_pointer = false;
  for (; i < tokens.size() &&
         (tokens[i] == "*" || (is_pointer && IsQualifier(tokens[i])));
       ++i) {
    is_pointer = true;
  }
  const auto base = FindBase(words);
  const auto dimensions = ReadDimensions(tokens, i);
  if (!dimensions.has_value() ||
      !(base.has_value() || (is_pointer && IsIncomplete(words)))) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not the name of a type with a size"));
  }
  CType type = is_pointer
                   ? CType(text, Kind::kPointer, kPointerBytes, kPointerBytes)
                   : CType(text, base->kind, base->size_bytes, base->alignment);
  for (auto count = dimensions->rbegin(); count != dimensions->rend();
       ++count) {
    absl::StatusOr<CType> array = Array(type, *count);
    if (!array.ok()) return array.status();
    type = *std::move(array);
    type.name_ = text;
  }
  return type;
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
