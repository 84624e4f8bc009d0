// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_
#define KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_

// The algorithms of a small portable C library, written down anew as peers of
// our portable kernels: aligned words of 8 bytes where the pointers allow it,
// else bytes. musl's C has the same loops; it is not linked here.

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

inline void StoreWord(char* p, Word word) {
  std::memcpy(p, &word, sizeof(word));
}
inline bool AreAlignedAlike(const char* a, const char* b) {
  return (reinterpret_cast<std::uintptr_t>(a) -
          reinterpret_cast<std::uintptr_t>(b)) %
             sizeof(Word) ==
         0;
}

// Each is a call, as it is to a C library, and stays the loop that it is:
// compilers know how to make a call of the host's memcpy out of one.
#ifdef __clang__
#define KHEAP_TEXTBOOK __attribute__((noinline, no_builtin))
#else
#define KHEAP_TEXTBOOK \
  __attribute__((noinline, optimize("no-tree-loop-distribute-patterns")))
#endif

KHEAP_TEXTBOOK inline std::size_t Strlen(const char* s) {
  const char* p = s;
  for (; !IsAligned(p); ++p) {
    if (*p == 0) return static_cast<std::size_t>(p - s);
  }
  while (!HasZero(LoadWord(p))) p += sizeof(Word);
  while (*p != 0) ++p;
  return static_cast<std::size_t>(p - s);
}

KHEAP_TEXTBOOK inline const char* Memchr(const char* p, char c, std::size_t n) {
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

KHEAP_TEXTBOOK inline const char* Strchrnul(const char* p, char c) {
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

KHEAP_TEXTBOOK inline int Memcmp(const char* a, const char* b, std::size_t n) {
  for (; n != 0 && *a == *b; ++a, ++b) --n;
  return n != 0
             ? static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b)
             : 0;
}

KHEAP_TEXTBOOK inline int Strcmp(const char* a, const char* b) {
  for (; *a == *b && *a != 0; ++a) ++b;
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

KHEAP_TEXTBOOK inline char* Strcpy(char* d, const char* s) {
  char* const result = d;
  if (AreAlignedAlike(d, s)) {
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

KHEAP_TEXTBOOK inline char* Memcpy(char* d, const char* s, std::size_t n) {
  char* const result = d;
  if (AreAlignedAlike(d, s)) {
    for (; n != 0 && !IsAligned(s); --n) *d++ = *s++;
    for (; n >= sizeof(Word); n -= sizeof(Word)) {
      StoreWord(d, LoadWord(s));
      d += sizeof(Word);
      s += sizeof(Word);
    }
  }
  for (; n != 0; --n) *d++ = *s++;
  return result;
}

KHEAP_TEXTBOOK inline char* Memmove(char* d, const char* s, std::size_t n) {
  if (reinterpret_cast<std::uintptr_t>(d) -
          reinterpret_cast<std::uintptr_t>(s) >=
      n) {
    return Memcpy(d, s, n);
  }
  if (AreAlignedAlike(d, s)) {
    for (; n != 0 && !IsAligned(d + n); --n) d[n - 1] = s[n - 1];
    for (; n >= sizeof(Word); n -= sizeof(Word)) {
      StoreWord(d + n - sizeof(Word), LoadWord(s + n - sizeof(Word)));
    }
  }
  for (; n != 0; --n) d[n - 1] = s[n - 1];
  return d;
}

KHEAP_TEXTBOOK inline char* Memset(char* d, char c, std::size_t n) {
  char* const result = d;
  const Word pattern = kOnes * static_cast<unsigned char>(c);
  for (; n != 0 && !IsAligned(d); --n) *d++ = c;
  for (; n >= sizeof(Word); n -= sizeof(Word), d += sizeof(Word)) {
    StoreWord(d, pattern);
  }
  for (; n != 0; --n) *d++ = c;
  return result;
}

KHEAP_TEXTBOOK inline const char* Memrchr(const char* p, char c,
                                          std::size_t n) {
  while (n-- != 0) {
    if (p[n] == c) return p + n;
  }
  return nullptr;
}

inline const char* Strrchr(const char* p, char c) {
  return Memrchr(p, c, Strlen(p) + 1);
}

KHEAP_TEXTBOOK inline int Strncmp(const char* a, const char* b, std::size_t n) {
  for (; n != 0 && *a == *b && *a != 0; ++a, ++b) --n;
  return n != 0
             ? static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b)
             : 0;
}

KHEAP_TEXTBOOK inline char* Strncpy(char* d, const char* s, std::size_t n) {
  char* const result = d;
  if (AreAlignedAlike(d, s)) {
    for (; n != 0 && !IsAligned(s) && *s != 0; --n) *d++ = *s++;
    if (n != 0 && *s != 0) {
      for (; n >= sizeof(Word) && !HasZero(LoadWord(s)); n -= sizeof(Word)) {
        StoreWord(d, LoadWord(s));
        d += sizeof(Word);
        s += sizeof(Word);
      }
    }
  }
  for (; n != 0 && *s != 0; --n) *d++ = *s++;
  Memset(d, 0, n);
  return result;
}

inline char* Strcat(char* d, const char* s) {
  Strcpy(d + Strlen(d), s);
  return d;
}

#undef KHEAP_TEXTBOOK

}  // namespace kheap::textbook

#endif  // KHEAP_BENCHMARKS_CLIB_TEXTBOOK_H_
