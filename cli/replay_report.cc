// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_report.h"

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/json.h"
#include "cli/quantity.h"
#include "kmalloc/block_info.h"

namespace kheap::cli {

namespace {

constexpr double kNanosecondsPerSecond = 1e9;

std::string_view NameOf(MallocPolicy policy) {
  return policy == MallocPolicy::kPages ? "pages" : "tags";
}

std::uint64_t FreeChunkCount(const MallocStats& stats) {
  std::uint64_t count = 0;
  for (const std::uint64_t each : stats.free_chunks_by_bin) count += each;
  return count;
}

// ---- text -------------------------------------------------------------------

void AppendLine(std::string& text, std::string_view name,
                std::string_view value) {
  absl::StrAppendFormat(&text, "%-12s  %s\n", name, value);
}

// A number each in columns that end below each other; "" leaves one empty.
void AppendRow(std::string& text, std::string_view name,
               std::string_view blocks, std::string_view bytes) {
  absl::StrAppendFormat(&text, "  %-24s%12s%18s\n", name, blocks, bytes);
}

std::string SpeedText(const ReplayReport& report) {
  return absl::StrFormat(
      "%s operations/s (%.1f ns each, median of %d %s)",
      GroupDigits(static_cast<std::uint64_t>(report.OperationsPerSecond())),
      report.NanosecondsPerOperation(), report.round_count,
      report.round_count == 1 ? "round" : "rounds");
}

std::string VerifiedText(const VerifiedReplay& verified) {
  if (verified.check_count == 0) return "every byte of every block";
  return absl::StrCat("every byte of every block; all invariants ",
                      GroupDigits(verified.check_count),
                      verified.check_count == 1 ? " time" : " times");
}

void AppendState(std::string& text, const MallocStats& stats) {
  AppendRow(text, "at the end", "blocks", "bytes");
  const auto add = [&text](std::string_view name, std::string_view blocks,
                           std::uint64_t bytes) {
    AppendRow(text, name, blocks, GroupDigits(bytes));
  };
  add("live", GroupDigits(stats.live_blocks), stats.live_bytes);
  add("cached by size class", GroupDigits(stats.cached_blocks),
      stats.cached_bytes);
  add("free slots of pages", "", stats.free_slot_bytes);
  add("free chunks in bins", GroupDigits(FreeChunkCount(stats)),
      stats.free_chunk_bytes);
  if (stats.quarantined_bytes != 0) {
    add("quarantined", "", stats.quarantined_bytes);
  }
  add("top", "", stats.top_bytes);
  add("directory", "", stats.directory_bytes);
}

// The bins' chunks, gathered by doubling of their size.
struct BinGroup {
  std::uint64_t chunk_count = 0;
  std::uint64_t bytes = 0;
};

std::map<std::uint64_t, BinGroup> GroupBins(const MallocStats& stats) {
  std::map<std::uint64_t, BinGroup> groups;
  for (int bin = 0; bin < kBinCount; ++bin) {
    const auto index = static_cast<std::size_t>(bin);
    if (stats.free_chunks_by_bin[index] == 0) continue;
    std::uint64_t begin_bytes = kGranuleBytes;
    while (2 * begin_bytes <= RangeOfBin(bin).begin_bytes) begin_bytes *= 2;
    groups[begin_bytes].chunk_count += stats.free_chunks_by_bin[index];
    groups[begin_bytes].bytes += stats.free_bytes_by_bin[index];
  }
  return groups;
}

void AppendBins(std::string& text, const MallocStats& stats) {
  AppendRow(text, "bins by chunk size", "chunks", "payload bytes");
  for (const auto& [begin_bytes, group] : GroupBins(stats)) {
    AppendRow(text,
              absl::StrCat(GroupDigits(begin_bytes), " to ",
                           GroupDigits(2 * begin_bytes - 1)),
              GroupDigits(group.chunk_count), GroupDigits(group.bytes));
  }
  if (FreeChunkCount(stats) == 0) AppendRow(text, "all empty", "", "");
}

// ---- JSON -------------------------------------------------------------------

std::vector<JsonObject> BinsAsJson(const MallocStats& stats) {
  std::vector<JsonObject> bins;
  for (int bin = 0; bin < kBinCount; ++bin) {
    const auto index = static_cast<std::size_t>(bin);
    if (stats.free_chunks_by_bin[index] == 0) continue;
    const BinRange range = RangeOfBin(bin);
    bins.push_back(JsonObject()
                       .Add("chunk_bytes_begin", range.begin_bytes)
                       .Add("chunk_bytes_end", range.end_bytes)
                       .Add("chunks", stats.free_chunks_by_bin[index])
                       .Add("payload_bytes", stats.free_bytes_by_bin[index]));
  }
  return bins;
}

JsonObject StateAsJson(const MallocStats& stats) {
  return JsonObject()
      .Add("live_blocks", stats.live_blocks)
      .Add("live_bytes", stats.live_bytes)
      .Add("cached_blocks", stats.cached_blocks)
      .Add("cached_bytes", stats.cached_bytes)
      .Add("free_slot_bytes", stats.free_slot_bytes)
      .Add("free_chunks", FreeChunkCount(stats))
      .Add("free_chunk_bytes", stats.free_chunk_bytes)
      .Add("quarantined_bytes", stats.quarantined_bytes)
      .Add("top_bytes", stats.top_bytes)
      .Add("directory_bytes", stats.directory_bytes)
      .Add("largest_free_bytes", stats.largest_free_bytes)
      .Add("external_fragmentation", stats.ExternalFragmentation())
      .Add("internal_fragmentation", stats.InternalFragmentation())
      .Add("bins", BinsAsJson(stats));
}

}  // namespace

double ReplayReport::OperationsPerSecond() const {
  if (round_nanoseconds <= 0) return 0;
  return static_cast<double>(trace.operations.size()) * kNanosecondsPerSecond /
         round_nanoseconds;
}

double ReplayReport::NanosecondsPerOperation() const {
  if (trace.operations.empty()) return 0;
  return round_nanoseconds / static_cast<double>(trace.operations.size());
}

double ReplayReport::Utilisation() const {
  return static_cast<double>(trace.peak_live_bytes) /
         static_cast<double>(verified.stats.footprint_bytes);
}

std::string ToText(const ReplayReport& report) {
  const Trace& trace = report.trace;
  const MallocStats& stats = report.verified.stats;
  std::string text;
  AppendLine(
      text, "trace",
      absl::StrCat(trace.name, ": ", GroupDigits(trace.operations.size()),
                   " operations on ", GroupDigits(trace.id_count), " ids"));
  AppendLine(text, "policy",
             absl::StrCat(std::string(NameOf(report.options.malloc_policy)),
                          report.options.heap.checked ? ", checked" : ""));
  AppendLine(text, "speed", SpeedText(report));
  AppendLine(text, "peak live",
             absl::StrCat(GroupDigits(trace.peak_live_bytes), " bytes; ",
                          GroupDigits(trace.peak_live_blocks), " blocks"));
  AppendLine(text, "footprint",
             absl::StrCat(GroupDigits(stats.footprint_bytes), " bytes"));
  AppendLine(text, "utilisation",
             absl::StrFormat("%.1f %% (peak live / footprint)",
                             100 * report.Utilisation()));
  AppendLine(text, "verified", VerifiedText(report.verified));
  text += "\n";
  AppendState(text, stats);
  text += "\n";
  AppendBins(text, stats);
  return text;
}

std::string ToJson(const ReplayReport& report) {
  const Trace& trace = report.trace;
  const MallocStats& stats = report.verified.stats;
  return JsonObject()
             .Add("trace", std::string_view(trace.name))
             .Add("policy", NameOf(report.options.malloc_policy))
             .Add("checked", report.options.heap.checked)
             .Add("operations", std::uint64_t{trace.operations.size()})
             .Add("ids", trace.id_count)
             .Add("rounds", report.round_count)
             .Add("operations_per_second", report.OperationsPerSecond())
             .Add("nanoseconds_per_operation", report.NanosecondsPerOperation())
             .Add("peak_live_bytes", trace.peak_live_bytes)
             .Add("peak_live_blocks", trace.peak_live_blocks)
             .Add("footprint_bytes", stats.footprint_bytes)
             .Add("utilisation", report.Utilisation())
             .Add("invariant_checks", report.verified.check_count)
             .Add("at_end", StateAsJson(stats))
             .ToString() +
         "\n";
}

}  // namespace kheap::cli
