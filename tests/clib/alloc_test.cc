// SPDX-License-Identifier: Apache-2.0
#include "clib/alloc.h"

#include <cstring>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::int32_t kNoMemory = 12;

struct Guest {
  explicit Guest(bool checked, MallocPolicy policy = MallocPolicy::kPages)
      : heap(checked ? MakeCheckedHeap() : MakeFastHeap()),
        kmalloc(KMalloc::Create(*heap, policy).value()) {}

  // A block that holds exactly these bytes.
  Address BlockOf(const std::string& bytes) {
    const Address block = kmalloc.Malloc(bytes.size());
    std::memcpy(heap->Span(block, bytes.size(), Access::kStore).data(),
                bytes.data(), bytes.size());
    return block;
  }
  std::string BytesAt(Address address, std::uint64_t size) {
    return {reinterpret_cast<const char*>(heap->Span(address, size).data()),
            size};
  }

  std::unique_ptr<GlobalHeap> heap;
  KMalloc kmalloc;
};

TEST(StrdupTest, CopiesStringsOfEveryLengthIntoBlocksOfTheirOwn) {
  for (const bool checked : {false, true}) {
    for (const auto policy : {MallocPolicy::kPages, MallocPolicy::kTags}) {
      Guest guest(checked, policy);
      for (std::uint64_t length = 0; length <= 2000;
           length += length < 300 ? 1 : 97) {
        const std::string text(length, 'c');
        const Address string = guest.BlockOf(text + '\0');
        const Address copy = clib::Strdup(*guest.heap, guest.kmalloc, string);
        ASSERT_NE(copy, string);
        ASSERT_EQ(guest.BytesAt(copy, length + 1), text + '\0');
        ASSERT_GE(guest.kmalloc.MallocUsableSize(copy), length + 1);
        guest.kmalloc.Free(string);
        ASSERT_EQ(guest.BytesAt(copy, length + 1), text + '\0');
        guest.kmalloc.Free(copy);
        ASSERT_TRUE(guest.kmalloc.CheckInvariants().ok());
      }
    }
  }
}

TEST(StrndupTest, CopiesNoMoreThanItsLimit) {
  for (const bool checked : {false, true}) {
    Guest guest(checked);
    for (std::uint64_t length = 0; length <= 40; ++length) {
      const std::string text = std::string("abcdefghijklmnopqrstuvwxyz")
                                   .append(14, '!')
                                   .substr(0, length);
      const Address string = guest.BlockOf(text + '\0');
      for (std::uint64_t limit = 0; limit <= 50; ++limit) {
        const Address copy =
            clib::Strndup(*guest.heap, guest.kmalloc, string, limit);
        const std::string expected = text.substr(0, limit) + '\0';
        ASSERT_EQ(guest.BytesAt(copy, expected.size()), expected);
        guest.kmalloc.Free(copy);
      }
    }
  }
}

// Bytes behind the limit need not be there.
TEST(StrndupTest, ReadsNoFurtherThanItsLimit) {
  Guest guest(/*checked=*/true);
  const Address string = guest.BlockOf("four");
  const Address copy = clib::Strndup(*guest.heap, guest.kmalloc, string, 4);
  EXPECT_EQ(guest.BytesAt(copy, 5), std::string("four") + '\0');
}

// Regression: string functions read past the object.
TEST(StrdupFaultTest, AnUnterminatedStringFaultsAndAllocatesNothing) {
  Guest guest(/*checked=*/true);
  for (const std::uint64_t size : {1, 15, 16, 17, 300, 5000}) {
    const Address string = guest.BlockOf(std::string(size, 'x'));
    const Digest before = guest.heap->ComputeDigest();
    const MemoryFault fault = {FaultCode::kOutOfBounds, Access::kLoad,
                               string + size, 1};
    EXPECT_EQ(
        FaultOf([&] { clib::Strdup(*guest.heap, guest.kmalloc, string); }),
        fault);
    EXPECT_EQ(FaultOf([&] {
                clib::Strndup(*guest.heap, guest.kmalloc, string, size + 1);
              }),
              fault);
    EXPECT_EQ(guest.heap->ComputeDigest(), before);
  }
}

TEST(StrdupTest, WithoutRoomTheResultIsNullAndErrnoSaysSo) {
  const auto heap = MakeHeap(
      {.layout = {.capacity_bytes = std::uint64_t{1} << 22}, .checked = false});
  KMalloc kmalloc = KMalloc::Create(*heap).value();
  std::uint64_t length = std::uint64_t{1} << 20;
  Address string = kmalloc.Malloc(length + 1);
  ASSERT_FALSE(string.is_null());
  heap->Fill(string, std::byte{'x'}, length);
  heap->sb(string + length, 0);
  while (!kmalloc.Malloc(length + 1).is_null()) {
  }
  heap->set_guest_errno(0);
  EXPECT_EQ(clib::Strdup(*heap, kmalloc, string), kNullAddress);
  EXPECT_EQ(heap->guest_errno(), kNoMemory);
  heap->set_guest_errno(0);
  EXPECT_EQ(clib::Strndup(*heap, kmalloc, string, length), kNullAddress);
  EXPECT_EQ(heap->guest_errno(), kNoMemory);
}

}  // namespace
}  // namespace kheap
