// SPDX-License-Identifier: Apache-2.0
//
// host_agreement.h says how the functions are held to the host's.

#include <strings.h>

#include <cstring>
#include <vector>

#include "clib/bsd_names.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/host_agreement.h"

namespace kheap {
namespace {

bool CanCopyBytes(M, C x) { return CanCopy(x.a, x.size, x.b, x.size); }
bool HasByte(M m, C x) {
  return std::memchr(m.Host(x.a), x.c, kPieceBytes - x.a) != nullptr;
}

template <typename Mem>
std::vector<Function> MemoryWriters() {
  return {
      {"memcpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Memcpy<Mem>(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::memcpy(m.Host(x.a), m.Host(x.b), x.size));
       },
       CanCopyBytes},
      {"mempcpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Mempcpy<Mem>(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(mempcpy(m.Host(x.a), m.Host(x.b), x.size));
       },
       CanCopyBytes},
      {"memmove",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Memmove<Mem>(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::memmove(m.Host(x.a), m.Host(x.b), x.size));
       }},
      {"bcopy",
       [](M m, C x) {
         clib::Bcopy(m.heap(), m.At(x.b), m.At(x.a), x.size);
         return std::int64_t{0};
       },
       [](M m, C x) {
         bcopy(m.Host(x.b), m.Host(x.a), x.size);
         return std::int64_t{0};
       }},
      {"memset",
       [](M m, C x) {
         return m.OffsetOf(clib::Memset<Mem>(m.heap(), m.At(x.a), x.c, x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::memset(m.Host(x.a), x.c, x.size));
       }},
      {"bzero",
       [](M m, C x) {
         clib::Bzero(m.heap(), m.At(x.a), x.size / 2);
         clib::ExplicitBzero(m.heap(), m.At(x.b), x.size);
         return std::int64_t{0};
       },
       [](M m, C x) {
         bzero(m.Host(x.a), x.size / 2);
         explicit_bzero(m.Host(x.b), x.size);
         return std::int64_t{0};
       }},
      {"memccpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Memccpy<Mem>(m.heap(), m.At(x.a), m.At(x.b), x.c, x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(memccpy(m.Host(x.a), m.Host(x.b), x.c, x.size));
       },
       CanCopyBytes},
  };
}

template <typename Mem>
std::vector<Function> MemoryReaders() {
  return {
      {"memcmp",
       [](M m, C x) {
         return std::int64_t{
             clib::Memcmp<Mem>(m.heap(), m.At(x.a), m.At(x.b), x.size)};
       },
       [](M m, C x) {
         return std::int64_t{
             SignOf(std::memcmp(m.Host(x.a), m.Host(x.b), x.size))};
       }},
      {"bcmp",
       [](M m, C x) {
         return std::int64_t{
             clib::Bcmp(m.heap(), m.At(x.a), m.At(x.b), x.size) != 0};
       },
       [](M m, C x) {
         return std::int64_t{bcmp(m.Host(x.a), m.Host(x.b), x.size) != 0};
       }},
      {"memchr",
       [](M m, C x) {
         return m.OffsetOf(clib::Memchr<Mem>(m.heap(), m.At(x.a), x.c, x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::memchr(m.Host(x.a), x.c, x.size));
       }},
      {"rawmemchr",
       [](M m, C x) {
         return m.OffsetOf(clib::Rawmemchr(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(rawmemchr(m.Host(x.a), x.c)); },
       HasByte},
      {"memrchr",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Memrchr<Mem>(m.heap(), m.At(x.a), x.c, x.size));
       },
       [](M m, C x) { return m.OffsetOf(memrchr(m.Host(x.a), x.c, x.size)); }},
      {"memmem",
       [](M m, C x) {
         return m.OffsetOf(clib::Memmem(m.heap(), m.At(x.a), kPieceBytes - x.a,
                                        m.At(x.b), x.size % 40));
       },
       [](M m, C x) {
         return m.OffsetOf(
             memmem(m.Host(x.a), kPieceBytes - x.a, m.Host(x.b), x.size % 40));
       }},
  };
}

template <typename Setting>
void ExpectTheHosts(std::uint32_t seed) {
  static const std::vector<Function> functions = [] {
    std::vector<Function> all;
    for (const auto& some : {MemoryWriters<typename Setting::Mem>(),
                             MemoryReaders<typename Setting::Mem>()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  ExpectAgreement<Setting>(functions, seed);
}

RC_GTEST_PROP(MemoryProperty, FastHeapWithHostKernels, (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(MemoryProperty, FastDataWithHostKernels, (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(MemoryProperty, CheckedHeapWithHostKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<true, Region::kHeap>>(seed);
}
RC_GTEST_PROP(MemoryProperty, FastHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(MemoryProperty, FastDataWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(MemoryProperty, CheckedHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<true, Region::kHeap>>(seed);
}

}  // namespace
}  // namespace kheap
