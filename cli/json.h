// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_JSON_H_
#define KHEAP_CLI_JSON_H_

// Writes JSON objects (RFC 8259), members in the order in which they are added.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kheap::cli {

// The text in quotes. In text that is not UTF-8, each byte above 127 becomes
// the replacement character.
std::string JsonString(std::string_view text);

class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view text);
  JsonObject& Add(std::string_view name, const char* text);
  JsonObject& Add(std::string_view name, bool value);
  JsonObject& Add(std::string_view name, std::uint64_t number);
  // Finite; four decimals.
  JsonObject& Add(std::string_view name, double number);
  JsonObject& Add(std::string_view name, const JsonObject& object);
  JsonObject& Add(std::string_view name,
                  const std::vector<JsonObject>& objects);

  std::string ToString() const;

 private:
  JsonObject& AddRaw(std::string_view name, std::string_view json);

  std::string members_;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_JSON_H_
