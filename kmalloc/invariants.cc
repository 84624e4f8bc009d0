// SPDX-License-Identifier: Apache-2.0
// What holds for the allocator as a whole.
#include "kmalloc/invariants.h"

#include "absl/strings/str_cat.h"

namespace kheap {

absl::Status KMalloc::CheckInvariants() const {
  try {
    return Audit(*this).Run();
  } catch (const MemoryFault& fault) {
    return Audit::Describe("a tag or a link was overwritten", fault.address);
  }
}

absl::Status KMalloc::Audit::Run() {
  const bool sound = CheckCaches() && CheckChunks() && CheckTop() &&
                     CheckBins() && CheckPagesAreWhole() && CheckRings() &&
                     CheckStartBits() && CheckQuarantine() && CheckCounters();
  if (sound) return absl::OkStatus();
  return Describe(broken_rule_, broken_at_);
}

absl::Status KMalloc::Audit::Describe(std::string_view rule, Address address) {
  return absl::InternalError(
      absl::StrCat("the heap is damaged at ", ToString(address), ": ",
                   absl::string_view(rule.data(), rule.size())));
}

bool KMalloc::Audit::CheckStartBits() {
  for (std::uint64_t unit = 0; unit < expected_starts_.size(); ++unit) {
    const std::uint64_t wrong =
        bits::Xor(expected_starts_[unit], directory_.StartWord(unit));
    if (wrong == 0) continue;
    const auto granule = static_cast<Granule>(unit * kGranulesPerUnit +
                                              bits::TrailingZeros(wrong));
    return Require(false, "a live block begins where a block can begin",
                   AddressOf(granule));
  }
  return true;
}

bool KMalloc::Audit::CheckCounters() {
  const DirectoryHeader& header = directory_.header();
  return Require(header.held_bytes == held_bytes_ &&
                     header.held_blocks == held_blocks_ &&
                     header.peak_bytes >= held_bytes_ &&
                     header.peak_blocks >= held_blocks_,
                 "the counters count what is held",
                 heap_.layout().begin(Region::kDirectory));
}

}  // namespace kheap
