// SPDX-License-Identifier: Apache-2.0
#include "kernel/console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "kernel/host_error.h"

namespace kheap {

kernel::Result CapturedConsole::Read(std::span<std::byte> to) {
  const auto left = std::as_bytes(std::span(input_)).subspan(position_);
  const std::size_t count = std::min(to.size(), left.size());
  std::copy_n(left.begin(), count, to.begin());
  position_ += count;
  return static_cast<kernel::Result>(count);
}

kernel::Result CapturedConsole::Write(Stream stream,
                                      std::span<const std::byte> from) {
  std::string& text = stream == Stream::kError ? error_ : output_;
  text.append(reinterpret_cast<const char*>(from.data()), from.size());
  return static_cast<kernel::Result>(from.size());
}

kernel::Result HostConsole::Read(std::span<std::byte> to) {
  return kernel::RetryInterrupted(
      [&] { return read(STDIN_FILENO, to.data(), to.size()); });
}

kernel::Result HostConsole::Write(Stream stream,
                                  std::span<const std::byte> from) {
  std::size_t done = 0;
  while (done < from.size()) {
    const kernel::Result written = kernel::RetryInterrupted([&] {
      return write(static_cast<int>(stream), from.data() + done,
                   from.size() - done);
    });
    if (written < 0 && done == 0) return written;
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  return static_cast<kernel::Result>(done);
}

bool HostConsole::IsTerminal(Stream stream) const {
  return isatty(static_cast<int>(stream)) == 1;
}

}  // namespace kheap
