// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_TOUCHED_PAGES_H_
#define KHEAP_MACHINE_TOUCHED_PAGES_H_

// Which pages of a private mapping have been written to: so that a large range
// of which little was used becomes zero again at the cost of what was used.

#include <cstddef>

namespace kheap::machine {

// Makes every page of [begin, begin + size) zero that was written to since it
// was mapped; pages that the host still takes from a file or from nowhere stay
// as they are. `begin` is a multiple of the host's page size. False, and then
// anything may have been made zero, where more than `bytes_max` bytes were
// written to, or where the host does not tell (Linux does from 6.7 on).
[[nodiscard]] bool ZeroTouchedPages(std::byte* begin, std::size_t size,
                                    std::size_t bytes_max);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_TOUCHED_PAGES_H_
