// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_PIPE_ENDS_H_
#define KHEAP_TESTS_KERNEL_PIPE_ENDS_H_

// A guest's pipe, made by pipe2.

#include <cstdint>

#include "gtest/gtest.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {

struct Pipe {
  Result read;
  Result write;
};

inline Pipe MakePipe(GuestSystem& guest, std::uint32_t flags = 0) {
  const Address to = guest.Take(8);
  EXPECT_EQ(guest.Call("pipe2", to, flags), 0);
  return {guest.Get<Int32>(to), guest.Get<Int32>(to + 4)};
}

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_PIPE_ENDS_H_
