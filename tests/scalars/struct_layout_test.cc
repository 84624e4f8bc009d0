// SPDX-License-Identifier: Apache-2.0
#include "scalars/struct_layout.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/scalars/host_layout.h"

namespace kheap {
namespace {

using Builder = StructLayout::Builder;

// The declarations beside the layouts; struct_layout_property_test.cc has all
// the combinations.
struct Inner {
  char c;
  double d;
};
struct Outer {
  std::int16_t first;
  Inner inner;
  Inner rows[3];
  char text[5];
  union {
    std::int32_t i;
    char bytes[6];
  };
  void* p;
};
struct __attribute__((packed)) PackedOuter {
  char c;
  Inner inner;
  std::int32_t n;
};
struct Raised {
  char c;
  alignas(32) char raised;
  char d;
};
struct __attribute__((packed)) PackedRaised {
  char c;
  alignas(4) char raised;
  std::int64_t n;
};
struct __attribute__((aligned(64))) Aligned {
  char c;
};
struct Flexible {
  std::int32_t count;
  char c;
  std::int16_t tail[];
};

StructLayout InnerLayout() {
  return *Builder("struct inner")
              .Member("c", "char")
              .Member("d", "double")
              .Build();
}

StructLayout OuterLayout() {
  const StructLayout anonymous = *Builder("union")
                                      .Union()
                                      .Member("i", "int")
                                      .Member("bytes", "char[6]")
                                      .Build();
  return *Builder("struct outer")
              .Member("first", "short")
              .Member("inner", InnerLayout())
              .Member("rows", *CType::Array(CType::Struct(InnerLayout()), 3))
              .Member("text", "char[5]")
              .Member("", anonymous)
              .Member("p", "void *")
              .Build();
}

TEST(StructLayoutTest, NestedStructsArraysAndAnonymousUnionsLieAsCompiled) {
  if (!kHostIsLikeGuest) return;
  const StructLayout outer = OuterLayout();
  EXPECT_EQ(outer.size_bytes(), sizeof(Outer));
  EXPECT_EQ(outer.alignment(), alignof(Outer));
  EXPECT_EQ(*outer.OffsetOf("first"), offsetof(Outer, first));
  EXPECT_EQ(*outer.OffsetOf("inner"), offsetof(Outer, inner));
  EXPECT_EQ(*outer.OffsetOf("inner.d"), offsetof(Outer, inner.d));
  EXPECT_EQ(*outer.OffsetOf("rows"), offsetof(Outer, rows));
  EXPECT_EQ(*outer.OffsetOf("rows[2]"), offsetof(Outer, rows[2]));
  EXPECT_EQ(*outer.OffsetOf("rows[2].d"), offsetof(Outer, rows[2].d));
  EXPECT_EQ(*outer.OffsetOf("text[4]"), offsetof(Outer, text[4]));
  EXPECT_EQ(*outer.OffsetOf("i"), offsetof(Outer, i));
  EXPECT_EQ(*outer.OffsetOf("bytes[5]"), offsetof(Outer, bytes[5]));
  EXPECT_EQ(*outer.OffsetOf("p"), offsetof(Outer, p));
  EXPECT_EQ(outer.Find("rows[1].c")->type.name(), "char");
  EXPECT_EQ(outer.Find("rows[1]")->type.layout()->name(), "struct inner");
}

TEST(StructLayoutTest, DesignatorsThatLeadNowhereAreNotFound) {
  const StructLayout outer = OuterLayout();
  for (const char* designator :
       {"", ".", "[0]", "x", "inner.x", "inner.", "inner..c", "inner[0]",
        "rows.c", "rows[", "rows[]", "rows[x]", "rows[1", "rows[1].", "first.c",
        "text[0].c", "rows[1]c", "rows[0][0]"}) {
    EXPECT_EQ(outer.Find(designator).status().code(),
              absl::StatusCode::kNotFound)
        << designator;
  }
}

TEST(StructLayoutTest, PackedStructsHaveNoPaddingButWithin) {
  if (!kHostIsLikeGuest) return;
  const StructLayout packed = *Builder("struct packed")
                                   .Packed()
                                   .Member("c", "char")
                                   .Member("inner", InnerLayout())
                                   .Member("n", "int")
                                   .Build();
  EXPECT_EQ(packed.size_bytes(), sizeof(PackedOuter));
  EXPECT_EQ(packed.alignment(), alignof(PackedOuter));
  EXPECT_EQ(*packed.OffsetOf("inner.d"), offsetof(PackedOuter, inner.d));
  EXPECT_EQ(*packed.OffsetOf("n"), offsetof(PackedOuter, n));
  EXPECT_TRUE(packed.FindPadding().empty());
}

TEST(StructLayoutTest, AlignmentsCanBeRaised) {
  if (!kHostIsLikeGuest) return;
  const StructLayout raised = *Builder("struct raised")
                                   .Member("c", "char")
                                   .Member("raised", "char", 32)
                                   .Member("d", "char")
                                   .Build();
  EXPECT_EQ(raised.size_bytes(), sizeof(Raised));
  EXPECT_EQ(raised.alignment(), alignof(Raised));
  EXPECT_EQ(*raised.OffsetOf("raised"), offsetof(Raised, raised));
  EXPECT_EQ(*raised.OffsetOf("d"), offsetof(Raised, d));
  const StructLayout packed = *Builder("struct packed")
                                   .Packed()
                                   .Member("c", "char")
                                   .Member("raised", "char", 4)
                                   .Member("n", "long")
                                   .Build();
  EXPECT_EQ(packed.size_bytes(), sizeof(PackedRaised));
  EXPECT_EQ(packed.alignment(), alignof(PackedRaised));
  EXPECT_EQ(*packed.OffsetOf("n"), offsetof(PackedRaised, n));
  const StructLayout aligned =
      *Builder("struct aligned").Aligned(64).Member("c", "char").Build();
  EXPECT_EQ(aligned.size_bytes(), sizeof(Aligned));
  EXPECT_EQ(aligned.alignment(), alignof(Aligned));
}

TEST(StructLayoutTest, AFlexibleArrayAddsItsAlignmentAndNoSize) {
  if (!kHostIsLikeGuest) return;
  const StructLayout flexible = *Builder("struct flexible")
                                     .Member("count", "int")
                                     .Member("c", "char")
                                     .FlexibleArray("tail", "short")
                                     .Build();
  EXPECT_EQ(flexible.size_bytes(), sizeof(Flexible));
  EXPECT_EQ(flexible.alignment(), alignof(Flexible));
  EXPECT_EQ(*flexible.OffsetOf("tail"), offsetof(Flexible, tail));
  EXPECT_EQ(*flexible.OffsetOf("tail[10]"), 26u);
  EXPECT_EQ(Builder()
                .Member("c", "char")
                .FlexibleArray("tail", "long")
                .Build()
                ->size_bytes(),
            8u);
}

TEST(StructLayoutTest, PaddingIsWhereNoMemberIs) {
  const StructLayout layout = *Builder("struct s")
                                   .Member("c", "char")
                                   .Member("n", "int")
                                   .BitField("low", "unsigned", 3)
                                   .BitField("", "unsigned", 2)
                                   .BitField("high", "unsigned", 7)
                                   .Member("d", "double")
                                   .Member("e", "char")
                                   .Build();
  EXPECT_EQ(layout.FindPadding(),
            (std::vector<StructLayout::Padding>{
                {8, 24}, {64 + 3, 2}, {64 + 12, 52}, {192 + 8, 56}}));
  const StructLayout both = *Builder("union u")
                                 .Union()
                                 .Member("n", "int")
                                 .Member("text", "char[6]")
                                 .Build();
  EXPECT_EQ(both.FindPadding(), (std::vector<StructLayout::Padding>{{48, 16}}));
}

TEST(StructLayoutTest, ABitFieldHasAPlaceButNoOffset) {
  const StructLayout layout =
      *Builder("struct s").Member("c", "char").BitField("b", "int", 5).Build();
  const StructLayout::Field b = *layout.Find("b");
  EXPECT_EQ(b.offset_bytes, 1u);
  EXPECT_EQ(b.first_bit, 0);
  EXPECT_EQ(b.bit_count, 5);
  EXPECT_EQ(layout.OffsetOf("b").status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Build's status for a struct with a member before the mistake.
absl::StatusCode CodeOf(const Builder& builder) {
  return builder.Build().status().code();
}
Builder WithMember() { return Builder("struct s").Member("a", "int"); }

TEST(StructLayoutTest, MistakesAreRefused) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(CodeOf(Builder()), invalid);
  EXPECT_EQ(CodeOf(Builder().BitField("", "int", 3)), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", "foo")), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", "void")), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("a", "char")), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("", "char")), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", "char", 3)), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", "char", 0)), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", "char", 8192)), invalid);
  EXPECT_EQ(CodeOf(WithMember().Aligned(48)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "int", 33)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "int", 0)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "int", -1)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("", "int", -1)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "bool", 2)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "float", 2)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "int *", 2)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "__int128", 2)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("b", "foo", 2)), invalid);
  EXPECT_EQ(CodeOf(WithMember().BitField("a", "int", 2)), invalid);
  EXPECT_EQ(CodeOf(Builder().FlexibleArray("tail", "int")), invalid);
  EXPECT_EQ(
      CodeOf(Builder().Union().Member("a", "int").FlexibleArray("tail", "int")),
      invalid);
  EXPECT_EQ(CodeOf(WithMember().FlexibleArray("a", "int")), invalid);
  EXPECT_EQ(CodeOf(WithMember().FlexibleArray("tail", "foo")), invalid);
  EXPECT_EQ(
      CodeOf(WithMember().FlexibleArray("tail", "int").Member("b", "int")),
      invalid);
  EXPECT_EQ(
      CodeOf(WithMember().FlexibleArray("tail", "int").BitField("b", "int", 1)),
      invalid);
  const StructLayout has_a = *Builder("struct").Member("a", "int").Build();
  EXPECT_EQ(CodeOf(WithMember().Member("", has_a)), invalid);
  EXPECT_EQ(CodeOf(WithMember().Member("b", has_a)), absl::StatusCode::kOk);
}

TEST(StructLayoutTest, TheFirstMistakeIsNamed) {
  const absl::Status status = Builder("struct s")
                                  .Member("a", "int")
                                  .Member("b", "strukt t")
                                  .Member("a", "int")
                                  .Build()
                                  .status();
  const std::string message(status.message());
  EXPECT_NE(message.find("struct s"), std::string::npos) << message;
  EXPECT_NE(message.find("\"b\""), std::string::npos) << message;
  EXPECT_NE(message.find("strukt t"), std::string::npos) << message;
}

TEST(StructLayoutTest, SizesThatNoArenaHoldsAreRefused) {
  const CType large =
      *CType::Array(*CType::Parse("char"), CType::kSizeBytesMax);
  EXPECT_EQ(CodeOf(Builder().Member("a", large)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(Builder().Member("a", large).Member("b", "char")),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Builder().Member("a", large).Member("b", large)),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kheap
