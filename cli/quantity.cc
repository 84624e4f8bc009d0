// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace kheap::cli {

namespace {

std::uint64_t UnitBytes(char letter) {
  switch (letter) {
    case 'K':
    case 'k':
      return 1024;
    case 'M':
    case 'm':
      return 1024 * 1024;
    case 'G':
    case 'g':
      return 1024 * 1024 * 1024;
    default:
      return 1;
  }
}

}  // namespace

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> ParseBytes(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::uint64_t unit_bytes = UnitBytes(text.back());
  if (unit_bytes > 1) text.remove_suffix(1);
  const std::optional<std::uint64_t> count = ParseNumber(text);
  std::uint64_t bytes = 0;
  if (!count.has_value() ||
      __builtin_mul_overflow(*count, unit_bytes, &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr char kAboveAll[] = "is above 18446744073709551615";

}  // namespace

std::string WhyNoNumber(std::string_view text) {
  return IsDigits(text) ? kAboveAll : "is not a number";
}

std::string WhyNoBytes(std::string_view text) {
  const bool has_unit = !text.empty() && UnitBytes(text.back()) > 1;
  if (IsDigits(has_unit ? text.substr(0, text.size() - 1) : text)) {
    return kAboveAll;
  }
  return "is not a number of bytes, alone or with K, M or G";
}

std::string Count(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  return count == 1 ? text : text + "s";
}

std::string GroupDigits(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

}  // namespace kheap::cli
