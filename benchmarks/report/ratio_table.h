// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_REPORT_RATIO_TABLE_H_
#define KHEAP_BENCHMARKS_REPORT_RATIO_TABLE_H_

// Puts the figures of kheap beside those of its peers.
//
// A benchmark's name consists of words between '_', '/', '<' and '>'. One that
// has a word beginning with "kheap" (in any case) is ours; its peers are those
// of the same program whose names differ in that word only:
//
//   BM_Churn_Kheap/1024   BM_Churn_Mimalloc/1024   BM_Churn_Glibc/1024
//
// The ratio is the peer's time through ours: above 1, we are faster. A name
// that has "kheap" within a word is nobody's, and an error: BM_ChurnKheap.

#include <istream>
#include <string>
#include <vector>

namespace kheap::benchmarks {

struct Measurement {
  std::string name;
  double time_ns;  // median of the repetitions

  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// The medians in the CSV output of one Google Benchmark program. Rows of other
// aggregates and of failed benchmarks are passed over.
std::vector<Measurement> ReadMedians(std::istream& csv);

// Those whose names have "kheap" (in any case), and no word that begins so.
std::vector<std::string> MisnamedAmong(
    const std::vector<Measurement>& measurements);

// A line for each of our benchmarks and each of its peers, by name. One without
// peers has a line of its own; so have, at the end, those that are no peers.
std::string FormatRatios(std::vector<Measurement> measurements);

}  // namespace kheap::benchmarks

#endif  // KHEAP_BENCHMARKS_REPORT_RATIO_TABLE_H_
