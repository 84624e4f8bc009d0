// SPDX-License-Identifier: Apache-2.0
//
// The hot functions of <string.h>: BM_<Function>_<Who>/<size in bytes>, or
// …_<Who>/mix for the distribution of sizes. Who is
//   Kheap     ours, with this host's fastest kernels
//   Portable  ours, with the portable kernels
//   Libc      the host's C library on raw pointers to the same bytes
//   Textbook  the algorithm of a small portable C library, likewise

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/clib/textbook.h"
#include "benchmarks/clib/world.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "machine/fast_mem.h"
#include "machine/fast_string_mem.h"

namespace kheap {
namespace {

using machine::FastMem;
using machine::FastStringMem;
using Size = std::uint64_t;

constexpr Size kSizes[] = {1, 16, 64, 256, 4096, 65536};

// ---- results of all kinds as numbers ---------------------------------------

std::int64_t Number(const World& w, Address address) {
  return address.is_null()
             ? -1
             : static_cast<std::int64_t>((address - w.a) % (2 * kBufferBytes));
}
std::int64_t Number(const World& w, const void* pointer) {
  return pointer == nullptr ? -1 : static_cast<const char*>(pointer) - w.host_a;
}
std::int64_t Number(const World&, int order) {
  return (order > 0) - (order < 0);
}
std::int64_t Number(const World&, Size size) {
  return static_cast<std::int64_t>(size);
}

// The result of an operation and the bytes it leaves behind.
template <typename Operation>
std::string Outcome(Operation operation, Size size) {
  World& w = TheWorld();
  w.FillStrings(size);
  const std::int64_t number = Number(w, operation(Buffers(w), 0, size));
  return std::to_string(number) + std::string(w.host_a, kBufferBytes);
}

// ---- registration ----------------------------------------------------------

class Function {
 public:
  // `libc` gives the answers that the others have to give as well.
  template <typename Operation>
  Function(std::string name, Operation libc) : name_(std::move(name)) {
    for (const Size size : kSizes) expected_.push_back(Outcome(libc, size));
    Register("Libc", libc);
  }

  template <typename Operation>
  Function& With(const std::string& who, Operation operation) {
    for (std::size_t i = 0; i < std::size(kSizes); ++i) {
      if (Outcome(operation, kSizes[i]) == expected_[i]) continue;
      std::fprintf(stderr, "%s of %s is wrong at size %llu\n", name_.c_str(),
                   who.c_str(), static_cast<unsigned long long>(kSizes[i]));
      std::exit(1);
    }
    Register(who, operation);
    return *this;
  }

 private:
  template <typename Operation>
  void Register(const std::string& who, Operation operation) {
    const std::string name = "BM_" + name_ + "_" + who;
    auto* const sweep = benchmark::RegisterBenchmark(
        name.c_str(),
        [operation](benchmark::State& state) { Sweep(state, operation); });
    for (const Size size : kSizes) sweep->Arg(static_cast<std::int64_t>(size));
    benchmark::RegisterBenchmark((name + "/mix").c_str(),
                                 [operation](benchmark::State& state) {
                                   Distribution(state, operation);
                                 });
  }

  std::string name_;
  std::vector<std::string> expected_;
};

// ---- memory ----------------------------------------------------------------

void RegisterMemory() {
  Function("Memcpy",
           [](const Buffers& p, Size i, Size n) {
             return std::memcpy(p.host_a + i, p.host_b + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcpy(p.heap, p.a + i, p.b + i, n);
            })
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Memcpy<FastMem>(p.heap, p.a + i, p.b + i, n);
      });
  Function("Memmove",
           [](const Buffers& p, Size i, Size n) {
             return std::memmove(p.host_a + i + 8, p.host_a + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memmove(p.heap, p.a + i + 8, p.a + i, n);
            })
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Memmove<FastMem>(p.heap, p.a + i + 8, p.a + i, n);
      });
  Function("Memset", [](const Buffers& p, Size i,
                        Size n) { return std::memset(p.host_a + i, 'a', n); })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memset(p.heap, p.a + i, 'a', n);
            })
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Memset<FastMem>(p.heap, p.a + i, 'a', n);
      });
  Function("Memcmp",
           [](const Buffers& p, Size i, Size n) {
             return std::memcmp(p.host_a + i, p.host_b + i, n);
           })
      .With("Kheap",
            [](const Buffers& p, Size i, Size n) {
              return clib::Memcmp(p.heap, p.a + i, p.b + i, n);
            })
      .With("Portable",
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
      .With("Portable",
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
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Memrchr<FastMem>(p.heap, p.a + i, 'z', n);
      });
}

// ---- strings ---------------------------------------------------------------

void RegisterStringReaders() {
  Function("Strlen", [](const Buffers& p, Size i,
                        Size) { return std::strlen(p.host_a + i); })
      .With("Kheap", [](const Buffers& p, Size i,
                        Size) { return clib::Strlen(p.heap, p.a + i); })
      .With("Portable",
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
      .With("Portable",
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
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Strncmp<FastStringMem>(p.heap, p.a + i, p.b + i, n);
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
      .With("Portable",
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
      .With("Portable", [](const Buffers& p, Size i, Size) {
        return clib::Strrchr<FastStringMem>(p.heap, p.a + i, 'z');
      });
  Function("Strcspn", [](const Buffers& p, Size i, Size) {
    return std::strcspn(p.host_a + i, TheWorld().host_needle);
  }).With("Kheap", [](const Buffers& p, Size i, Size) {
    return clib::Strcspn(p.heap, p.a + i, TheWorld().needle);
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
      .With("Portable",
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
      .With("Portable", [](const Buffers& p, Size i, Size n) {
        return clib::Strncpy<FastStringMem>(p.heap, p.a + i, p.b + i, n + 1);
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
      .With("Portable", [](const Buffers& p, Size i, Size) {
        p.host_a[i] = 0;
        return clib::Strcat<FastStringMem>(p.heap, p.a + i, p.b + i);
      });
}

}  // namespace
}  // namespace kheap

int main(int argc, char** argv) {
  kheap::RegisterMemory();
  kheap::RegisterStringReaders();
  kheap::RegisterStringSearches();
  kheap::RegisterStringWriters();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
