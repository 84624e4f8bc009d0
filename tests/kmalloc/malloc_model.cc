// SPDX-License-Identifier: Apache-2.0
#include "tests/kmalloc/malloc_model.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "tests/support/bit_reference.h"

namespace kheap {

void MallocModel::Apply(const Step& step) {
  switch (step.call) {
    case Call::kMalloc:
      return Allocate(step, [&] { return malloc().Malloc(step.size_bytes); });
    case Call::kCalloc:
      return Calloc(step);
    case Call::kRealloc:
    case Call::kReallocArray:
      return Realloc(step);
    case Call::kAlignedAlloc:
    case Call::kPosixMemalign:
      return AllocateAligned(step);
    case Call::kFree:
    case Call::kFreeSized:
      return Free(step);
    case Call::kFreeMany:
      return FreeEverySecond();
    case Call::kBurst:
      return Burst(step);
    case Call::kTrim:
      malloc().MallocTrim(step.size_bytes);
      return;
  }
}

void MallocModel::Check() {
  const absl::Status status = malloc().CheckInvariants();
  if (!status.ok()) RC_FAIL(std::string(status.message()));
  Address end = arena_.heap_begin();
  std::uint64_t live_bytes = 0;
  for (const auto& [address, block] : blocks_) {
    const std::uint64_t usable = malloc().MallocUsableSize(address);
    RC_ASSERT(address >= end);
    RC_ASSERT(address.offset() % 16 == 0u);
    RC_ASSERT(usable >= block.requested_bytes);
    end = address + usable;
    live_bytes += usable;
    const auto bytes = heap().RuntimeSpan(address, block.bytes.size());
    RC_ASSERT(std::equal(bytes.begin(), bytes.end(), block.bytes.begin()));
  }
  RC_ASSERT(end <= heap().break_address());
  const MallocStats stats = malloc().Stats();
  RC_ASSERT(stats.live_blocks == blocks_.size());
  RC_ASSERT(stats.live_bytes == live_bytes);
  RC_ASSERT(stats.peak_bytes >= live_bytes);
  RC_ASSERT(stats.peak_blocks >= blocks_.size());
}

void MallocModel::FreeAll() {
  for (const auto& [address, block] : blocks_) malloc().Free(address);
  blocks_.clear();
}

void MallocModel::Add(Address address, std::uint64_t size_bytes) {
  serial_ += 1;
  Block block = {size_bytes, PatternBytes(size_bytes, serial_)};
  if (size_bytes != 0) {
    std::copy(block.bytes.begin(), block.bytes.end(),
              heap().Span(address, size_bytes, Access::kStore).begin());
  }
  RC_ASSERT(blocks_.emplace(address, std::move(block)).second);
}

void MallocModel::Calloc(const Step& step) {
  const std::uint64_t count = 1 + step.pick % 5;
  const Address block =
      Try([&] { return malloc().Calloc(count, step.size_bytes); });
  if (block.is_null()) return;
  const std::uint64_t size = count * step.size_bytes;
  for (const std::byte byte : heap().Span(block, size)) {
    RC_ASSERT(byte == std::byte{0});
  }
  Add(block, size);
}

void MallocModel::AllocateAligned(const Step& step) {
  const bool posix = step.call == Call::kPosixMemalign;
  const std::uint64_t alignment =
      posix ? std::max<std::uint64_t>(step.alignment, 8) : step.alignment;
  Address block;
  if (!posix) {
    block =
        Try([&] { return malloc().AlignedAlloc(alignment, step.size_bytes); });
  } else {
    const Digest before = heap().ComputeDigest();
    const std::int32_t error =
        malloc().PosixMemalign(result_, alignment, step.size_bytes);
    RC_ASSERT(error == 0 || error == kErrnoNoMemory);
    if (error != 0) RC_ASSERT(heap().ComputeDigest() == before);
    if (error == 0) {
      block = heap().Load<Address>(result_);
      const auto stored = heap().Span(result_, 8);
      blocks_[result_].bytes.assign(stored.begin(), stored.end());
    }
  }
  if (block.is_null()) return;
  RC_ASSERT(block.offset() % alignment == 0u);
  Add(block, step.size_bytes);
}

MallocModel::Position MallocModel::Pick(const Step& step) {
  return std::next(blocks_.begin(), step.pick % blocks_.size());
}

void MallocModel::Realloc(const Step& step) {
  const Position old = Pick(step);
  const Address address = old->first;
  if (address == result_) return;
  if (step.size_bytes == 0) {
    RC_ASSERT(malloc().Realloc(address, 0).is_null());
    blocks_.erase(old);
    return;
  }
  const bool array = step.call == Call::kReallocArray;
  const std::uint64_t count = array ? 1 + step.pick % 3 : 1;
  const Address moved = Try([&] {
    return array ? malloc().ReallocArray(address, count, step.size_bytes)
                 : malloc().Realloc(address, step.size_bytes);
  });
  if (moved.is_null()) return;
  const std::uint64_t size = count * step.size_bytes;
  const auto bytes = std::move(old->second.bytes);
  blocks_.erase(old);
  const auto kept =
      heap().Span(moved, std::min<std::uint64_t>(bytes.size(), size));
  RC_ASSERT(std::equal(kept.begin(), kept.end(), bytes.begin()));
  Add(moved, size);
}

void MallocModel::Free(const Step& step) {
  const Position old = Pick(step);
  if (old->first == result_) return;
  if (step.call == Call::kFree) {
    malloc().Free(old->first);
  } else {
    malloc().FreeSized(old->first, old->second.requested_bytes);
  }
  blocks_.erase(old);
}

void MallocModel::FreeEverySecond() {
  bool free = false;
  for (Position block = blocks_.begin(); block != blocks_.end();) {
    free = !free;
    if (!free || block->first == result_) {
      ++block;
      continue;
    }
    malloc().Free(block->first);
    block = blocks_.erase(block);
  }
}

void MallocModel::Burst(const Step& step) {
  const std::uint64_t size = step.size_bytes % 2200;
  for (int i = 0; i < kEnoughToBeHot; ++i) {
    malloc().Free(malloc().Malloc(size));
  }
  for (std::uint32_t i = 0; i < step.pick % 200; ++i) {
    const Address block = malloc().Malloc(size);
    if (block.is_null()) break;
    Add(block, size);
  }
  heap().set_guest_errno(0);
}

}  // namespace kheap
