// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_QUANTITY_H_
#define KHEAP_CLI_QUANTITY_H_

// Numbers as people write and read them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kheap::cli {

// Why ParseNumber or ParseBytes has no answer, to follow the text that was
// given: "is not a number" or "is above 18446744073709551615".
std::string WhyNoNumber(std::string_view text);
std::string WhyNoBytes(std::string_view text);

// A number of decimal digits and nothing else, up to 2^64 - 1.
std::optional<std::uint64_t> ParseNumber(std::string_view text);

// A number of bytes: a number, or one followed by K, M or G (or k, m, g) for
// 1024, 1024^2 or 1024^3 bytes.
std::optional<std::uint64_t> ParseBytes(std::string_view text);

// "1 block", "2 blocks"
std::string Count(std::uint64_t count, std::string_view noun);

// "1,234,567"
std::string GroupDigits(std::uint64_t number);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_QUANTITY_H_
