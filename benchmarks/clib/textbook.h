// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_
#define KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_

// The algorithms of a small portable C library (musl's, for one), written down
// anew as peers of our portable kernels: words where one pointer can be
// aligned, else bytes.

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kheap::textbook {

using Word = std::uint64_t;
inline constexpr Word kOnes = 0x0101010101010101;
inline constexpr Word kTops = 0x8080808080808080;

inline Word LoadWord(const char* p) {
  Word word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}
inline bool HasZero(Word word) { return ((word - kOnes) & ~word & kTops) != 0; }
inline bool IsAligned(const char* p) {
  return reinterpret_cast<std::uintptr_t>(p) % sizeof(Word) == 0;
}

__attribute__((noinline)) inline std::size_t Strlen(const char* s) {
  const char* p = s;
  for (; !IsAligned(p); ++p) {
    if (*p == 0) return static_cast<std::size_t>(p - s);
  }
  while (!HasZero(LoadWord(p))) p += sizeof(Word);
  while (*p != 0) ++p;
  return static_cast<std::size_t>(p - s);
}

__attribute__((noinline)) inline const char* Memchr(const char* p, char c,
                                                    std::size_t n) {
  for (; n != 0 && !IsAligned(p) && *p != c; ++p) --n;
  if (n != 0 && *p != c) {
    const Word pattern = kOnes * static_cast<unsigned char>(c);
    while (n >= sizeof(Word) && !HasZero(LoadWord(p) ^ pattern)) {
      p += sizeof(Word);
      n -= sizeof(Word);
    }
  }
  for (; n != 0 && *p != c; ++p) --n;
  return n != 0 ? p : nullptr;
}

__attribute__((noinline)) inline const char* Strchrnul(const char* p, char c) {
  for (; !IsAligned(p); ++p) {
    if (*p == 0 || *p == c) return p;
  }
  const Word pattern = kOnes * static_cast<unsigned char>(c);
  while (!HasZero(LoadWord(p)) && !HasZero(LoadWord(p) ^ pattern)) {
    p += sizeof(Word);
  }
  while (*p != 0 && *p != c) ++p;
  return p;
}

__attribute__((noinline)) inline int Memcmp(const char* a, const char* b,
                                            std::size_t n) {
  for (; n != 0 && *a == *b; ++a, ++b) --n;
  return n != 0
             ? static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b)
             : 0;
}

__attribute__((noinline)) inline int Strcmp(const char* a, const char* b) {
  for (; *a == *b && *a != 0; ++a) ++b;
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

__attribute__((noinline)) inline char* Strcpy(char* d, const char* s) {
  char* const result = d;
  if (IsAligned(d) == IsAligned(s)) {
    for (; !IsAligned(s); ++s, ++d) {
      if ((*d = *s) == 0) return result;
    }
    for (; !HasZero(LoadWord(s)); s += sizeof(Word), d += sizeof(Word)) {
      std::memcpy(d, s, sizeof(Word));
    }
  }
  while ((*d++ = *s++) != 0) {
  }
  return result;
}

}  // namespace kheap::textbook

#endif  // KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_
