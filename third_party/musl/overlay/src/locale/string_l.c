// SPDX-License-Identifier: Apache-2.0
// String functions with a locale: there is one, so they are those without.

#include <locale.h>
#include <string.h>
#include <strings.h>

char *strerror_l(int number, locale_t locale) { return strerror(number); }
weak_alias(strerror_l, __strerror_l);

int strcoll_l(const char *a, const char *b, locale_t locale) {
  return strcoll(a, b);
}
weak_alias(strcoll_l, __strcoll_l);

size_t strxfrm_l(char *restrict destination, const char *restrict source,
                 size_t size, locale_t locale) {
  return strxfrm(destination, source, size);
}
weak_alias(strxfrm_l, __strxfrm_l);

int strcasecmp_l(const char *a, const char *b, locale_t locale) {
  return strcasecmp(a, b);
}
weak_alias(strcasecmp_l, __strcasecmp_l);

int strncasecmp_l(const char *a, const char *b, size_t size, locale_t locale) {
  return strncasecmp(a, b, size);
}
weak_alias(strncasecmp_l, __strncasecmp_l);
