// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_CLIB_HOST_AGREEMENT_H_
#define KHEAP_TESTS_CLIB_HOST_AGREEMENT_H_

// Functions of <string.h> beside the host's, on the same random bytes: same
// result, same bytes left behind, none changed around them. At random places,
// so at all alignments and overlaps, as far as C defines what happens.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"

namespace kheap {

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

// Whether `to` has room, and nothing of it is read.
inline bool CanCopy(Offset to, Offset to_bytes, Offset from,
                    Offset from_bytes) {
  return to + to_bytes <= kPieceBytes &&
         (to + to_bytes <= from || from + from_bytes <= to);
}

using Random = std::mt19937;

inline std::uint64_t Below(Random& random, std::uint64_t bound) {
  return random() % bound;
}

// Texts over few or all characters, of mostly short, longer or very long
// strings; the piece ends with a zero byte.
inline std::string RandomBytes(Random& random) {
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

inline Call RandomCall(Random& random) {
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

// `functions` are those with the setting's kernels.
template <typename Setting>
void ExpectAgreement(const std::vector<Function>& functions,
                     std::uint32_t seed) {
  static GuestMemory m = Setting::Make();
  Random random(seed);
  for (int round = 0; round < 10; ++round) {
    const std::string bytes = RandomBytes(random);
    const Call call = RandomCall(random);
    for (const Function& function : functions) {
      m.Put(0, bytes);
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

}  // namespace kheap

#endif  // KHEAP_TESTS_CLIB_HOST_AGREEMENT_H_
