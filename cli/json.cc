// SPDX-License-Identifier: Apache-2.0
#include "cli/json.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kheap::cli {

namespace {

constexpr unsigned kAsciiEnd = 128;

unsigned ByteAt(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

// How long the UTF-8 sequence at the text's begin is, or 0 if there is none:
// table 3-7 of the Unicode Standard.
std::size_t SequenceBytes(std::string_view text) {
  const unsigned lead = ByteAt(text, 0);
  if (lead < kAsciiEnd) return 1;
  if (lead < 194 || lead > 244) return 0;
  const std::size_t size = lead < 224 ? 2 : lead < 240 ? 3 : 4;
  if (text.size() < size) return 0;
  // The second byte's range keeps out long forms, surrogates and what is above
  // the last code point.
  const unsigned low = lead == 224 ? 160 : lead == 240 ? 144 : 128;
  const unsigned high = lead == 237 ? 159 : lead == 244 ? 143 : 191;
  if (ByteAt(text, 1) < low || ByteAt(text, 1) > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (ByteAt(text, i) < 128 || ByteAt(text, i) > 191) return 0;
  }
  return size;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = SequenceBytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace

std::string JsonString(std::string_view text) {
  const bool is_utf8 = IsUtf8(text);
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      absl::StrAppend(&json, "\\", std::string(1, c));
    } else if (byte < ' ' || byte == 127) {
      absl::StrAppendFormat(&json, "\\u%04x", byte);
    } else if (byte >= kAsciiEnd && !is_utf8) {
      json += "\\ufffd";
    } else {
      json += c;
    }
  }
  return json + "\"";
}

JsonObject& JsonObject::AddRaw(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ",";
  members_ += JsonString(name);
  members_ += ":";
  members_ += json;
  return *this;
}

JsonObject& JsonObject::Add(std::string_view name, std::string_view text) {
  return AddRaw(name, JsonString(text));
}
JsonObject& JsonObject::Add(std::string_view name, const char* text) {
  return Add(name, std::string_view(text));
}
JsonObject& JsonObject::Add(std::string_view name, bool value) {
  return AddRaw(name, value ? "true" : "false");
}
JsonObject& JsonObject::Add(std::string_view name, std::uint64_t number) {
  return AddRaw(name, std::to_string(number));
}
JsonObject& JsonObject::Add(std::string_view name, double number) {
  return AddRaw(name, absl::StrFormat("%.4f", number));
}
JsonObject& JsonObject::Add(std::string_view name, const JsonObject& object) {
  return AddRaw(name, object.ToString());
}
JsonObject& JsonObject::Add(std::string_view name,
                            const std::vector<JsonObject>& objects) {
  std::string json;
  for (const JsonObject& object : objects) {
    absl::StrAppend(&json, json.empty() ? "" : ",", object.ToString());
  }
  return AddRaw(name, "[" + json + "]");
}

std::string JsonObject::ToString() const { return "{" + members_ + "}"; }

}  // namespace kheap::cli
