// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_type.h"

#include <wchar.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/scalars/host_layout.h"

namespace kheap {
namespace {

enum Color { kRed };

TEST(CTypeTest, SizesAndAlignmentsAreTheCompilers) {
  if (!kHostIsLikeGuest) return;
#define EXPECT_AS_COMPILED(name, type)            \
  EXPECT_EQ(*SizeOf(name), sizeof(type)) << name; \
  EXPECT_EQ(*AlignOf(name), alignof(type)) << name;
#define EXPECT_TYPE(type) EXPECT_AS_COMPILED(#type, type)
  EXPECT_TYPE(bool);
  EXPECT_TYPE(char);
  EXPECT_TYPE(signed char);
  EXPECT_TYPE(unsigned char);
  EXPECT_TYPE(short);
  EXPECT_TYPE(short int);
  EXPECT_TYPE(unsigned short int);
  EXPECT_TYPE(int);
  EXPECT_TYPE(unsigned);
  EXPECT_TYPE(signed);
  EXPECT_TYPE(unsigned int);
  EXPECT_TYPE(long);
  EXPECT_TYPE(long unsigned int);
  EXPECT_TYPE(unsigned long);
  EXPECT_TYPE(long long);
  EXPECT_TYPE(long int long unsigned);
  EXPECT_TYPE(__int128);
  EXPECT_TYPE(unsigned __int128);
  EXPECT_TYPE(float);
  EXPECT_TYPE(double);
  EXPECT_TYPE(long double);
  EXPECT_AS_COMPILED("float _Complex", std::complex<float>);
  EXPECT_AS_COMPILED("double _Complex", std::complex<double>);
  EXPECT_AS_COMPILED("long double _Complex", std::complex<long double>);
  EXPECT_AS_COMPILED("enum color", Color);
  EXPECT_TYPE(int8_t);
  EXPECT_TYPE(uint16_t);
  EXPECT_TYPE(int32_t);
  EXPECT_TYPE(uint64_t);
  EXPECT_TYPE(intptr_t);
  EXPECT_TYPE(uintptr_t);
  EXPECT_TYPE(intmax_t);
  EXPECT_TYPE(size_t);
  EXPECT_TYPE(ptrdiff_t);
  EXPECT_TYPE(ssize_t);
  EXPECT_TYPE(off_t);
  EXPECT_TYPE(time_t);
  EXPECT_TYPE(wchar_t);
  EXPECT_TYPE(wint_t);
  EXPECT_TYPE(char16_t);
  EXPECT_TYPE(char32_t);
  EXPECT_TYPE(void*);
  EXPECT_TYPE(const char*);
  EXPECT_TYPE(int* const*);
  EXPECT_AS_COMPILED("struct s *", void*);
  EXPECT_TYPE(int[3]);
  EXPECT_TYPE(char[2][5]);
  EXPECT_AS_COMPILED("int *[4]", int* [4]);
  EXPECT_TYPE(int(*)[3]);
  EXPECT_TYPE(char(*)[]);
  EXPECT_TYPE(int(*[5])[3]);
  EXPECT_TYPE(int (*)());
  EXPECT_TYPE(int (*)(void));
  EXPECT_TYPE(void (*const*)(const char*, ...));
  EXPECT_TYPE(void (*[7])(int[], char));
  EXPECT_TYPE(int (*(*)[3])(void));
  EXPECT_TYPE(void (*(*)(int, void (*)(int)))(int));
#undef EXPECT_TYPE
#undef EXPECT_AS_COMPILED
}

TEST(CTypeTest, SpacesQualifiersAndOrderDoNotMatter) {
  for (const char* name : {"unsigned long", " unsigned  long ", "long unsigned",
                           "int long unsigned", "const unsigned long",
                           "unsigned const long volatile", "unsigned\tlong"}) {
    EXPECT_EQ(*SizeOf(name), 8u) << name;
    EXPECT_EQ(CType::Parse(name)->kind(), CType::Kind::kUnsigned) << name;
  }
  for (const char* name :
       {"int*", "int *", "const int *", "int const*", "int * const",
        "int *restrict", "void*", "struct s*", "union u **", "unsigned char*",
        "int((*))[3]", "int (* const)(void)", "int ( * ) ( int , ... )",
        "struct s (*)(struct s)", "struct s (*)[3]",
        "double (*(*)(void))[2]"}) {
    EXPECT_EQ(*SizeOf(name), 8u) << name;
    EXPECT_EQ(CType::Parse(name)->kind(), CType::Kind::kPointer) << name;
  }
}

TEST(CTypeTest, ArraysKnowTheirElements) {
  const CType type = *CType::Parse("short[2][3]");
  EXPECT_EQ(type.kind(), CType::Kind::kArray);
  EXPECT_EQ(type.size_bytes(), 12u);
  EXPECT_EQ(type.alignment(), 2u);
  EXPECT_EQ(type.element()->size_bytes(), 6u);
  EXPECT_EQ(type.element()->element()->size_bytes(), 2u);
  EXPECT_EQ(type.element()->element()->element(), nullptr);
  const CType handlers = *CType::Parse("void (*[2])(int)");
  EXPECT_EQ(handlers.size_bytes(), 16u);
  EXPECT_EQ(handlers.element()->kind(), CType::Kind::kPointer);
}

// "*" so many times within parentheses.
std::string Nested(int count) {
  return "int " + std::string(count, '(') + "*" + std::string(count, ')');
}

TEST(CTypeTest, ParenthesesNestAsDeepAsCAsksFor) {
  EXPECT_EQ(*SizeOf(Nested(63)), 8u);
  EXPECT_EQ(SizeOf(Nested(64)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SizeOf(Nested(1000000)).status().code(),
            absl::StatusCode::kInvalidArgument);
  // Each pair of these is closed before the next opens.
  EXPECT_EQ(*SizeOf("int (*(*(*)(void))(void))(int (*)(void), int (*)(void))"),
            8u);
  std::string parameters = "void *";
  for (int i = 0; i < 100; ++i) parameters += ", void (*)(int)";
  EXPECT_EQ(*SizeOf("int (*)(" + parameters + ")"), 8u);
}

TEST(CTypeTest, WhatHasNoSizeIsRefused) {
  for (const char* name : {"",
                           " ",
                           "void",
                           "struct s",
                           "union u",
                           "struct",
                           "enum",
                           "foo",
                           "foo *",
                           "*",
                           "int int",
                           "unsigned double",
                           "short long",
                           "long long long",
                           "signed unsigned",
                           "char int",
                           "int[",
                           "int[]",
                           "int[0]",
                           "int[-1]",
                           "int[x]",
                           "int[3]]",
                           "int[3] *",
                           "int(void)",
                           "int()",
                           "int (*",
                           "int (*)(",
                           "int (*)(void",
                           "int (*)(void))",
                           "int (*)(void) *",
                           "int (*)(void, int)",
                           "int (*)(int, void)",
                           "int (*)(int,)",
                           "int (*)(,)",
                           "int (*)(int int)",
                           "int (*)(..)",
                           "int (*)(..., int)",
                           "int (*)(void)[3]",
                           "int (*)(void)(void)",
                           "int (*)[3](void)",
                           "int (*)[3][]",
                           "int (*)[0]",
                           "int (*)[4611686018427387904]",
                           "void (*)[3]",
                           "foo (*)(void)",
                           "(*)(void)",
                           "int[2][]",
                           "int x",
                           "int,",
                           "3",
                           "const",
                           "int[99999999999999999999]",
                           "long[1000000000000000000]",
                           "long[1000000000][1000000000]"}) {
    EXPECT_EQ(SizeOf(name).status().code(), absl::StatusCode::kInvalidArgument)
        << name;
    EXPECT_EQ(AlignOf(name).status().code(), absl::StatusCode::kInvalidArgument)
        << name;
  }
}

}  // namespace
}  // namespace kheap
