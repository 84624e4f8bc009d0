// SPDX-License-Identifier: Apache-2.0
// Layouts beside what the compiler computes for the same declaration: every
// sequence of three member types, and pseudo-random bit-fields.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "scalars/struct_layout.h"
#include "tests/scalars/host_layout.h"

namespace kheap {
namespace {

using Builder = StructLayout::Builder;

struct Inner {
  char c;
  std::int32_t n;
};
StructLayout InnerLayout() {
  return *Builder("inner").Member("c", "char").Member("n", "int").Build();
}

// ---- members ----------------------------------------------------------------

template <int>
struct MemberType;
// clang-format off
template <> struct MemberType<0> { using Type = char; };
template <> struct MemberType<1> { using Type = short; };
template <> struct MemberType<2> { using Type = int; };
template <> struct MemberType<3> { using Type = double; };
template <> struct MemberType<4> { using Type = long double; };
template <> struct MemberType<5> { using Type = char[3]; };
template <> struct MemberType<6> { using Type = Inner; };
// clang-format on
constexpr int kMemberTypes = 7;
constexpr const char* kMemberTypeNames[] = {"char",   "short",       "int",
                                            "double", "long double", "char[3]"};

template <int i>
using MemberTypeOf = typename MemberType<i>::Type;

template <int a, int b, int c>
struct PlainStruct {
  MemberTypeOf<a> a_;
  MemberTypeOf<b> b_;
  MemberTypeOf<c> c_;
};
template <int a, int b, int c>
struct __attribute__((packed)) PackedStruct {
  MemberTypeOf<a> a_;
  MemberTypeOf<b> b_;
  MemberTypeOf<c> c_;
};
template <int a, int b, int c>
union PlainUnion {
  MemberTypeOf<a> a_;
  MemberTypeOf<b> b_;
  MemberTypeOf<c> c_;
};

struct Expected {
  std::size_t size_bytes;
  std::size_t alignment;
  std::array<std::size_t, 3> offsets;
};

template <typename S>
constexpr Expected ExpectedOf() {
  return {sizeof(S),
          alignof(S),
          {offsetof(S, a_), offsetof(S, b_), offsetof(S, c_)}};
}

void CheckMembers(Builder builder, int i, const Expected& expected) {
  constexpr const char* kNames[] = {"a", "b", "c"};
  const int types[] = {i / kMemberTypes / kMemberTypes,
                       i / kMemberTypes % kMemberTypes, i % kMemberTypes};
  for (int member = 0; member < 3; ++member) {
    if (types[member] == 6) {
      builder.Member(kNames[member], InnerLayout());
    } else {
      builder.Member(kNames[member], kMemberTypeNames[types[member]]);
    }
  }
  const StructLayout layout = *builder.Build();
  EXPECT_EQ(layout.size_bytes(), expected.size_bytes) << i;
  EXPECT_EQ(layout.alignment(), expected.alignment) << i;
  for (int member = 0; member < 3; ++member) {
    EXPECT_EQ(*layout.OffsetOf(kNames[member]), expected.offsets[member]) << i;
  }
}

template <int i>
void CheckSequence() {
  constexpr int a = i / kMemberTypes / kMemberTypes;
  constexpr int b = i / kMemberTypes % kMemberTypes;
  constexpr int c = i % kMemberTypes;
  CheckMembers(Builder(), i, ExpectedOf<PlainStruct<a, b, c>>());
  CheckMembers(Builder().Packed(), i, ExpectedOf<PackedStruct<a, b, c>>());
  CheckMembers(Builder().Union(), i, ExpectedOf<PlainUnion<a, b, c>>());
}

template <int... i>
void CheckAllSequences(std::integer_sequence<int, i...>) {
  // A fold of so many would be too deep for clang.
  for (const auto check : {&CheckSequence<i>...}) check();
}

TEST(StructLayoutPropertyTest, EverySequenceOfThreeMembersLiesAsCompiled) {
  if (!kHostIsLikeGuest) return;
  CheckAllSequences(
      std::make_integer_sequence<int,
                                 kMemberTypes * kMemberTypes * kMemberTypes>());
}

// ---- bit-fields -------------------------------------------------------------

template <int>
struct BitType;
// clang-format off
template <> struct BitType<0> { using Type = signed char; };
template <> struct BitType<1> { using Type = unsigned char; };
template <> struct BitType<2> { using Type = short; };
template <> struct BitType<3> { using Type = unsigned short; };
template <> struct BitType<4> { using Type = int; };
template <> struct BitType<5> { using Type = unsigned; };
template <> struct BitType<6> { using Type = long; };
template <> struct BitType<7> { using Type = unsigned long; };
template <> struct BitType<8> { using Type = bool; };
// clang-format on
constexpr int kBitTypes = 9;
constexpr const char* kBitTypeNames[] = {
    "signed char",    "unsigned char", "short",
    "unsigned short", "int",           "unsigned",
    "long",           "unsigned long", "bool"};
constexpr int kBitTypeWidths[] = {8, 8, 16, 16, 32, 32, 64, 64, 1};

template <int i>
using BitTypeOf = typename BitType<i>::Type;

// Declaration i: four bit-fields, the third of them unnamed and of width 0 at
// times, with a char before the second and a short before the last.
struct Declaration {
  std::array<int, 4> types;
  std::array<int, 4> widths;
};

constexpr Declaration DeclarationOf(int i) {
  std::uint64_t state = 0x9E37'79B9'7F4A'7C15 * (i + 1);
  const auto next = [&state](int bound) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<int>((state >> 33) % bound);
  };
  Declaration declaration{};
  for (int field = 0; field < 4; ++field) {
    const int type = next(kBitTypes);
    const int width = next(3) == 0
                          ? kBitTypeWidths[type]
                          : kBitTypeWidths[type] - next(kBitTypeWidths[type]);
    declaration.types[field] = type;
    declaration.widths[field] = field == 2 && next(4) == 0 ? 0 : width;
  }
  return declaration;
}

// The same members in a struct, a packed struct and a union.
#define MEMBERS                                        \
  static constexpr Declaration kIs = DeclarationOf(i); \
  BitTypeOf<kIs.types[0]> a_ : kIs.widths[0];          \
  char x_;                                             \
  BitTypeOf<kIs.types[1]> b_ : kIs.widths[1];          \
  BitTypeOf<kIs.types[2]> : kIs.widths[2];             \
  BitTypeOf<kIs.types[3]> d_ : kIs.widths[3];          \
  short y_;

template <int i>
struct BitStruct {
  MEMBERS
};
template <int i>
struct __attribute__((packed)) PackedBitStruct {
  MEMBERS
};
template <int i>
union BitUnion {
  MEMBERS
};
#undef MEMBERS

struct Bits {
  std::uint64_t offset_bits;
  std::uint64_t size_bits;
  friend bool operator==(const Bits&, const Bits&) = default;
};

struct ExpectedBits {
  std::size_t size_bytes;
  std::size_t alignment;
  std::array<Bits, 5> fields;  // a b d x y
};

// Where the bits are that `set` sets in an object of zeros.
template <typename S, typename Set>
Bits FindBits(Set set) {
  S object;
  std::memset(&object, 0, sizeof(S));
  set(object);
  std::array<unsigned char, sizeof(S)> bytes;
  std::memcpy(bytes.data(), &object, sizeof(S));
  Bits found{0, 0};
  for (std::uint64_t bit = 0; bit < sizeof(S) * 8; ++bit) {
    if ((bytes[bit / 8] >> (bit % 8) & 1) == 0) continue;
    if (found.size_bits++ == 0) found.offset_bits = bit;
  }
  return found;
}

// `ones` is -1; a constant would be warned of.
template <typename S>
ExpectedBits ExpectedBitsOf(std::int64_t ones) {
  return {sizeof(S),
          alignof(S),
          {FindBits<S>([=](S& s) { s.a_ = static_cast<decltype(s.a_)>(ones); }),
           FindBits<S>([=](S& s) { s.b_ = static_cast<decltype(s.b_)>(ones); }),
           FindBits<S>([=](S& s) { s.d_ = static_cast<decltype(s.d_)>(ones); }),
           FindBits<S>([=](S& s) { s.x_ = static_cast<char>(ones); }),
           FindBits<S>([=](S& s) { s.y_ = static_cast<short>(ones); })}};
}

std::string Describe(int i) {
  const Declaration declaration = DeclarationOf(i);
  std::string text = "declaration " + std::to_string(i) + ":";
  for (int field = 0; field < 4; ++field) {
    text += std::string(" ") + kBitTypeNames[declaration.types[field]] + ":" +
            std::to_string(declaration.widths[field]);
  }
  return text;
}

void CheckBits(Builder builder, int i, const ExpectedBits& expected) {
  const Declaration declaration = DeclarationOf(i);
  const auto add = [&](std::string_view name, int field) {
    builder.BitField(name, kBitTypeNames[declaration.types[field]],
                     declaration.widths[field]);
  };
  add("a", 0);
  builder.Member("x", "char");
  add("b", 1);
  add("", 2);
  add("d", 3);
  builder.Member("y", "short");
  const absl::StatusOr<StructLayout> layout = builder.Build();
  ASSERT_TRUE(layout.ok()) << layout.status() << Describe(i);
  EXPECT_EQ(layout->size_bytes(), expected.size_bytes) << Describe(i);
  EXPECT_EQ(layout->alignment(), expected.alignment) << Describe(i);
  constexpr const char* kNames[] = {"a", "b", "d", "x", "y"};
  for (int field = 0; field < 5; ++field) {
    const StructLayout::Field found = *layout->Find(kNames[field]);
    const Bits bits = {found.offset_bits(), found.size_bits()};
    EXPECT_EQ(bits, expected.fields[field])
        << kNames[field] << " at bit " << bits.offset_bits << " in place of "
        << expected.fields[field].offset_bits << " in " << Describe(i);
  }
}

template <int i>
void CheckDeclaration(std::int64_t ones) {
  CheckBits(Builder(), i, ExpectedBitsOf<BitStruct<i>>(ones));
  CheckBits(Builder().Packed(), i, ExpectedBitsOf<PackedBitStruct<i>>(ones));
  CheckBits(Builder().Union(), i, ExpectedBitsOf<BitUnion<i>>(ones));
}

template <int... i>
void CheckAllDeclarations(std::integer_sequence<int, i...>) {
  for (const auto check : {&CheckDeclaration<i>...}) check(/*ones=*/-1);
}

TEST(StructLayoutPropertyTest, BitFieldsLieAsCompiled) {
  if (!kHostIsLikeGuest) return;
  CheckAllDeclarations(std::make_integer_sequence<int, 250>());
}

}  // namespace
}  // namespace kheap
