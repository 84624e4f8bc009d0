// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/markdown_rules.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

namespace kheap::tidy {

namespace {

struct MarkdownLine {
  int number;
  std::string_view text;
  bool in_fence;           // or the fence itself
  std::string_view fence;  // the kind of block: "sh", "text" …
};

std::vector<MarkdownLine> MarkdownLines(std::string_view markdown) {
  std::vector<MarkdownLine> lines;
  bool in_fence = false;
  std::string_view fence;
  for (const std::string_view line : Lines(markdown)) {
    const int number = static_cast<int>(lines.size()) + 1;
    const bool is_mark = line.starts_with("```");
    if (is_mark && !in_fence) fence = line.substr(3);
    lines.push_back({number, line, in_fence || is_mark, fence});
    if (is_mark) in_fence = !in_fence;
  }
  return lines;
}

// Calls check(path, lines) for every document.
template <typename Check>
void ForEachDocument(const SourceTree& tree, Check&& check) {
  for (const auto& [path, file] : tree.files()) {
    if (ExtensionOf(path) == "md") check(path, MarkdownLines(file.text));
  }
}

std::string WithoutCodeSpans(std::string_view line) {
  std::string text;
  bool in_code = false;
  for (const char c : line) {
    if (c == '`') in_code = !in_code;
    text += in_code ? '`' : c;
  }
  return text;
}

bool IsOnOtherHost(std::string_view target) {
  return target.find("://") != target.npos || target.starts_with("mailto:");
}

// The anchor that a heading gets: small letters, digits, '-' and '_'.
std::string AnchorOf(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 128) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

std::set<std::string> AnchorsOf(std::string_view markdown) {
  std::set<std::string> anchors;
  for (const MarkdownLine& line : MarkdownLines(markdown)) {
    if (line.in_fence || !line.text.starts_with('#')) continue;
    const std::size_t text = line.text.find_first_not_of("# ");
    if (text != line.text.npos) {
      anchors.insert(AnchorOf(line.text.substr(text)));
    }
  }
  return anchors;
}

bool IsPattern(std::string_view path) {
  return path.find_first_of("*<>{}$|\\ ()=,;'\"") != path.npos ||
         path.find("…") != path.npos || path.find("...") != path.npos;
}

// ---- commands ---------------------------------------------------------------

bool IsCommandLine(const MarkdownLine& line) {
  if (!line.in_fence || line.text.starts_with("```")) return false;
  if (line.fence == "console") return line.text.starts_with("$ ");
  return line.fence == "sh";
}

// The words of a line up to a comment, a pipe or a redirection.
std::vector<std::string_view> CommandWords(std::string_view line) {
  if (line.starts_with("$ ")) line.remove_prefix(2);
  std::vector<std::string_view> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    if (word.empty() || word == "#" || word == "|" || word.starts_with('<') ||
        word.starts_with('>')) {
      return words;
    }
    words.push_back(word);
    line.remove_prefix(word.size());
  }
}

bool OccursIn(const SourceTree& tree, std::string_view folder,
              std::string_view text) {
  return std::any_of(
      tree.files().begin(), tree.files().end(), [&](const auto& entry) {
        return TopFolderOf(entry.first) == folder && IsCpp(entry.first) &&
               entry.second.text.find(text) != std::string::npos;
      });
}

// "--policy" of "--policy=pages"; "" if the word is no long option.
std::string_view LongOptionOf(std::string_view word) {
  return word.starts_with("--") ? word.substr(0, word.find('=')) : "";
}

// What is wrong with this use of kheap: "" if nothing is.
std::string FaultOfKheapCommand(const SourceTree& tree,
                                const std::vector<std::string_view>& words) {
  if (words.size() > 1 && !words[1].starts_with('-') &&
      !OccursIn(tree, "cli", "\"" + std::string(words[1]) + "\"")) {
    return "kheap has no subcommand " + std::string(words[1]);
  }
  for (const std::string_view word : words) {
    const std::string_view option = LongOptionOf(word);
    if (!option.empty() && !OccursIn(tree, "cli", option.substr(2))) {
      return "kheap has no option " + std::string(option);
    }
  }
  return "";
}

std::string FaultOfCommand(const SourceTree& tree,
                           const std::vector<std::string_view>& words) {
  if (words.empty()) return "";
  if (words[0] == "kheap" || words[0] == "tools/kheap") {
    return FaultOfKheapCommand(tree, words);
  }
  if (!words[0].starts_with("tools/") && !words[0].starts_with(".ci/")) {
    return "";
  }
  const std::string script(words[0]);
  const SourceFile* const file = tree.Find(script);
  if (file == nullptr || !file->executable) {
    return "no script " + script + " that may be executed";
  }
  for (const std::string_view word : words) {
    const std::string_view option = LongOptionOf(word);
    if (!option.empty() && file->text.find(option) == std::string::npos) {
      return script + " does not know " + std::string(option);
    }
  }
  return "";
}

}  // namespace

std::vector<std::string_view> CodeSpansOf(std::string_view line) {
  std::vector<std::string_view> spans;
  while (true) {
    const std::size_t open = line.find('`');
    if (open == line.npos) return spans;
    const std::size_t close = line.find('`', open + 1);
    if (close == line.npos) return spans;
    spans.push_back(line.substr(open + 1, close - open - 1));
    line.remove_prefix(close + 1);
  }
}

std::vector<Link> LinksOf(std::string_view markdown) {
  std::vector<Link> links;
  for (const MarkdownLine& line : MarkdownLines(markdown)) {
    if (line.in_fence) continue;
    const std::string text = WithoutCodeSpans(line.text);
    for (std::size_t at = text.find("]("); at != text.npos;
         at = text.find("](", at + 1)) {
      const std::size_t end = text.find(')', at);
      if (end == text.npos) break;
      links.push_back({line.number, text.substr(at + 2, end - at - 2)});
    }
  }
  return links;
}

std::string ResolveLink(std::string_view document, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('#'));
  if (path.empty()) return std::string(document);
  const std::filesystem::path folder =
      std::filesystem::path(document).parent_path();
  std::string resolved = (folder / path).lexically_normal().generic_string();
  return resolved == "." ? "" : resolved;
}

std::vector<Finding> CheckTitles(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachDocument(tree, [&](const std::string& path,
                            const std::vector<MarkdownLine>& lines) {
    const auto is_title = [](const MarkdownLine& line) {
      return !line.in_fence && line.text.starts_with("# ");
    };
    const auto count = std::count_if(lines.begin(), lines.end(), is_title);
    if (count != 1 || !is_title(lines.front())) {
      findings.push_back(
          {path, 0,
           std::to_string(count) +
               " titles; a document has one, in its first line"});
    }
  });
  return findings;
}

std::vector<Finding> CheckLinks(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachDocument(tree, [&](const std::string& path,
                            const std::vector<MarkdownLine>&) {
    for (const Link& link : LinksOf(tree.Find(path)->text)) {
      if (IsOnOtherHost(link.target)) continue;
      const std::string resolved = ResolveLink(path, link.target);
      const std::size_t mark = link.target.find('#');
      const SourceFile* const file = tree.Find(resolved);
      const bool leads_on =
          mark == std::string::npos
              ? tree.Exists(resolved)
              : file != nullptr && AnchorsOf(file->text)
                                       .contains(link.target.substr(mark + 1));
      if (!leads_on) {
        findings.push_back(
            {path, link.line, "a link to nowhere: " + link.target});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckNamedPaths(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachDocument(tree, [&](const std::string& path,
                            const std::vector<MarkdownLine>& lines) {
    for (const MarkdownLine& line : lines) {
      if (line.in_fence) continue;
      for (const std::string_view span : CodeSpansOf(line.text)) {
        const std::string_view folder = TopFolderOf(span);
        if (folder.empty() || !tree.Exists(folder) || IsPattern(span) ||
            tree.Exists(span)) {
          continue;
        }
        findings.push_back(
            {path, line.number, "no such path: " + std::string(span)});
      }
    }
  });
  return findings;
}

std::vector<Finding> CheckCommands(const SourceTree& tree) {
  std::vector<Finding> findings;
  ForEachDocument(tree, [&](const std::string& path,
                            const std::vector<MarkdownLine>& lines) {
    for (const MarkdownLine& line : lines) {
      if (!IsCommandLine(line)) continue;
      const std::string fault = FaultOfCommand(tree, CommandWords(line.text));
      if (!fault.empty()) findings.push_back({path, line.number, fault});
    }
  });
  return findings;
}

}  // namespace kheap::tidy
