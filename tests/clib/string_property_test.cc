// SPDX-License-Identifier: Apache-2.0
//
// host_agreement.h says how the functions are held to the host's.

#include <strings.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "clib/bsd_names.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/host_agreement.h"

namespace kheap {
namespace {

// When C defines a call.

Offset Length(M m, Offset string) { return std::strlen(m.Host(string)); }
Offset Length(M m, Offset string, std::uint64_t limit) {
  return strnlen(m.Host(string), limit);
}

bool CanCopyString(M m, C x) {
  const Offset bytes = Length(m, x.b) + 1;
  return CanCopy(x.a, bytes, x.b, bytes);
}
bool CanFill(M m, C x) {
  const Offset from_bytes = std::min(Length(m, x.b) + 1, x.size);
  return CanCopy(x.a, x.size, x.b, from_bytes);
}
bool CanAppend(M m, C x) {
  const Offset from_bytes = Length(m, x.b) + 1;
  return CanCopy(x.a, Length(m, x.a) + from_bytes, x.b, from_bytes);
}
// With a byte to spare, which AddressSanitizer's check for overlaps wants.
bool CanAppendPart(M m, C x) {
  const Offset from_bytes = Length(m, x.b, x.size) + 1;
  return CanCopy(x.a, Length(m, x.a) + from_bytes + 1, x.b, from_bytes);
}

template <typename Strings>
std::vector<Function> StringWriters() {
  return {
      {"strcpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Strcpy<Strings>(m.heap(), m.At(x.a), m.At(x.b)));
       },
       [](M m, C x) {
         return m.OffsetOf(std::strcpy(m.Host(x.a), m.Host(x.b)));
       },
       CanCopyString},
      {"stpcpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Stpcpy<Strings>(m.heap(), m.At(x.a), m.At(x.b)));
       },
       [](M m, C x) { return m.OffsetOf(stpcpy(m.Host(x.a), m.Host(x.b))); },
       CanCopyString},
      {"strncpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Strncpy<Strings>(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::strncpy(m.Host(x.a), m.Host(x.b), x.size));
       },
       CanFill},
      {"stpncpy",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Stpncpy<Strings>(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(stpncpy(m.Host(x.a), m.Host(x.b), x.size));
       },
       CanFill},
      {"strcat",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Strcat<Strings>(m.heap(), m.At(x.a), m.At(x.b)));
       },
       [](M m, C x) {
         return m.OffsetOf(std::strcat(m.Host(x.a), m.Host(x.b)));
       },
       CanAppend},
      {"strncat",
       [](M m, C x) {
         return m.OffsetOf(
             clib::Strncat(m.heap(), m.At(x.a), m.At(x.b), x.size));
       },
       [](M m, C x) {
         return m.OffsetOf(std::strncat(m.Host(x.a), m.Host(x.b), x.size));
       },
       CanAppendPart},
  };
}

template <typename Strings>
std::vector<Function> StringComparisons() {
  return {
      {"strcmp",
       [](M m, C x) {
         return std::int64_t{
             clib::Strcmp<Strings>(m.heap(), m.At(x.a), m.At(x.b))};
       },
       [](M m, C x) {
         return std::int64_t{SignOf(std::strcmp(m.Host(x.a), m.Host(x.b)))};
       }},
      {"strncmp",
       [](M m, C x) {
         return std::int64_t{
             clib::Strncmp<Strings>(m.heap(), m.At(x.a), m.At(x.b), x.size)};
       },
       [](M m, C x) {
         return std::int64_t{
             SignOf(std::strncmp(m.Host(x.a), m.Host(x.b), x.size))};
       }},
      {"strcasecmp",
       [](M m, C x) {
         return std::int64_t{
             clib::Strcasecmp<Strings>(m.heap(), m.At(x.a), m.At(x.b))};
       },
       [](M m, C x) {
         return std::int64_t{SignOf(strcasecmp(m.Host(x.a), m.Host(x.b)))};
       }},
      {"strncasecmp",
       [](M m, C x) {
         return std::int64_t{clib::Strncasecmp<Strings>(m.heap(), m.At(x.a),
                                                        m.At(x.b), x.size)};
       },
       [](M m, C x) {
         return std::int64_t{
             SignOf(strncasecmp(m.Host(x.a), m.Host(x.b), x.size))};
       }},
      {"strverscmp",
       [](M m, C x) {
         return std::int64_t{clib::Strverscmp(m.heap(), m.At(x.a), m.At(x.b))};
       },
       [](M m, C x) {
         return std::int64_t{SignOf(strverscmp(m.Host(x.a), m.Host(x.b)))};
       }},
  };
}

template <typename Strings>
std::vector<Function> StringSearches() {
  return {
      {"strlen",
       [](M m, C x) {
         return static_cast<std::int64_t>(
             clib::Strlen<Strings>(m.heap(), m.At(x.a)));
       },
       [](M m, C x) { return static_cast<std::int64_t>(Length(m, x.a)); }},
      {"strnlen",
       [](M m, C x) {
         return static_cast<std::int64_t>(
             clib::Strnlen<Strings>(m.heap(), m.At(x.a), x.size));
       },
       [](M m, C x) {
         return static_cast<std::int64_t>(Length(m, x.a, x.size));
       }},
      {"strchr",
       [](M m, C x) {
         return m.OffsetOf(clib::Strchr<Strings>(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(std::strchr(m.Host(x.a), x.c)); }},
      {"strchrnul",
       [](M m, C x) {
         return m.OffsetOf(clib::Strchrnul<Strings>(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(strchrnul(m.Host(x.a), x.c)); }},
      {"strrchr",
       [](M m, C x) {
         return m.OffsetOf(clib::Strrchr<Strings>(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(std::strrchr(m.Host(x.a), x.c)); }},
      {"index",
       [](M m, C x) {
         return m.OffsetOf(clib::Index(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(index(m.Host(x.a), x.c)); }},
      {"rindex",
       [](M m, C x) {
         return m.OffsetOf(clib::Rindex(m.heap(), m.At(x.a), x.c));
       },
       [](M m, C x) { return m.OffsetOf(rindex(m.Host(x.a), x.c)); }},
      {"strcspn",
       [](M m, C x) {
         return static_cast<std::int64_t>(
             clib::Strcspn(m.heap(), m.At(x.a), m.At(x.b)));
       },
       [](M m, C x) {
         return static_cast<std::int64_t>(
             std::strcspn(m.Host(x.a), m.Host(x.b)));
       }},
      {"strstr",
       [](M m, C x) {
         return m.OffsetOf(clib::Strstr(m.heap(), m.At(x.a), m.At(x.b)));
       },
       [](M m, C x) {
         return m.OffsetOf(std::strstr(m.Host(x.a), m.Host(x.b)));
       }},
  };
}

template <typename Setting>
void ExpectTheHosts(std::uint32_t seed) {
  static const std::vector<Function> functions = [] {
    std::vector<Function> all;
    for (const auto& some : {StringWriters<typename Setting::StringMem>(),
                             StringComparisons<typename Setting::StringMem>(),
                             StringSearches<typename Setting::StringMem>()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  ExpectAgreement<Setting>(functions, seed);
}

RC_GTEST_PROP(StringProperty, FastHeapWithHostKernels, (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(StringProperty, FastDataWithHostKernels, (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(StringProperty, CheckedHeapWithHostKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<HostSetting<true, Region::kHeap>>(seed);
}
RC_GTEST_PROP(StringProperty, FastHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(StringProperty, FastDataWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(StringProperty, CheckedHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectTheHosts<PortableSetting<true, Region::kHeap>>(seed);
}

}  // namespace
}  // namespace kheap
