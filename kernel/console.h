// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_CONSOLE_H_
#define KHEAP_KERNEL_CONSOLE_H_

// Where a guest's standard streams lead: the one way, besides host folders, by
// which bytes enter and leave it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/linux_errno.h"

namespace kheap {

enum class Stream : std::uint8_t { kInput, kOutput, kError };

class Console {
 public:
  virtual ~Console() = default;

  // Reads at least one byte into a span that is not empty, waiting if it must,
  // and returns how many; 0 at the end of the input; a negative Linux error.
  virtual kernel::Result Read(std::span<std::byte> to) = 0;
  // Writes bytes and returns how many, or a negative Linux error: -EPIPE where
  // nobody reads, -ENOSPC where there is no room, -EIO and so on.
  virtual kernel::Result Write(Stream stream,
                               std::span<const std::byte> from) = 0;
  virtual bool IsTerminal(Stream stream) const = 0;
};

// Input from a string, output to strings.
class CapturedConsole : public Console {
 public:
  explicit CapturedConsole(std::string input = {}) : input_(std::move(input)) {}

  kernel::Result Read(std::span<std::byte> to) override;
  kernel::Result Write(Stream stream, std::span<const std::byte> from) override;
  bool IsTerminal(Stream) const override { return false; }

  const std::string& output() const { return output_; }
  const std::string& error() const { return error_; }

 private:
  std::string input_;
  std::size_t position_ = 0;
  std::string output_;
  std::string error_;
};

// The host process's own standard streams, which it does not buffer. The host
// ignores SIGPIPE, or dies of a closed pipe before the guest hears of it.
class HostConsole : public Console {
 public:
  kernel::Result Read(std::span<std::byte> to) override;
  kernel::Result Write(Stream stream, std::span<const std::byte> from) override;
  bool IsTerminal(Stream stream) const override;
};

}  // namespace kheap

#endif  // KHEAP_KERNEL_CONSOLE_H_
