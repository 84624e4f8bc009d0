// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_report.h"

#include <string>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

const Trace& SampleTrace() {
  static const Trace trace = [] {
    Trace made;
    made.name = "a.rep";
    made.id_count = 1000;
    made.operations.resize(2000);
    made.peak_live_bytes = 75000;
    made.peak_live_blocks = 300;
    return made;
  }();
  return trace;
}

MallocStats SampleStats() {
  MallocStats stats = {};
  stats.live_blocks = 200;
  stats.live_bytes = 60000;
  stats.cached_blocks = 3;
  stats.cached_bytes = 96;
  stats.free_slot_bytes = 1600;
  stats.free_chunk_bytes = 24 + 40 + 1016;
  stats.top_bytes = 4096;
  stats.largest_free_bytes = 4096;
  stats.directory_bytes = 8000;
  stats.footprint_bytes = 100000;
  stats.free_chunks_by_bin[2] = 1;  // 32 to 47 bytes
  stats.free_bytes_by_bin[2] = 24;
  stats.free_chunks_by_bin[3] = 1;  // 48 to 63
  stats.free_bytes_by_bin[3] = 40;
  stats.free_chunks_by_bin[65] = 1;  // from 1024 up
  stats.free_bytes_by_bin[65] = 1016;
  return stats;
}

// A report refers to its options.
const ProcessOptions kDefaults;

ReplayReport SampleReport(const ProcessOptions& options) {
  return {.trace = SampleTrace(),
          .options = options,
          .verified = {.stats = SampleStats(), .check_count = 1},
          .round_nanoseconds = 20000,
          .round_count = 5};
}

TEST(ReplayReportTest, TextIsAligned) {
  EXPECT_EQ(ToText(SampleReport(kDefaults)),
            R"(trace         a.rep: 2,000 operations on 1,000 ids
policy        pages
speed         100,000,000 operations/s (10.0 ns each, median of 5 rounds)
peak live     75,000 bytes; 300 blocks
footprint     100,000 bytes
utilisation   75.0 % (peak live / footprint)
verified      every byte of every block; all invariants 1 time

  at the end                    blocks             bytes
  live                             200            60,000
  cached by size class               3                96
  free slots of pages                              1,600
  free chunks in bins                3             1,080
  top                                              4,096
  directory                                        8,000

  bins by chunk size            chunks     payload bytes
  32 to 63                           2                64
  1,024 to 2,047                     1             1,016
)");
}

TEST(ReplayReportTest, TextTellsModeAndPolicy) {
  ProcessOptions options;
  options.heap.checked = true;
  options.malloc_policy = MallocPolicy::kTags;
  ReplayReport report = SampleReport(options);
  report.verified.stats.quarantined_bytes = 12345;
  report.verified.check_count = 1000;
  const std::string text = ToText(report);
  EXPECT_NE(text.find("policy        tags, checked\n"), text.npos);
  EXPECT_NE(text.find("all invariants 1,000 times\n"), text.npos);
  EXPECT_NE(
      text.find("  quarantined                                     12,345\n"),
      text.npos)
      << text;
}

TEST(ReplayReportTest, EmptyBinsAreSaidToBe) {
  ReplayReport report = SampleReport(kDefaults);
  report.verified.stats.free_chunks_by_bin = {};
  EXPECT_NE(ToText(report).find("\n  all empty"), std::string::npos);
}

TEST(ReplayReportTest, JsonIsOneObjectOnOneLine) {
  EXPECT_EQ(
      ToJson(SampleReport(kDefaults)),
      R"({"trace":"a.rep","policy":"pages","checked":false,"operations":2000,)"
      R"("ids":1000,"rounds":5,"operations_per_second":100000000.0000,)"
      R"("nanoseconds_per_operation":10.0000,"peak_live_bytes":75000,)"
      R"("peak_live_blocks":300,"footprint_bytes":100000,)"
      R"("utilisation":0.7500,"invariant_checks":1,"at_end":{)"
      R"("live_blocks":200,"live_bytes":60000,"cached_blocks":3,)"
      R"("cached_bytes":96,"free_slot_bytes":1600,"free_chunks":3,)"
      R"("free_chunk_bytes":1080,"quarantined_bytes":0,"top_bytes":4096,)"
      R"("directory_bytes":8000,"largest_free_bytes":4096,)"
      R"("external_fragmentation":0.2087,"internal_fragmentation":0.3672,)"
      R"("bins":[{"chunk_bytes_begin":32,"chunk_bytes_end":48,"chunks":1,)"
      R"("payload_bytes":24},{"chunk_bytes_begin":48,"chunk_bytes_end":64,)"
      R"("chunks":1,"payload_bytes":40},{"chunk_bytes_begin":1040,)"
      R"("chunk_bytes_end":1152,"chunks":1,"payload_bytes":1016}]}})"
      "\n");
}

TEST(ReplayReportTest, ATraceWithoutOperationsHasNoSpeed) {
  const Trace empty;
  const ProcessOptions options;
  const ReplayReport report = {.trace = empty,
                               .options = options,
                               .verified = {.stats = SampleStats()},
                               .round_nanoseconds = 30,
                               .round_count = 1};
  EXPECT_EQ(report.OperationsPerSecond(), 0);
  EXPECT_EQ(report.NanosecondsPerOperation(), 0);
  EXPECT_EQ(report.Utilisation(), 0);
}

}  // namespace
}  // namespace kheap::cli
