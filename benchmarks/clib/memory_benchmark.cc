// SPDX-License-Identifier: Apache-2.0
//
// The functions of <string.h> on memory. peers.h explains the names.

#include <cstring>

#include "benchmark/benchmark.h"
#include "benchmarks/clib/peers.h"
#include "benchmarks/clib/textbook.h"
#include "benchmarks/clib/world.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "machine/fast_mem.h"

namespace kheap {
namespace {

using machine::FastMem;

void RegisterWriters() {
  Function("Memcpy",
           [](const Buffers& p, Size i, Size n) {
             return std::memcpy(p.host_a + i, p.host_b + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcpy(p.heap, p.a + i, p.b + i, n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcpy<FastMem>(p.heap, p.a + i, p.b + i, n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memcpy(p.host_a + i, p.host_b + i, n);
      });
  Function("Memmove",
           [](const Buffers& p, Size i, Size n) {
             return std::memmove(p.host_a + i + 8, p.host_a + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memmove(p.heap, p.a + i + 8, p.a + i, n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memmove<FastMem>(p.heap, p.a + i + 8, p.a + i, n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memmove(p.host_a + i + 8, p.host_a + i, n);
      });
  Function("Memset", [](const Buffers& p, Size i,
                        Size n) { return std::memset(p.host_a + i, 'a', n); })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memset(p.heap, p.a + i, 'a', n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memset<FastMem>(p.heap, p.a + i, 'a', n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memset(p.host_a + i, 'a', n);
      });
}

void RegisterReaders() {
  Function("Memcmp",
           [](const Buffers& p, Size i, Size n) {
             return std::memcmp(p.host_a + i, p.host_b + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcmp(p.heap, p.a + i, p.b + i, n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcmp<FastMem>(p.heap, p.a + i, p.b + i, n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memcmp(p.host_a + i, p.host_b + i, n);
      });
  Function("Memchr", [](const Buffers& p, Size i,
                        Size n) { return std::memchr(p.host_a + i, 0, n + 1); })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memchr(p.heap, p.a + i, 0, n + 1);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memchr<FastMem>(p.heap, p.a + i, 0, n + 1);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memchr(p.host_a + i, 0, n + 1);
      });
  Function("Memrchr", [](const Buffers& p, Size i,
                         Size n) { return memrchr(p.host_a + i, 'z', n); })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memrchr(p.heap, p.a + i, 'z', n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memrchr<FastMem>(p.heap, p.a + i, 'z', n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Memrchr(p.host_a + i, 'z', n);
      });
}

const bool kRegistered = [] {
  RegisterWriters();
  RegisterReaders();
  return true;
}();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
