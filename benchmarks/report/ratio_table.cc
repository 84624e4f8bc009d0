// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/report/ratio_table.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <string_view>

#include "absl/strings/str_format.h"

namespace kheap::benchmarks {

namespace {

constexpr std::string_view kOurName = "kheap";
constexpr std::string_view kMedianSuffix = "_median";

// The cells of a line of CSV. Google Benchmark quotes names, and doubles the
// quotes within.
std::vector<std::string> CellsOf(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

double NanosecondsPer(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  return unit == "ms" ? 1e6 : 1e9;
}

struct Word {
  std::size_t begin;
  std::size_t end;
};

std::vector<Word> WordsOf(std::string_view name) {
  std::vector<Word> words;
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end =
        std::min(name.find_first_of("_/<>", begin), name.size());
    words.push_back({begin, end});
    begin = end + 1;
  }
  return words;
}

// Where our name lies in the text, in any case; its end where it does not.
std::string_view::const_iterator FindOurName(std::string_view text) {
  return std::search(text.begin(), text.end(), kOurName.begin(), kOurName.end(),
                     [](char a, char b) {
                       return std::tolower(static_cast<unsigned char>(a)) == b;
                     });
}

bool IsOurs(std::string_view word) {
  return !word.empty() && FindOurName(word) == word.begin();
}

// A name in which `word` says whose benchmark it is.
struct Owned {
  std::string before;
  std::string word;
  std::string after;

  // "Churn/1024" of "BM_Churn_" and "/1024".
  std::string Title() const {
    std::string_view front = before;
    if (front.starts_with("BM_")) front.remove_prefix(3);
    while (front.ends_with('_') || front.ends_with('/')) front.remove_suffix(1);
    // Google Benchmark says so itself in the name.
    const std::string_view rest =
        std::string_view(after).substr(0, after.find("/iterations:"));
    std::string title = std::string(front) + std::string(rest);
    title.erase(0, title.find_first_not_of("_/"));
    return title;
  }
};

Owned CutAt(const std::string& name, const Word& word) {
  return {name.substr(0, word.begin),
          name.substr(word.begin, word.end - word.begin),
          name.substr(word.end)};
}

// The first of our words in the name; an empty `word` where there is none.
Owned FindOurs(const std::string& name) {
  for (const Word& word : WordsOf(name)) {
    Owned owned = CutAt(name, word);
    if (IsOurs(owned.word)) return owned;
  }
  return {name, "", ""};
}

// The word in which `name` differs from ours, or "" if it is no peer.
std::string PeerWord(const Owned& ours, const std::string& name) {
  for (const Word& word : WordsOf(name)) {
    const Owned theirs = CutAt(name, word);
    if (theirs.before == ours.before && theirs.after == ours.after &&
        !IsOurs(theirs.word)) {
      return theirs.word;
    }
  }
  return "";
}

// Orders "Copy/256" before "Copy/4096": numbers by their value.
bool NaturallyBefore(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!a.empty() && !b.empty()) {
    std::size_t size_a = 1;
    std::size_t size_b = 1;
    if (is_digit(a[0]) && is_digit(b[0])) {
      size_a = std::min(a.find_first_not_of("0123456789"), a.size());
      size_b = std::min(b.find_first_not_of("0123456789"), b.size());
      if (size_a != size_b) return size_a < size_b;
    }
    const int order = a.substr(0, size_a).compare(b.substr(0, size_b));
    if (order != 0) return order < 0;
    a.remove_prefix(size_a);
    b.remove_prefix(size_b);
  }
  return a.size() < b.size();
}

std::string FormatTime(double time_ns) {
  if (time_ns < 1e4) return absl::StrFormat("%.4g ns", time_ns);
  if (time_ns < 1e7) return absl::StrFormat("%.4g us", time_ns / 1e3);
  return absl::StrFormat("%.4g ms", time_ns / 1e6);
}

}  // namespace

std::vector<Measurement> ReadMedians(std::istream& csv) {
  std::vector<Measurement> medians;
  std::string line;
  while (std::getline(csv, line)) {
    // name, iterations, real time, CPU time, unit, bytes, items, label, error
    const std::vector<std::string> cells = CellsOf(line);
    if (cells.size() < 9 || cells[8] == "true") continue;
    std::string_view name = cells[0];
    if (!name.ends_with(kMedianSuffix)) continue;
    name.remove_suffix(kMedianSuffix.size());
    medians.push_back(
        {std::string(name),
         std::strtod(cells[2].c_str(), nullptr) * NanosecondsPer(cells[4])});
  }
  return medians;
}

std::vector<std::string> MisnamedAmong(
    const std::vector<Measurement>& measurements) {
  std::vector<std::string> misnamed;
  for (const Measurement& measurement : measurements) {
    const std::string_view name = measurement.name;
    if (FindOurName(name) != name.end() &&
        FindOurs(measurement.name).word.empty()) {
      misnamed.push_back(measurement.name);
    }
  }
  return misnamed;
}

std::string FormatRatios(std::vector<Measurement> measurements) {
  // The programs run their benchmarks in random order.
  std::sort(measurements.begin(), measurements.end(),
            [](const Measurement& a, const Measurement& b) {
              return NaturallyBefore(a.name, b.name);
            });
  constexpr auto* kRow = "%-40s %-14s %10s   %-14s %10s  %s\n";
  std::string table;
  std::set<std::string> peers;
  for (const Measurement& our : measurements) {
    const Owned ours = FindOurs(our.name);
    if (ours.word.empty()) continue;
    bool alone = true;
    for (const Measurement& their : measurements) {
      const std::string peer = PeerWord(ours, their.name);
      if (peer.empty()) continue;
      absl::StrAppendFormat(
          &table, kRow, ours.Title(), ours.word, FormatTime(our.time_ns), peer,
          FormatTime(their.time_ns),
          absl::StrFormat("%.2f", their.time_ns / our.time_ns));
      peers.insert(their.name);
      alone = false;
    }
    if (alone) {
      absl::StrAppendFormat(&table, "%-40s %-14s %10s\n", ours.Title(),
                            ours.word, FormatTime(our.time_ns));
    }
  }
  for (const Measurement& other : measurements) {
    if (!FindOurs(other.name).word.empty() || peers.contains(other.name)) {
      continue;
    }
    absl::StrAppendFormat(&table, "%-40s %-14s %10s\n",
                          Owned{other.name, "", ""}.Title(), "",
                          FormatTime(other.time_ns));
  }
  return table;
}

}  // namespace kheap::benchmarks
