// SPDX-License-Identifier: Apache-2.0
//
// Each function of <string.h>, with either kind of kernels, does what the
// host's does to the same random bytes: same result, same bytes left behind,
// none changed around them. At random places, so at all alignments and
// overlaps, as far as C defines what happens.

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "clib/bsd_names.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"

namespace kheap {
namespace {

using Offset = std::uint64_t;

// The arguments of one call: two places in the piece, a number of bytes that
// both have behind them, and a character.
struct Call {
  Offset a;
  Offset b;
  std::uint64_t size;
  int c;
};

using M = GuestMemory&;
using C = const Call&;

struct Function {
  std::string name;
  std::function<std::int64_t(M, C)> ours;
  std::function<std::int64_t(M, C)> host;
  // Whether C defines the call; empty if it always does.
  std::function<bool(M, C)> is_defined = {};
};

// ---- when C defines a call -------------------------------------------------

Offset Length(M m, Offset string) { return std::strlen(m.Host(string)); }
Offset Length(M m, Offset string, std::uint64_t limit) {
  return strnlen(m.Host(string), limit);
}

// Whether `to` has room, and nothing of it is read.
bool CanCopy(Offset to, Offset to_bytes, Offset from, Offset from_bytes) {
  return to + to_bytes <= kPieceBytes &&
         (to + to_bytes <= from || from + from_bytes <= to);
}
bool CanCopyBytes(M, C x) { return CanCopy(x.a, x.size, x.b, x.size); }
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
bool CanAppendPart(M m, C x) {
  const Offset from_bytes = Length(m, x.b, x.size) + 1;
  return CanCopy(x.a, Length(m, x.a) + from_bytes, x.b, from_bytes);
}
bool HasByte(M m, C x) {
  return std::memchr(m.Host(x.a), x.c, kPieceBytes - x.a) != nullptr;
}

// ---- the functions ---------------------------------------------------------

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
std::vector<Function> Functions() {
  std::vector<Function> all;
  for (const auto& some : {MemoryWriters<typename Setting::Mem>(),
                           MemoryReaders<typename Setting::Mem>(),
                           StringWriters<typename Setting::StringMem>(),
                           StringComparisons<typename Setting::StringMem>(),
                           StringSearches<typename Setting::StringMem>()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

// ---- random bytes and calls ------------------------------------------------

using Random = std::mt19937;

std::uint64_t Below(Random& random, std::uint64_t bound) {
  return random() % bound;
}

// Texts over few or all characters, of mostly short, longer or very long
// strings; the piece ends with a zero byte.
std::string RandomBytes(Random& random) {
  const std::uint64_t characters = std::vector{1, 2, 6, 255}[Below(random, 4)];
  const std::uint64_t mean = std::vector{3, 30, 300, 100000}[Below(random, 4)];
  std::string bytes(kPieceBytes, '\0');
  for (char& byte : bytes) {
    if (Below(random, mean) == 0) continue;
    byte = static_cast<char>(characters == 255
                                 ? 1 + Below(random, 255)
                                 : "aAbz0\xe1"[Below(random, characters)]);
  }
  // Something that occurs twice, so that comparisons get far.
  const std::uint64_t size = Below(random, 700);
  std::copy_n(bytes.begin() + Below(random, 1000), size,
              bytes.begin() + 2000 + Below(random, 1000));
  bytes.back() = '\0';
  return bytes;
}

Call RandomCall(Random& random) {
  Call call;
  call.a = Below(random, kPieceBytes);
  // Often so near that the two overlap.
  call.b = Below(random, 2) == 0
               ? Below(random, kPieceBytes)
               : std::min(call.a + Below(random, 100), kPieceBytes - 1);
  if (Below(random, 2) == 0) std::swap(call.a, call.b);
  const std::uint64_t room = kPieceBytes - std::max(call.a, call.b);
  call.size =
      Below(random, std::min(room, std::uint64_t{1} << Below(random, 13)) + 1);
  // As an int that is more than a character, at times.
  call.c = static_cast<int>(Below(random, 3) == 0 ? Below(random, 1024) - 512
                                                  : "aAbz"[Below(random, 5)]);
  return call;
}

template <typename Setting>
void ExpectAgreement(std::uint32_t seed) {
  static GuestMemory m = Setting::Make();
  static const std::vector<Function> functions = Functions<Setting>();
  Random random(seed);
  for (int round = 0; round < 10; ++round) {
    const std::string bytes = RandomBytes(random);
    const Call call = RandomCall(random);
    m.Put(0, bytes);
    for (const Function& function : functions) {
      if (function.is_defined && !function.is_defined(m, call)) continue;
      const std::int64_t host = function.host(m, call);
      const std::int64_t ours = function.ours(m, call);
      if (ours != host || !m.IsSame()) {
        RC_LOG() << function.name << " a=" << call.a << " b=" << call.b
                 << " size=" << call.size << " c=" << call.c << " host " << host
                 << " ours " << ours << "\n";
        RC_FAIL("ours is not as the host's");
      }
    }
  }
}

RC_GTEST_PROP(HostAgreementProperty, FastHeapWithHostKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<HostSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(HostAgreementProperty, FastDataWithHostKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<HostSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(HostAgreementProperty, CheckedHeapWithHostKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<HostSetting<true, Region::kHeap>>(seed);
}
RC_GTEST_PROP(HostAgreementProperty, FastHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<PortableSetting<false, Region::kHeap>>(seed);
}
RC_GTEST_PROP(HostAgreementProperty, FastDataWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<PortableSetting<false, Region::kData>>(seed);
}
RC_GTEST_PROP(HostAgreementProperty, CheckedHeapWithPortableKernels,
              (std::uint32_t seed)) {
  ExpectAgreement<PortableSetting<true, Region::kHeap>>(seed);
}

}  // namespace
}  // namespace kheap
