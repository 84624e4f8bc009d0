// SPDX-License-Identifier: Apache-2.0
#include "allocators/memory_stats.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "allocators/bump_allocator.h"

namespace kheap {

MemoryStats MemoryStatsOf(const Registry& registry) {
  MemoryStats stats = {};
  stats.policy = registry.malloc().policy();
  const auto scope = AllocationScope::Current(registry);
  stats.in_scope = scope.has_value();
  if (scope.has_value()) stats.scope = scope->name();
  for (int i = 0; i < kHolderCount; ++i) {
    stats.tallies[i] = registry.ledger().Of(static_cast<Holder>(i));
  }
  stats.malloc = registry.malloc().Stats();
  return stats;
}

std::string ToString(const MemoryStats& stats) {
  std::string text = absl::StrCat(
      "strategy    ", stats.policy == MallocPolicy::kPages ? "pages" : "tags");
  if (stats.in_scope) {
    absl::StrAppend(&text, ", scope ",
                    stats.scope.empty() ? "of an anonymous allocator"
                                        : absl::StrCat("`", stats.scope, "`"));
  }
  absl::StrAppendFormat(&text, "\n%-10s %7s %11s %11s %12s\n", "holder",
                        "count", "live bytes", "peak bytes", "total bytes");
  for (int i = 0; i < kHolderCount; ++i) {
    const Tally& tally = stats.tallies[i];
    absl::StrAppendFormat(&text, "%-10s %7d %11d %11d %12d\n",
                          std::string(ToString(static_cast<Holder>(i))),
                          tally.live_count, tally.live_bytes, tally.peak_bytes,
                          tally.total_bytes);
  }
  return text;
}

}  // namespace kheap
