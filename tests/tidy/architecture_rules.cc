// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/architecture_rules.h"

#include <optional>
#include <string_view>

#include "tests/tidy/cpp_tokens.h"
#include "tests/tidy/markdown_rules.h"

namespace kheap::tidy {

namespace {

constexpr std::string_view kTableFile = "docs/architecture.md";

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The code spans of a part of a row, without a final slash.
std::vector<std::string> NamesIn(std::string_view text) {
  std::vector<std::string> names;
  for (std::string_view span : CodeSpansOf(text)) {
    if (span.ends_with('/')) span.remove_suffix(1);
    names.emplace_back(span);
  }
  return names;
}

FolderRow ReadRow(std::string_view cell, const FolderTable& above) {
  FolderRow row;
  row.anything = Contains(cell, "anything");
  if (Contains(cell, "everything above")) {
    for (const auto& [folder, unused] : above) row.may_include.insert(folder);
  }
  for (const std::string_view part : Split(cell, ';')) {
    const std::size_t adds = part.find(" add");
    const std::vector<std::string> names = NamesIn(part.substr(0, adds));
    if (adds == part.npos) {
      row.may_include.insert(names.begin(), names.end());
      continue;
    }
    const std::vector<std::string> added = NamesIn(part.substr(adds));
    for (const std::string& header : names) {
      row.adds[header].insert(added.begin(), added.end());
    }
  }
  return row;
}

// "bitshift:bits" of "bitshift/bits.h".
std::string HeaderName(std::string_view path) {
  std::string name(path.substr(0, path.rfind('.')));
  if (const std::size_t slash = name.find('/'); slash != name.npos) {
    name[slash] = ':';
  }
  return name;
}

bool MayInclude(const FolderRow& row, std::string_view path,
                std::string_view header) {
  const auto names_header = [&](const auto& names) {
    return names.contains(TopFolderOf(header)) ||
           names.contains(HeaderName(header));
  };
  if (row.anything || TopFolderOf(path) == TopFolderOf(header) ||
      names_header(row.may_include)) {
    return true;
  }
  const auto adds = row.adds.find(HeaderName(path));
  return adds != row.adds.end() && names_header(adds->second);
}

// The header of an #include "…" that lies in a folder of the table.
std::optional<std::string_view> ProjectHeader(const Token& token,
                                              const FolderTable& table) {
  if (token.kind != Token::Kind::kInclude || !token.text.starts_with('"')) {
    return std::nullopt;
  }
  const std::string_view header =
      token.text.substr(1, token.text.find('"', 1) - 1);
  if (!table.contains(TopFolderOf(header))) return std::nullopt;
  return header;
}

}  // namespace

FolderTable ReadFolderTable(const SourceTree& tree) {
  FolderTable table;
  const SourceFile* const file = tree.Find(kTableFile);
  if (file == nullptr) return table;
  for (const std::string_view line : Lines(file->text)) {
    const std::vector<std::string_view> cells = Split(line, '|');
    if (cells.size() != 5 || !Contains(cells[1], "/`")) continue;
    const FolderTable above = table;
    for (const std::string& folder : NamesIn(cells[1])) {
      FolderRow row = ReadRow(cells[3], above);
      row.to_come = Contains(cells[1], "`" + folder + "/` (to come)");
      table.emplace(folder, std::move(row));
    }
  }
  return table;
}

std::vector<Finding> CheckIncludes(const SourceTree& tree) {
  std::vector<Finding> findings;
  const FolderTable table = ReadFolderTable(tree);
  for (const auto& [path, file] : tree.files()) {
    const auto row = table.find(TopFolderOf(path));
    if (!IsCpp(path) || row == table.end()) continue;
    for (const Token& token : Tokenize(file.text)) {
      const auto header = ProjectHeader(token, table);
      if (header.has_value() && !MayInclude(row->second, path, *header)) {
        findings.push_back(
            {path, token.line,
             row->first + "/ may not include " + std::string(*header)});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckFolders(const SourceTree& tree) {
  std::vector<Finding> findings;
  const FolderTable table = ReadFolderTable(tree);
  for (const auto& [folder, row] : table) {
    if (tree.Exists(folder) == row.to_come) {
      findings.push_back(
          {std::string(kTableFile), 0,
           folder + "/ " +
               (row.to_come ? "exists, though marked" : "does not exist")});
    }
  }
  std::set<std::string_view> seen;
  for (const auto& [path, file] : tree.files()) {
    const std::string_view folder = TopFolderOf(path);
    if (folder.empty() || folder.starts_with('.') || table.contains(folder) ||
        !seen.insert(folder).second) {
      continue;
    }
    findings.push_back({std::string(kTableFile), 0,
                        "no row for " + std::string(folder) + "/"});
  }
  return findings;
}

}  // namespace kheap::tidy
