// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_CLIB_GUEST_MEMORY_H_
#define KHEAP_TESTS_CLIB_GUEST_MEMORY_H_

// An arena with one piece of memory that a guest may use, and the same bytes in
// a host buffer, so that a test does the same on both sides and compares.
//
//   arena   … red zone | piece: kPieceBytes | red zone …
//   host                | the same bytes     |
//
// The piece lies in the heap or the data region: strings in the heap of a fast
// arena take the quick way, all others the way byte by byte.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/attributes.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "machine/fast_mem.h"
#include "machine/fast_string_mem.h"
#include "machine/host_mem.h"
#include "machine/host_string_mem.h"
#include "tests/support/heaps.h"

namespace kheap {

inline constexpr std::uint64_t kPieceBytes = 4096;

class GuestMemory {
 public:
  explicit GuestMemory(bool checked, Region region = Region::kHeap)
      : heap_(checked ? MakeCheckedHeap() : MakeFastHeap()),
        // Across a page boundary, which must not matter.
        begin_(heap_->layout().begin(region) + 3 * kPieceBytes - 512),
        host_(kPieceBytes, '\0') {
    const Address heap_begin = heap_->layout().begin(Region::kHeap);
    EXPECT_TRUE(heap_->SetBreak(heap_begin + 16 * kPieceBytes));
    if (checked) {
      heap_->shadow()->Set(begin_ - 64, 64, ShadowByte::kHeapRedZone);
      heap_->shadow()->Set(begin_, kPieceBytes, ShadowByte::kInitialised);
      heap_->shadow()->Set(begin_ + kPieceBytes, 64, ShadowByte::kHeapRedZone);
    }
    // What lies around the piece is not zero, so no string ends there by luck.
    std::memset(HostPointer(begin_ - 64), '!', 64);
    std::memset(HostPointer(begin_ + kPieceBytes), '!', 64);
  }

  GlobalHeap& heap() { return *heap_; }
  // The address and the host pointer of byte `offset` of the piece.
  Address At(std::uint64_t offset) const { return begin_ + offset; }
  // Not inline, or compilers warn of overlaps that they cannot exclude.
  ABSL_ATTRIBUTE_NOINLINE char* Host(std::uint64_t offset) {
    return &host_[offset];
  }

  // Offsets back from results; -1 for null.
  std::int64_t OffsetOf(Address address) const {
    return address.is_null() ? -1 : static_cast<std::int64_t>(address - begin_);
  }
  std::int64_t OffsetOf(const void* pointer) const {
    return pointer == nullptr
               ? -1
               : static_cast<const char*>(pointer) - host_.data();
  }

  // Writes on both sides.
  void Put(std::uint64_t offset, std::string_view bytes) {
    if (bytes.empty()) return;  // There may be no pointer to them.
    bytes.copy(&host_[offset], bytes.size());
    std::memcpy(HostPointer(At(offset)), bytes.data(), bytes.size());
  }
  void PutString(std::uint64_t offset, std::string_view text) {
    Put(offset, std::string(text) + '\0');
  }
  void FillWith(char byte) { Put(0, std::string(kPieceBytes, byte)); }
  // Bytes that differ from their neighbours, none of them zero.
  void FillWithPattern() {
    std::string bytes(kPieceBytes, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(1 + (i * 7 + i / 255) % 255);
    }
    Put(0, bytes);
  }

  std::string_view Bytes(std::uint64_t offset, std::uint64_t size) {
    return {HostPointer(At(offset)), size};
  }
  std::string_view HostBytes(std::uint64_t offset, std::uint64_t size) const {
    return std::string_view(host_).substr(offset, size);
  }
  // Whether both sides hold the same bytes, around the piece as well.
  bool IsSame() {
    return Bytes(0, kPieceBytes) == host_ &&
           Bytes(kPieceBytes, 64) == std::string(64, '!') &&
           std::string_view(HostPointer(begin_ - 64), 64) ==
               std::string(64, '!');
  }

 private:
  char* HostPointer(Address address) {
    return reinterpret_cast<char*>(heap_->base() + address.offset());
  }

  std::unique_ptr<GlobalHeap> heap_;
  Address begin_;
  std::string host_;
};

// In which arena, with which kernels.
template <typename MemKernels, typename StringKernels, bool kIsChecked,
          Region kInRegion>
struct Setting {
  using Mem = MemKernels;
  using StringMem = StringKernels;
  static GuestMemory Make() { return GuestMemory(kIsChecked, kInRegion); }
};

template <bool kIsChecked, Region kInRegion>
using HostSetting =
    Setting<machine::HostMem, machine::HostStringMem, kIsChecked, kInRegion>;
template <bool kIsChecked, Region kInRegion>
using PortableSetting =
    Setting<machine::FastMem, machine::FastStringMem, kIsChecked, kInRegion>;

using AllSettings = testing::Types<
    HostSetting<false, Region::kHeap>, HostSetting<false, Region::kData>,
    HostSetting<true, Region::kHeap>, PortableSetting<false, Region::kHeap>,
    PortableSetting<false, Region::kData>,
    PortableSetting<true, Region::kHeap>>;

// A test that runs in every setting.
template <typename TestSetting>
class GuestMemoryTest : public testing::Test {
 protected:
  using Mem = typename TestSetting::Mem;
  using StringMem = typename TestSetting::StringMem;

  GuestMemory memory_ = TestSetting::Make();
};

inline int SignOf(int value) { return (value > 0) - (value < 0); }

}  // namespace kheap

#endif  // KHEAP_TESTS_CLIB_GUEST_MEMORY_H_
