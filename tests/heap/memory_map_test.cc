// SPDX-License-Identifier: Apache-2.0
// Holds the drawing in docs/memory_map.md to the memory map itself.
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

std::string SizeInWords(std::uint64_t size_bytes) {
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::uint64_t kMiB = 1024 * kKiB;
  return size_bytes % kMiB == 0 ? absl::StrFormat("%d MiB", size_bytes / kMiB)
                                : absl::StrFormat("%d KiB", size_bytes / kKiB);
}

// '|' where an access at the region's first byte succeeds; an empty region has
// none.
char Mark(const GlobalHeap& heap, Region region, Access access) {
  if (heap.layout().size_bytes(region) == 0) return ' ';
  return heap.FindFault(heap.layout().begin(region), 1, access) ? ' ' : '|';
}

// The rows of the drawing, from the default arena with one page of heap in use.
std::string DrawMemoryMap() {
  const auto heap = MakeFastHeap();
  EXPECT_TRUE(heap->SetBreak(heap->break_address() + 4096));
  std::string drawing = "address     size       region        load   store\n";
  for (int i = 0; i < kRegionCount; ++i) {
    const auto region = static_cast<Region>(i);
    absl::StrAppendFormat(&drawing, "0x%07x   %-9s  %-12s  %c      %c",
                          heap->layout().begin(region).offset(),
                          SizeInWords(heap->layout().size_bytes(region)),
                          std::string(ToString(region)),
                          Mark(*heap, region, Access::kLoad),
                          Mark(*heap, region, Access::kStore));
    if (region == Region::kHeap) drawing += "   up to the break";
    while (drawing.back() == ' ') drawing.pop_back();
    drawing += '\n';
  }
  absl::StrAppendFormat(&drawing, "0x%07x              capacity\n",
                        heap->layout().capacity_bytes());
  return drawing;
}

TEST(MemoryMapTest, TheDocumentDrawsTheDefaultArena) {
  std::ifstream in("docs/memory_map.md");
  const std::string document{std::istreambuf_iterator<char>(in), {}};
  const std::string drawing = DrawMemoryMap();
  EXPECT_NE(document.find("```text\n" + drawing + "```\n"), std::string::npos)
      << "docs/memory_map.md should hold this drawing:\n"
      << drawing;
}

}  // namespace
}  // namespace kheap
