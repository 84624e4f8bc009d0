// SPDX-License-Identifier: Apache-2.0
#include "clib/ctype.h"

#include <ctype.h>

#include <cctype>
#include <climits>

#include "gtest/gtest.h"

namespace kheap {
namespace {

struct CharacterClass {
  const char* name;
  int (*ours)(int);
  int (*hosts)(int);
};

constexpr CharacterClass kClasses[] = {
    {"isalnum", clib::Isalnum, std::isalnum},
    {"isalpha", clib::Isalpha, std::isalpha},
    {"isblank", clib::Isblank, std::isblank},
    {"iscntrl", clib::Iscntrl, std::iscntrl},
    {"isdigit", clib::Isdigit, std::isdigit},
    {"isgraph", clib::Isgraph, std::isgraph},
    {"islower", clib::Islower, std::islower},
    {"isprint", clib::Isprint, std::isprint},
    {"ispunct", clib::Ispunct, std::ispunct},
    {"isspace", clib::Isspace, std::isspace},
    {"isupper", clib::Isupper, std::isupper},
    {"isxdigit", clib::Isxdigit, std::isxdigit},
};

// What C defines: EOF and every unsigned char.
TEST(CtypeTest, ClassesAndCasesAreTheHosts) {
  for (int c = EOF; c <= UCHAR_MAX; ++c) {
    for (const CharacterClass& a_class : kClasses) {
      EXPECT_EQ(a_class.ours(c), a_class.hosts(c) != 0 ? 1 : 0)
          << a_class.name << " " << c;
    }
    EXPECT_EQ(clib::Tolower(c), std::tolower(c)) << c;
    EXPECT_EQ(clib::Toupper(c), std::toupper(c)) << c;
  }
}

TEST(CtypeTest, OtherNumbersAreInNoClassAndHaveNoCase) {
  for (const int c : {INT_MIN, -200, -128, -2, 256, 'a' + 256, INT_MAX}) {
    for (const CharacterClass& a_class : kClasses) {
      EXPECT_EQ(a_class.ours(c), 0) << a_class.name << " " << c;
    }
    EXPECT_EQ(clib::Tolower(c), c);
    EXPECT_EQ(clib::Toupper(c), c);
  }
}

TEST(CtypeTest, AsciiIsTheHosts) {
  for (int c = -1000; c <= 1000; ++c) {
    EXPECT_EQ(clib::Isascii(c), isascii(c) != 0 ? 1 : 0) << c;
    EXPECT_EQ(clib::Toascii(c), toascii(c)) << c;
  }
  EXPECT_EQ(clib::Toascii(INT_MIN), toascii(INT_MIN));
  EXPECT_EQ(clib::Toascii(INT_MAX), toascii(INT_MAX));
}

}  // namespace
}  // namespace kheap
