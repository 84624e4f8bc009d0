// SPDX-License-Identifier: Apache-2.0
#include "clib/tokens.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kText = 700;
constexpr std::uint64_t kDelimiters = 3000;
constexpr std::uint64_t kPosition = 3500;

rc::Gen<std::string> Texts() {
  return rc::gen::container<std::string>(
      rc::gen::weightedElement<char>({{4, 'a'}, {1, ','}, {1, ';'}, {1, '.'}}));
}

// Both sides cut the same text to its end and once more; the results, the
// strings left behind and the saved positions agree at each step.

RC_GTEST_PROP(TokensProperty, StrtokCutsAsTheHostsDoes, (bool checked)) {
  GuestMemory m(checked);
  const std::string text = *Texts();
  m.PutString(kText, text);
  m.PutString(kDelimiters, *rc::gen::elementOf(std::vector<std::string>{
                               "", ",", ";,", ".;,", "a"}));
  char* host = std::strtok(m.Host(kText), m.Host(kDelimiters));
  Address ours = clib::Strtok(m.heap(), m.At(kText), m.At(kDelimiters));
  for (std::size_t i = 0; i <= text.size() + 1; ++i) {
    RC_ASSERT(m.OffsetOf(ours) == m.OffsetOf(host));
    RC_ASSERT(m.IsSame());
    host = std::strtok(nullptr, m.Host(kDelimiters));
    ours = clib::Strtok(m.heap(), kNullAddress, m.At(kDelimiters));
  }
}

RC_GTEST_PROP(TokensProperty, StrtokRCutsAsTheHostsDoes, (bool checked)) {
  GuestMemory m(checked);
  const std::string text = *Texts();
  m.PutString(kText, text);
  m.PutString(kDelimiters, *rc::gen::elementOf(
                               std::vector<std::string>{"", ",", ";,", "a"}));
  char* saved = nullptr;
  char* host = strtok_r(m.Host(kText), m.Host(kDelimiters), &saved);
  Address ours =
      clib::StrtokR(m.heap(), m.At(kText), m.At(kDelimiters), m.At(kPosition));
  for (std::size_t i = 0; i <= text.size() + 1; ++i) {
    RC_ASSERT(m.OffsetOf(ours) == m.OffsetOf(host));
    RC_ASSERT(m.OffsetOf(m.heap().Load<Address>(m.At(kPosition))) ==
              m.OffsetOf(saved));
    RC_ASSERT(m.Bytes(0, kPosition) == m.HostBytes(0, kPosition));
    host = strtok_r(nullptr, m.Host(kDelimiters), &saved);
    ours = clib::StrtokR(m.heap(), kNullAddress, m.At(kDelimiters),
                         m.At(kPosition));
  }
}

RC_GTEST_PROP(TokensProperty, StrsepCutsAsTheHostsDoes, (bool checked)) {
  GuestMemory m(checked);
  m.PutString(kText, *Texts());
  m.PutString(kDelimiters, *rc::gen::elementOf(
                               std::vector<std::string>{"", ",", ";,", "a"}));
  char* rest = m.Host(kText);
  m.heap().Store<Address>(m.At(kPosition), m.At(kText));
  for (;;) {
    const char* const host = strsep(&rest, m.Host(kDelimiters));
    const Address ours =
        clib::Strsep(m.heap(), m.At(kPosition), m.At(kDelimiters));
    RC_ASSERT(m.OffsetOf(ours) == m.OffsetOf(host));
    RC_ASSERT(m.OffsetOf(m.heap().Load<Address>(m.At(kPosition))) ==
              m.OffsetOf(rest));
    RC_ASSERT(m.Bytes(0, kPosition) == m.HostBytes(0, kPosition));
    if (host == nullptr) break;
  }
}

TEST(TokensTest, TwoArenasRememberTheirOwnPositions) {
  GuestMemory a(/*checked=*/false);
  GuestMemory b(/*checked=*/true);
  for (GuestMemory* m : {&a, &b}) {
    m->PutString(kText, "one two");
    m->PutString(kDelimiters, " ");
  }
  clib::Strtok(a.heap(), a.At(kText), a.At(kDelimiters));
  clib::Strtok(b.heap(), b.At(kText), b.At(kDelimiters));
  EXPECT_EQ(clib::Strtok(a.heap(), kNullAddress, a.At(kDelimiters)),
            a.At(kText + 4));
  EXPECT_EQ(clib::Strtok(b.heap(), kNullAddress, b.At(kDelimiters)),
            b.At(kText + 4));
}

TEST(TokensTest, GoingOnBeforeTheFirstCallIsANullDereference) {
  GuestMemory m(/*checked=*/false);
  m.PutString(kDelimiters, " ");
  EXPECT_EQ(
      FaultOf([&] { clib::Strtok(m.heap(), kNullAddress, m.At(kDelimiters)); }),
      (MemoryFault{FaultCode::kNullDereference, Access::kLoad, kNullAddress,
                   1}));
}

TEST(TokensFaultTest, AReadOnlyTextIsNotCut) {
  GuestMemory m(/*checked=*/false);
  GlobalHeap& heap = m.heap();
  const Address text = heap.layout().begin(Region::kReadOnly) + 100;
  std::memcpy(heap.RuntimeSpan(text, 6).data(), "ab,cd", 6);
  m.PutString(kDelimiters, ",");
  heap.Store<Address>(m.At(kPosition), text);
  const Digest before = heap.ComputeDigest();
  const MemoryFault fault = {FaultCode::kReadOnlyWrite, Access::kStore,
                             text + 2, 1};
  EXPECT_EQ(FaultOf([&] { clib::Strtok(heap, text, m.At(kDelimiters)); }),
            fault);
  EXPECT_EQ(FaultOf([&] {
              clib::StrtokR(heap, text, m.At(kDelimiters), m.At(kPosition));
            }),
            fault);
  EXPECT_EQ(
      FaultOf([&] { clib::Strsep(heap, m.At(kPosition), m.At(kDelimiters)); }),
      fault);
  EXPECT_EQ(heap.ComputeDigest(), before);
  // A text that is one token is not written.
  EXPECT_EQ(clib::Strtok(heap, text + 3, m.At(kDelimiters)), text + 3);
}

TEST(TokensFaultTest, ABadPositionLeavesTheTextWhole) {
  for (const bool checked : {false, true}) {
    GuestMemory m(checked);
    m.FillWith('#');
    m.PutString(kText, "ab,cd");
    m.PutString(kDelimiters, ",");
    const Address bad =
        (checked ? m.At(kPieceBytes) : m.heap().break_address()) - 4;
    EXPECT_EQ(FaultOf([&] {
                clib::StrtokR(m.heap(), m.At(kText), m.At(kDelimiters), bad);
              }),
              (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, bad, 8}));
    EXPECT_TRUE(m.IsSame());
  }
}

}  // namespace
}  // namespace kheap
