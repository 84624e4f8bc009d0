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
