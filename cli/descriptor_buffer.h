// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_DESCRIPTOR_BUFFER_H_
#define KHEAP_CLI_DESCRIPTOR_BUFFER_H_

// Writes a stream's characters to a file descriptor and remembers why that
// failed, which the standard library's buffers do not.

#include <array>
#include <streambuf>

namespace kheap::cli {

class DescriptorBuffer : public std::streambuf {
 public:
  // The descriptor stays open, and the caller's.
  explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
    Empty();
  }

  // The errno of the first write that failed, 0 while there is none. After it
  // nothing more is written.
  int error() const { return error_; }

 protected:
  int_type overflow(int_type next) override;
  int sync() override { return Drain() ? 0 : -1; }

 private:
  static constexpr std::size_t kBytes = 16 * 1024;

  void Empty() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }
  bool Drain();

  int descriptor_;
  int error_ = 0;
  std::array<char, kBytes> buffer_;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_DESCRIPTOR_BUFFER_H_
