// SPDX-License-Identifier: Apache-2.0
#include "cli/descriptor_buffer.h"

#include <unistd.h>

#include <cerrno>

namespace kheap::cli {

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type next) {
  if (!Drain()) return traits_type::eof();
  if (!traits_type::eq_int_type(next, traits_type::eof())) {
    sputc(traits_type::to_char_type(next));
  }
  return traits_type::not_eof(next);
}

bool DescriptorBuffer::Drain() {
  const char* from = pbase();
  while (error_ == 0 && from < pptr()) {
    const ssize_t written =
        write(descriptor_, from, static_cast<std::size_t>(pptr() - from));
    if (written >= 0) {
      from += written;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  Empty();
  return error_ == 0;
}

}  // namespace kheap::cli
