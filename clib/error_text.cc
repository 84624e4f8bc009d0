// SPDX-License-Identifier: Apache-2.0
#include "clib/error_text.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "clib/library_page.h"
#include "clib/message_text.h"
#include "heap/guest_errno.h"

namespace kheap::clib {

namespace {

// The numbers that Linux leaves to programs, as the GNU C library counts them.
constexpr int kRealTimeSignalMin = 34;
constexpr int kRealTimeSignalMax = 64;

void PutString(std::string_view text, std::span<std::byte> bytes) {
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  bytes[text.size()] = std::byte{0};
}

// Writes the text and its zero byte where `offset_bytes` says in the page.
Address Write(GlobalHeap& heap, std::uint64_t offset_bytes,
              std::string_view text) {
  const Address address = LibraryPageAddress(heap) + offset_bytes;
  PutString(text, heap.RuntimeSpan(address, text.size() + 1));
  return address;
}

std::string UnknownErrorText(int number) {
  return absl::StrCat("Unknown error ", number);
}

}  // namespace

Address Strerror(GlobalHeap& heap, int number) {
  const MessageText message = ErrorText(number);
  if (message.text.empty()) {
    return Write(heap, offsetof(LibraryPage, unknown_error),
                 UnknownErrorText(number));
  }
  return Write(heap, offsetof(LibraryPage, error_texts) + message.offset_bytes,
               message.text);
}

std::int32_t StrerrorR(GlobalHeap& heap, int number, Address buffer,
                       std::uint64_t size_bytes) {
  const bool is_known = !ErrorText(number).text.empty();
  const std::string text =
      is_known ? std::string(ErrorText(number).text) : UnknownErrorText(number);
  const bool fits = text.size() < size_bytes;
  if (size_bytes > 0) {
    const std::string_view shown =
        std::string_view(text).substr(0, size_bytes - 1);
    PutString(shown, heap.Span(buffer, shown.size() + 1, Access::kStore));
  }
  if (!is_known) return kErrnoInvalid;
  return fits ? 0 : kErrnoOutOfRange;
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
