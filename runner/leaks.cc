// SPDX-License-Identifier: Apache-2.0
#include "runner/leaks.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "bitshift/bits.h"

namespace kheap {

namespace {

constexpr std::uint64_t kPointerBytes = 8;

class Tracer {
 public:
  explicit Tracer(Machine& machine) : machine_(machine) {
    machine.malloc().Walk([this](const BlockInfo& block) {
      if (block.kind == BlockKind::kLive) leaks_.push_back({block, false, ""});
    });
  }

  std::vector<Leak> Find() {
    for (const ImageGlobal& global : machine_.program().image().globals) {
      if (global.section == ImageSection::kReadOnly) continue;
      Mark(Address(global.address), global.size_bytes,
           global.is_library            ? ""
           : global.source_name.empty() ? global.name
                                        : global.source_name);
    }
    return std::move(leaks_);
  }

 private:
  // The block that the address lies in, or null.
  Leak* BlockAt(std::uint64_t address) {
    auto leak = std::ranges::upper_bound(
        leaks_, address, {},
        [](const Leak& one) { return one.block.begin.offset(); });
    if (leak == leaks_.begin()) return nullptr;
    --leak;
    return address - leak->block.begin.offset() < leak->block.size_bytes
               ? &*leak
               : nullptr;
  }

  // Gives `keeper` all that these bytes lead to and nobody keeps yet.
  void Mark(Address begin, std::uint64_t size_bytes,
            const std::string& keeper) {
    std::vector<Leak*> found;
    Scan(begin, size_bytes, keeper, found);
    while (!found.empty()) {
      const BlockInfo block = found.back()->block;
      found.pop_back();
      Scan(block.begin, block.size_bytes, keeper, found);
    }
  }

  void Scan(Address begin, std::uint64_t size_bytes, const std::string& keeper,
            std::vector<Leak*>& found) {
    const Address end = begin + size_bytes;
    for (Address at(bits::AlignUp(begin.offset(), kPointerBytes));
         at + kPointerBytes <= end; at = at + kPointerBytes) {
      const auto word = machine_.heap().TryLoad<std::uint64_t>(at);
      Leak* const leak = word.has_value() ? BlockAt(*word) : nullptr;
      if (leak == nullptr || leak->is_kept) continue;
      leak->is_kept = true;
      leak->keeper = keeper;
      found.push_back(leak);
    }
  }

  Machine& machine_;
  std::vector<Leak> leaks_;
};

}  // namespace

std::vector<Leak> FindLeaks(Machine& machine) { return Tracer(machine).Find(); }

}  // namespace kheap
