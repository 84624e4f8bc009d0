// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/text_rules.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace kheap::tidy {

namespace {

constexpr std::string_view kLongFiles = "tests/tidy/long_files.txt";
constexpr std::string_view kBannedWords = "tests/tidy/banned_words.txt";
constexpr std::string_view kLicenceLines[] = {
    "// SPDX-License-Identifier: Apache-2.0",
    "/* SPDX-License-Identifier: Apache-2.0 */"};

constexpr std::size_t kCppColumnsMax = 80;
constexpr std::size_t kOtherColumnsMax = 120;
constexpr std::size_t kHeaderLinesMax = 200;
constexpr std::size_t kSourceLinesMax = 400;
constexpr std::size_t kAnyLinesMax = 500;

// Written by hand, as opposed to data, pictures and the licence.
bool IsProse(std::string_view path) {
  static constexpr std::string_view kExtensions[] = {"h",   "cc", "md", "bzl",
                                                     "txt", "c",  "sh", ""};
  return NameOf(path) != "LICENSE" &&
         std::find(std::begin(kExtensions), std::end(kExtensions),
                   ExtensionOf(path)) != std::end(kExtensions);
}

// Calls check(path, line number, line) for every line that somebody wrote.
template <typename Check>
void ForEachLine(const SourceTree& tree, Check&& check) {
  for (const auto& [path, file] : tree.files()) {
    if (!IsProse(path)) continue;
    int line_number = 0;
    for (const std::string_view line : Lines(file.text)) {
      check(path, ++line_number, line);
    }
  }
}

// The code point that begins at `at`, which moves behind it. Bytes that are not
// UTF-8 stand for themselves.
char32_t NextCodePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char first = byte(at++);
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0;
  char32_t code = more == 0 ? first : first & (0x3F >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    code = (code << 6) | (byte(at++) & 0x3F);
  }
  return code;
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) NextCodePoint(text, at);
  return count;
}

// Pictographs; arrows, dashes and mathematical signs are not.
bool IsEmoji(char32_t code) {
  return (code >= 0x1F000 && code <= 0x1FAFF) ||
         (code >= 0x2600 && code <= 0x27BF) || code == 0x2B50 ||
         code == 0x2B55 || code == 0xFE0F;
}

bool HasEmoji(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (IsEmoji(NextCodePoint(text, at))) return true;
  }
  return false;
}

// ---- banned words -----------------------------------------------------------

bool IsWordPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lowered;
}

struct BannedWord {
  std::string text;
  bool any_case;
  bool any_end;  // written with a final '*'

  static BannedWord Parse(std::string_view entry) {
    const bool any_end = entry.ends_with('*');
    if (any_end) entry.remove_suffix(1);
    const bool any_case = std::any_of(entry.begin(), entry.end(), [](char c) {
      return std::islower(static_cast<unsigned char>(c)) != 0;
    });
    return {any_case ? Lowered(entry) : std::string(entry), any_case, any_end};
  }

  // `lowered` is `line` in lower case.
  bool IsIn(std::string_view line, std::string_view lowered) const {
    const std::string_view where = any_case ? lowered : line;
    for (std::size_t at = where.find(text); at != where.npos;
         at = where.find(text, at + 1)) {
      const std::size_t end = at + text.size();
      const bool begins =
          at == 0 || !IsWordPart(text.front()) || !IsWordPart(where[at - 1]);
      const bool ends = any_end || end == where.size() ||
                        !IsWordPart(text.back()) || !IsWordPart(where[end]);
      if (begins && ends) return true;
    }
    return false;
  }
};

struct WordList {
  std::vector<BannedWord> banned;
  std::vector<std::string> allowed;
};

WordList ReadWordList(const SourceTree& tree) {
  WordList words;
  const SourceFile* const file = tree.Find(kBannedWords);
  if (file == nullptr) return words;
  for (const std::string_view line : Lines(file->text)) {
    if (line.starts_with('!')) {
      words.allowed.emplace_back(line.substr(1));
    } else if (!line.empty() && !line.starts_with('#')) {
      words.banned.push_back(BannedWord::Parse(line));
    }
  }
  return words;
}

// The banned words of a line, and "an emoji".
std::vector<std::string> ObjectionsTo(std::string_view line,
                                      const WordList& words) {
  std::string text(line);
  for (const std::string& phrase : words.allowed) {
    const std::size_t at = text.find(phrase);
    if (at != text.npos) text.erase(at, phrase.size());
  }
  std::vector<std::string> objections;
  const std::string lowered = Lowered(text);
  for (const BannedWord& word : words.banned) {
    if (word.IsIn(text, lowered)) objections.push_back("banned: " + word.text);
  }
  if (HasEmoji(line)) objections.emplace_back("an emoji");
  return objections;
}

// ---- long files -------------------------------------------------------------

// The paths in long_files.txt, each with its reason.
std::map<std::string_view, std::string_view> ReadLongFiles(
    const SourceTree& tree) {
  std::map<std::string_view, std::string_view> reasons;
  const SourceFile* const file = tree.Find(kLongFiles);
  if (file == nullptr) return reasons;
  for (const std::string_view line : Lines(file->text)) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = line.find(' ');
    reasons.emplace(line.substr(0, space),
                    space == line.npos ? "" : line.substr(space + 1));
  }
  return reasons;
}

// Included by a .cc file, once or more, as if it were written there.
bool IsInlineSource(std::string_view path) { return path.ends_with("-inl.h"); }

std::size_t LinesMaxOf(std::string_view path) {
  if (ExtensionOf(path) == "h" && !IsInlineSource(path)) {
    return kHeaderLinesMax;
  }
  return IsCpp(path) ? kSourceLinesMax : kAnyLinesMax;
}

bool IsCode(std::string_view path) {
  return IsProse(path) && ExtensionOf(path) != "txt";
}

// ---- head lines -------------------------------------------------------------

std::string GuardOf(std::string_view path) {
  std::string guard = "KHEAP_";
  for (const char c : path) {
    guard +=
        IsWordPart(c)
            ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
            : '_';
  }
  return guard + "_";
}

bool HasGuard(const std::vector<std::string_view>& lines,
              const std::string& guard) {
  const auto open = std::find(lines.begin(), lines.end(), "#ifndef " + guard);
  return open != lines.end() && open + 1 != lines.end() &&
         open[1] == "#define " + guard &&
         (lines.back() == "#endif  // " + guard ||
          lines.back() == "#endif /* " + guard + " */");
}

}  // namespace

std::vector<Finding> CheckColumns(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachLine(tree, [&](const std::string& path, int number,
                        std::string_view line) {
    const std::size_t limit = IsCpp(path) ? kCppColumnsMax : kOtherColumnsMax;
    const bool may_be_long =
        ExtensionOf(path) == "md" &&
        (line.starts_with('|') || line.find("](") != line.npos);
    const std::size_t columns = CountCodePoints(line);
    if (columns > limit && !may_be_long) {
      findings.push_back({path, number,
                          std::to_string(columns) + " columns, above " +
                              std::to_string(limit)});
    }
  });
  return findings;
}

std::vector<Finding> CheckFileLengths(const SourceTree& tree) {
  std::vector<Finding> findings;
  auto reasons = ReadLongFiles(tree);
  for (const auto& [path, file] : tree.files()) {
    if (!IsCode(path)) continue;
    const std::size_t count = Lines(file.text).size();
    if (count <= LinesMaxOf(path)) continue;
    const auto reason = reasons.find(path);
    const bool excused = count <= kAnyLinesMax && reason != reasons.end() &&
                         !reason->second.empty();
    if (reason != reasons.end()) reasons.erase(reason);
    if (!excused) {
      findings.push_back(
          {path, 0,
           std::to_string(count) + " lines: is there a second noun in it?"});
    }
  }
  for (const auto& [path, reason] : reasons) {
    findings.push_back(
        {std::string(kLongFiles), 0, std::string(path) + " needs no reason"});
  }
  return findings;
}

std::vector<Finding> CheckWords(const SourceTree& tree) {
  std::vector<Finding> findings;
  const WordList words = ReadWordList(tree);
  ForEachLine(tree,
              [&](const std::string& path, int number, std::string_view line) {
                if (path == kBannedWords) return;
                for (std::string& objection : ObjectionsTo(line, words)) {
                  findings.push_back({path, number, std::move(objection)});
                }
              });
  return findings;
}

std::vector<Finding> CheckMachinePaths(const SourceTree& tree,
                                       const std::vector<std::string>& places) {
  std::vector<Finding> findings;
  ForEachLine(tree, [&](const std::string& path, int number,
                        std::string_view line) {
    for (const std::string& place : places) {
      if (line.find(place) != line.npos) {
        findings.push_back({path, number, "a path of this machine: " + place});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckHeadLines(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const auto& [path, file] : tree.files()) {
    if (!IsCpp(path)) continue;
    const std::vector<std::string_view> lines = Lines(file.text);
    if (lines.empty() || std::count(std::begin(kLicenceLines),
                                    std::end(kLicenceLines), lines[0]) == 0) {
      findings.push_back({path, 1, "the first line is not the licence's"});
    }
    if (ExtensionOf(path) == "h" && !IsInlineSource(path) &&
        !HasGuard(lines, GuardOf(path))) {
      findings.push_back({path, 0, "no include guard " + GuardOf(path)});
    }
  }
  return findings;
}

std::vector<Finding> CheckBuildComments(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const auto& [path, file] : tree.files()) {
    if (NameOf(path) == "BUILD" && !file.text.starts_with("# ")) {
      findings.push_back({path, 1, "no comment that says what the folder is"});
    }
  }
  return findings;
}

}  // namespace kheap::tidy
