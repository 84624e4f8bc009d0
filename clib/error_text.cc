// SPDX-License-Identifier: Apache-2.0
#include "clib/error_text.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "clib/library_page.h"
#include "clib/message_text.h"

namespace kheap::clib {

namespace {

// The numbers that Linux leaves to programs, as the GNU C library counts them.
constexpr int kRealTimeSignalMin = 34;
constexpr int kRealTimeSignalMax = 64;

// Writes the text and its zero byte where `offset_bytes` says in the page.
Address Write(GlobalHeap& heap, std::uint64_t offset_bytes,
              std::string_view text) {
  const Address address = LibraryPageAddress(heap) + offset_bytes;
  const auto bytes = heap.RuntimeSpan(address, text.size() + 1);
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  bytes.back() = std::byte{0};
  return address;
}

}  // namespace

Address Strerror(GlobalHeap& heap, int number) {
  const MessageText message = ErrorText(number);
  if (message.text.empty()) {
    return Write(heap, offsetof(LibraryPage, unknown_error),
                 absl::StrCat("Unknown error ", number));
  }
  return Write(heap, offsetof(LibraryPage, error_texts) + message.offset_bytes,
               message.text);
}

Address Strsignal(GlobalHeap& heap, int number) {
  if (number >= kRealTimeSignalMin && number <= kRealTimeSignalMax) {
    return Write(
        heap, offsetof(LibraryPage, other_signal),
        absl::StrCat("Real-time signal ", number - kRealTimeSignalMin));
  }
  const MessageText message = SignalText(number);
  if (message.text.empty()) {
    return Write(heap, offsetof(LibraryPage, other_signal),
                 absl::StrCat("Unknown signal ", number));
  }
  return Write(heap, offsetof(LibraryPage, signal_texts) + message.offset_bytes,
               message.text);
}

}  // namespace kheap::clib
