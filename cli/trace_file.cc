// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_file.h"

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/trace_parser.h"

namespace kheap::cli {

namespace {

// Hands the bytes of a file to a parser, line by line.
class LineFeed {
 public:
  explicit LineFeed(TraceParser& parser) : parser_(parser) {}

  absl::Status Add(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      rest_ += bytes.substr(0, end);
      if (rest_.size() > kTraceLineBytesMax) {
        return parser_.ErrorAt(
            parser_.line() + 1,
            absl::StrCat("the line has more than ", kTraceLineBytesMax,
                         " bytes; this is not a trace"));
      }
      if (end == bytes.npos) break;
      if (absl::Status status = EndLine(); !status.ok()) return status;
      bytes.remove_prefix(end + 1);
    }
    return absl::OkStatus();
  }

  // The last line may lack its end.
  absl::Status Finish() { return rest_.empty() ? absl::OkStatus() : EndLine(); }

 private:
  absl::Status EndLine() {
    absl::Status status = parser_.AddLine(rest_);
    rest_.clear();
    return status;
  }

  TraceParser& parser_;
  std::string rest_;  // of a line whose end has not come yet
};

absl::Status HostError(int error, const std::string& name) {
  return absl::ErrnoToStatus(error, name);
}

}  // namespace

absl::StatusOr<Trace> ReadTrace(std::FILE* in, const std::string& name) {
  TraceParser parser(name);
  LineFeed feed(parser);
  std::array<char, 65536> block;
  while (true) {
    errno = 0;
    const std::size_t size = std::fread(block.data(), 1, block.size(), in);
    if (absl::Status status = feed.Add({block.data(), size}); !status.ok()) {
      return status;
    }
    if (std::ferror(in) != 0) return HostError(errno, name);
    if (size == 0 || std::feof(in) != 0) break;
  }
  if (absl::Status status = feed.Finish(); !status.ok()) return status;
  return parser.Finish();
}

absl::StatusOr<Trace> ReadTraceFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return HostError(errno, path);
  return ReadTrace(file.get(), path);
}

}  // namespace kheap::cli
