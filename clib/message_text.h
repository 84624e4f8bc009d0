// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_MESSAGE_TEXT_H_
#define KHEAP_CLIB_MESSAGE_TEXT_H_

// The English texts of Linux's error and signal numbers, the same on every
// host, in the words of the GNU C library.

#include <cstdint>
#include <string_view>

namespace kheap::clib {

// All texts of a kind, each followed by a zero byte.
inline constexpr std::uint64_t kErrorTextBytes = 3115;
inline constexpr std::uint64_t kSignalTextBytes = 488;

// A text and where it begins among those of its kind; an empty text for a
// number that has none.
struct MessageText {
  std::string_view text;
  std::uint64_t offset_bytes;
};
MessageText ErrorText(int number);
MessageText SignalText(int number);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_MESSAGE_TEXT_H_
