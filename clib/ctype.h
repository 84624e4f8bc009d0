// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_CTYPE_H_
#define KHEAP_CLIB_CTYPE_H_

// Character classes and case of the locale "C": C23 7.4; isascii and toascii
// of POSIX.1-2001.
//
// A class function returns 1 or 0. An argument outside 0 … 127 is in no class
// and has no other case; that covers EOF and the values for which C leaves the
// behaviour undefined.

namespace kheap::clib {

constexpr int Isdigit(int c) { return c >= '0' && c <= '9'; }
constexpr int Islower(int c) { return c >= 'a' && c <= 'z'; }
constexpr int Isupper(int c) { return c >= 'A' && c <= 'Z'; }
constexpr int Isalpha(int c) { return Islower(c) || Isupper(c); }
constexpr int Isalnum(int c) { return Isalpha(c) || Isdigit(c); }
constexpr int Isxdigit(int c) {
  return Isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr int Isblank(int c) { return c == ' ' || c == '\t'; }
// Space and \t \n \v \f \r.
constexpr int Isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr int Iscntrl(int c) { return (c >= 0 && c < ' ') || c == 127; }
constexpr int Isprint(int c) { return c >= ' ' && c < 127; }
constexpr int Isgraph(int c) { return c > ' ' && c < 127; }
constexpr int Ispunct(int c) { return Isgraph(c) && !Isalnum(c); }

// POSIX: whether, and as, one of the 128 characters of ASCII.
constexpr int Isascii(int c) { return c >= 0 && c <= 127; }
constexpr int Toascii(int c) {
  return static_cast<int>(static_cast<unsigned>(c) % 128);
}

constexpr int Tolower(int c) { return Isupper(c) ? c - 'A' + 'a' : c; }
constexpr int Toupper(int c) { return Islower(c) ? c - 'a' + 'A' : c; }

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_CTYPE_H_
