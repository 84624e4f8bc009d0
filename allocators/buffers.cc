// SPDX-License-Identifier: Apache-2.0
#include "allocators/buffers.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"

namespace kheap {

namespace {

constexpr std::uint64_t kSizeMax = std::numeric_limits<std::uint64_t>::max();

// The result, or the largest number where it does not fit: no buffer is that
// large.
std::uint64_t Product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kSizeMax : product;
}
std::uint64_t Sum(std::uint64_t a, std::uint64_t b) {
  return a <= kSizeMax - b ? a + b : kSizeMax;
}

// Lies before a buffer in a bump allocator, which itself keeps no sizes. It is
// no more than a hint: the guest can reach it.
struct BufferPrefix {
  LittleEndian<std::uint64_t> size_bytes;
  LittleEndian<std::uint64_t> seal;
};
static_assert(sizeof(BufferPrefix) == 16);

std::uint64_t SealOf(Address buffer, std::uint64_t size_bytes) {
  return bits::Xor(buffer.offset() * 11400714819323198485u, size_bytes) + 1;
}

}  // namespace

// ---- making ----------------------------------------------------------------

Address Buffers::Buffer(std::uint64_t size_bytes,
                        const BufferOptions& options) {
  std::optional<BumpAllocator> bump = AllocationScope::Current(registry_);
  const Address buffer = bump.has_value() ? FromBump(*bump, size_bytes, options)
                                          : FromMalloc(size_bytes, options);
  if (!buffer.is_null() && options.zeroed) Zero(buffer, size_bytes);
  return buffer;
}

Address Buffers::FromMalloc(std::uint64_t size_bytes,
                            const BufferOptions& options) {
  KMalloc& malloc = registry_.malloc();
  const Address buffer = malloc.AlignedAlloc(options.alignment, size_bytes);
  if (buffer.is_null()) return kNullAddress;
  registry_.NoteGrowth();
  registry_.SetObject(buffer);
  registry_.ledger().AddThing(Holder::kManual);
  registry_.ledger().Hold(Holder::kManual, malloc.MallocUsableSize(buffer));
  return buffer;
}

Address Buffers::FromBump(BumpAllocator& bump, std::uint64_t size_bytes,
                          const BufferOptions& options) {
  GlobalHeap& heap = registry_.heap();
  // A buffer that large has no room anyway, and this keeps the sums small.
  const std::uint64_t lead_bytes =
      std::min(std::max<std::uint64_t>(options.alignment, sizeof(BufferPrefix)),
               heap.layout().capacity_bytes());
  const Address begin =
      bump.Allocate(Sum(size_bytes, lead_bytes), options.alignment);
  if (begin.is_null()) return kNullAddress;
  const Address buffer = begin + lead_bytes;
  auto& prefix =
      heap.RuntimeObject<BufferPrefix>(buffer - sizeof(BufferPrefix));
  prefix.size_bytes = size_bytes;
  prefix.seal = SealOf(buffer, size_bytes);
  shade::Private(heap, begin, lead_bytes);
  return buffer;
}

void Buffers::Zero(Address address, std::uint64_t size_bytes) {
  registry_.heap().Fill(address, std::byte{0}, size_bytes);
}

Address Buffers::Array(std::uint64_t count, std::uint64_t element_bytes,
                       const BufferOptions& options) {
  return Buffer(Product(count, element_bytes), options);
}

Address Buffers::String(std::string_view text) {
  const Address string = Buffer(text.size() + 1);
  if (string.is_null()) return kNullAddress;
  const auto bytes =
      registry_.heap().Span(string, text.size() + 1, Access::kStore);
  std::memcpy(bytes.data(), text.data(), text.size());
  bytes[text.size()] = std::byte{0};
  return string;
}

Address Buffers::EmptyString(std::uint64_t length_bytes) {
  return Buffer(Sum(length_bytes, 1), {.zeroed = true});
}

// ---- resizing and freeing --------------------------------------------------

std::optional<BumpAllocator> Buffers::FindBump(Address address) const {
  const std::optional<RecordNumber> owner = registry_.OwnerOf(address);
  if (!owner.has_value()) return std::nullopt;
  return BumpAllocator::At(registry_, *owner);
}

void Buffers::RequireManual(Address address) const {
  if (address.offset() < registry_.heap().layout().capacity_bytes() &&
      !registry_.OwnerOf(address).has_value() &&
      bits::IsAligned(address.offset(), kGranuleBytes) &&
      registry_.IsObject(address)) {
    return;
  }
  // Malloc knows whether it was freed; what is live there is not ours.
  const std::optional<BlockInfo> info = registry_.malloc().Find(address);
  const bool live = info.has_value() && info->kind == BlockKind::kLive;
  if (!live) registry_.malloc().Free(address);
  RaiseFault(FaultCode::kInvalidFree, Access::kFree, address, 0);
}

Address Buffers::Resize(Address address, std::uint64_t size_bytes) {
  if (address.is_null()) return Buffer(size_bytes);
  if (size_bytes == 0) {
    Free(address);
    return kNullAddress;
  }
  std::optional<BumpAllocator> bump = FindBump(address);
  if (bump.has_value()) return ResizeInBump(*bump, address, size_bytes);
  RequireManual(address);
  KMalloc& malloc = registry_.malloc();
  const std::uint64_t old_bytes = malloc.MallocUsableSize(address);
  const Address resized = malloc.Realloc(address, size_bytes);
  if (resized.is_null()) return kNullAddress;
  registry_.NoteGrowth();
  registry_.ClearObject(address);
  registry_.SetObject(resized);
  registry_.ledger().Release(Holder::kManual, old_bytes);
  registry_.ledger().Hold(Holder::kManual, malloc.MallocUsableSize(resized));
  return resized;
}

std::uint64_t Buffers::SizeInBump(Address address) const {
  const auto& prefix = registry_.heap().RuntimeObject<BufferPrefix>(
      address - sizeof(BufferPrefix));
  const std::uint64_t size_bytes = prefix.size_bytes;
  if (prefix.seal != SealOf(address, size_bytes)) {
    RaiseFault(FaultCode::kInvalidFree, Access::kFree, address, 0);
  }
  return size_bytes;
}

Address Buffers::ResizeInBump(BumpAllocator& bump, Address address,
                              std::uint64_t size_bytes) {
  GlobalHeap& heap = registry_.heap();
  const std::uint64_t old_bytes = SizeInBump(address);
  const Address resized = FromBump(bump, size_bytes, {});
  if (resized.is_null()) return kNullAddress;
  heap.Move(resized, address, std::min(old_bytes, size_bytes));
  return resized;
}

void Buffers::Free(Address address) {
  if (address.is_null()) return;
  if (FindBump(address).has_value()) {
    (void)SizeInBump(address);
    return;
  }
  RequireManual(address);
  KMalloc& malloc = registry_.malloc();
  const std::uint64_t size_bytes = malloc.MallocUsableSize(address);
  malloc.Free(address);
  registry_.ClearObject(address);
  registry_.ledger().RemoveThing(Holder::kManual);
  registry_.ledger().Release(Holder::kManual, size_bytes);
}

absl::Status Buffers::CheckInvariants() const {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  registry_.malloc().Walk([&](const BlockInfo& info) {
    if (info.kind != BlockKind::kLive ||
        registry_.OwnerOf(info.begin).has_value() ||
        !registry_.IsObject(info.begin)) {
      return;
    }
    count += 1;
    bytes += info.size_bytes;
  });
  const Tally tally = registry_.ledger().Of(Holder::kManual);
  if (count == tally.live_count && bytes == tally.live_bytes) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::StrCat("buffers.ledger: ", count, " live buffers of ", bytes,
                   " bytes, and the ledger has ", tally.live_count, " of ",
                   tally.live_bytes));
}

}  // namespace kheap
