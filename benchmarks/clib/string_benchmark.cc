// SPDX-License-Identifier: Apache-2.0
//
// The functions of <string.h> on strings. peers.h explains the names.

#include <strings.h>

#include <cstring>

#include "benchmark/benchmark.h"
#include "benchmarks/clib/peers.h"
#include "benchmarks/clib/textbook.h"
#include "benchmarks/clib/world.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "machine/fast_string_mem.h"

namespace kheap {
namespace {

using machine::FastStringMem;

void RegisterStringReaders() {
  Function("Strlen", [](const Buffers& p, Size i,
                        Size) { return std::strlen(p.host_a + i); })
      .With("Kheap", [](const Buffers& p, Size i,
                        Size) { return clib::Strlen(p.heap, p.a + i); })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              return clib::Strlen<FastStringMem>(p.heap, p.a + i);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        return textbook::Strlen(p.host_a + i);
      });
  Function("Strcmp",
           [](const Buffers& p, Size i, Size) {
             return std::strcmp(p.host_a + i, p.host_b + i);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size) {
              return clib::Strcmp(p.heap, p.a + i, p.b + i);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              return clib::Strcmp<FastStringMem>(p.heap, p.a + i, p.b + i);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        return textbook::Strcmp(p.host_a + i, p.host_b + i);
      });
  Function("Strncmp",
           [](const Buffers& p, Size i, Size n) {
             return std::strncmp(p.host_a + i, p.host_b + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Strncmp(p.heap, p.a + i, p.b + i, n);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Strncmp<FastStringMem>(p.heap, p.a + i, p.b + i, n);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Strncmp(p.host_a + i, p.host_b + i, n);
      });
  Function("Strcasecmp", [](const Buffers& p, Size i, Size) {
    return strcasecmp(p.host_a + i, p.host_b + i);
  }).With("Kheap", [](const Buffers& p, Size i, Size) {
    return clib::Strcasecmp(p.heap, p.a + i, p.b + i);
  });
}

void RegisterStringSearches() {
  Function("Strchr",
           [](const Buffers& p, Size i, Size) {
             return static_cast<const char*>(std::strchr(p.host_a + i, 'z'));
           })
      .With("Kheap", [](const Buffers& p, Size i,
                        Size) { return clib::Strchr(p.heap, p.a + i, 'z'); })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              return clib::Strchr<FastStringMem>(p.heap, p.a + i, 'z');
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        const char* const found = textbook::Strchrnul(p.host_a + i, 'z');
        return *found == 'z' ? found : nullptr;
      });
  Function("Strrchr",
           [](const Buffers& p, Size i, Size) {
             return static_cast<const char*>(std::strrchr(p.host_a + i, 'z'));
           })
      .With("Kheap", [](const Buffers& p, Size i,
                        Size) { return clib::Strrchr(p.heap, p.a + i, 'z'); })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              return clib::Strrchr<FastStringMem>(p.heap, p.a + i, 'z');
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        return textbook::Strrchr(p.host_a + i, 'z');
      });
  Function("Strcspn", [](const Buffers& p, Size i, Size) {
    return std::strcspn(p.host_a + i, TheWorld().host_set);
  }).With("Kheap", [](const Buffers& p, Size i, Size) {
    return clib::Strcspn(p.heap, p.a + i, TheWorld().set);
  });
  Function("Strstr", [](const Buffers& p, Size i, Size) {
    return static_cast<const char*>(
        std::strstr(p.host_a + i, TheWorld().host_needle));
  }).With("Kheap", [](const Buffers& p, Size i, Size) {
    return clib::Strstr(p.heap, p.a + i, TheWorld().needle);
  });
}

void RegisterStringWriters() {
  Function("Strcpy",
           [](const Buffers& p, Size i, Size) {
             return std::strcpy(p.host_a + i, p.host_b + i);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size) {
              return clib::Strcpy(p.heap, p.a + i, p.b + i);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              return clib::Strcpy<FastStringMem>(p.heap, p.a + i, p.b + i);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        return textbook::Strcpy(p.host_a + i, p.host_b + i);
      });
  Function("Stpcpy", [](const Buffers& p, Size i, Size) {
    return stpcpy(p.host_a + i, p.host_b + i);
  }).With("Kheap", [](const Buffers& p, Size i, Size) {
    return clib::Stpcpy(p.heap, p.a + i, p.b + i);
  });
  Function("Strncpy",
           [](const Buffers& p, Size i, Size n) {
             return std::strncpy(p.host_a + i, p.host_b + i, n + 1);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Strncpy(p.heap, p.a + i, p.b + i, n + 1);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size n) {
              return clib::Strncpy<FastStringMem>(p.heap, p.a + i, p.b + i,
                                                  n + 1);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size n) {
        return textbook::Strncpy(p.host_a + i, p.host_b + i, n + 1);
      });
  // The destination is made empty first, by all alike.
  Function("Strcat",
           [](const Buffers& p, Size i, Size) {
             p.host_a[i] = 0;
             return std::strcat(p.host_a + i, p.host_b + i);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size) {
              p.host_a[i] = 0;
              return clib::Strcat(p.heap, p.a + i, p.b + i);
            })
      .With("KheapPortable",
            [](const Buffers& p, Size i, Size) {
              p.host_a[i] = 0;
              return clib::Strcat<FastStringMem>(p.heap, p.a + i, p.b + i);
            })
      .With("Textbook", [](const Buffers& p, Size i, Size) {
        p.host_a[i] = 0;
        return textbook::Strcat(p.host_a + i, p.host_b + i);
      });
}

const bool kRegistered = [] {
  RegisterStringReaders();
  RegisterStringSearches();
  RegisterStringWriters();
  return true;
}();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
