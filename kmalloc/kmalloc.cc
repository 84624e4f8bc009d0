// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/kmalloc.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "machine/check.h"

namespace kheap {

namespace {

// A class gets its cache and its first page once it has been asked for this
// often; until then its blocks are plain chunks, which costs less memory for
// sizes that are rare.
constexpr std::uint32_t HotRequests(int size_class) {
  return size_class <= kSmallClassCount
             ? 256
             : 64 + static_cast<std::uint32_t>(ClassBytes(size_class) / 4);
}

// How many blocks a cache holds: a 128th of the heap in bytes, within limits.
std::uint32_t CacheCapacity(int size_class, std::uint64_t heap_bytes) {
  constexpr std::uint64_t kShare = 128;
  const std::uint64_t bytes =
      std::clamp<std::uint64_t>(heap_bytes / kShare, 16 * 1024, 1024 * 1024);
  const std::uint64_t blocks = std::min<std::uint64_t>(
      bytes / ClassBytes(size_class), kCacheSlotsPerClass - 1);
  if (blocks < 2) return 0;
  return static_cast<std::uint32_t>(blocks);
}

}  // namespace

// ---- making ----------------------------------------------------------------

KMalloc::KMalloc(GlobalHeap& heap)
    : heap_(&heap),
      directory_(heap),
      chunks_(heap, directory_),
      pages_(directory_, chunks_),
      guard_(heap, directory_),
      granule_count_(heap.layout().capacity_bytes() / kGranuleBytes) {}

absl::StatusOr<KMalloc> KMalloc::Create(GlobalHeap& heap, MallocPolicy policy) {
  const MemoryLayout& layout = heap.layout();
  if (layout.capacity_bytes() > kAllocatorCapacityMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("an arena of ", layout.capacity_bytes(),
                     " bytes is above the allocator's limit of ",
                     kAllocatorCapacityMax, " bytes"));
  }
  const Address directory_begin = layout.begin(Region::kDirectory);
  const DirectoryLayout tables =
      DirectoryLayout::Of(directory_begin, layout.capacity_bytes());
  KHEAP_CHECK(tables.end <= layout.end(Region::kDirectory),
              "the layout gives the directory the room it needs");
  // What lies behind the used end is zero, and may be a gigabyte.
  const Address used_end(
      heap.control().regions[IndexOf(Region::kDirectory)].used_end);
  std::memset(heap.base() + directory_begin.offset(), 0,
              used_end - directory_begin);
  KMalloc malloc(heap);
  malloc.directory_.header().policy = static_cast<std::uint64_t>(policy);
  for (int c = 1; c < kClassCount; ++c) {
    ClassState& state = malloc.directory_.size_class(c);
    state.begin = c * kCacheSlotsPerClass;
    state.cursor = c * kCacheSlotsPerClass;
    state.end = c * kCacheSlotsPerClass;
  }
  if (!malloc.chunks_.Format()) {
    return absl::ResourceExhaustedError(
        "the host has no memory for the first bytes of the heap");
  }
  malloc.NoteGrowth();
  return malloc;
}

absl::StatusOr<KMalloc> KMalloc::Attach(GlobalHeap& heap) {
  const KMalloc malloc(heap);
  // An allocator has a top from its first moment on.
  if (malloc.chunks_.top().is_null()) {
    return absl::FailedPreconditionError("the arena has no allocator");
  }
  return malloc;
}

bool KMalloc::Indent(std::uint64_t bytes) {
  if (!chunks_.Indent(bytes)) return false;
  NoteGrowth();
  return true;
}

MallocPolicy KMalloc::policy() const {
  return static_cast<MallocPolicy>(directory_.header().policy.get());
}

// ---- counting --------------------------------------------------------------

void KMalloc::Hold(std::uint64_t bytes, std::uint64_t blocks) {
  DirectoryHeader& header = directory_.header();
  header.held_bytes += bytes;
  header.held_blocks += blocks;
  if (header.peak_bytes < header.held_bytes) {
    header.peak_bytes = header.held_bytes.get();
  }
  if (header.peak_blocks < header.held_blocks) {
    header.peak_blocks = header.held_blocks.get();
  }
}

void KMalloc::Release(std::uint64_t bytes, std::uint64_t blocks) {
  directory_.header().held_bytes -= bytes;
  directory_.header().held_blocks -= blocks;
}

Address KMalloc::FailWith(std::int32_t error) {
  heap_->set_guest_errno(error);
  return kNullAddress;
}

void KMalloc::NoteGrowth() {
  const Address heap_break = heap_->break_address();
  DirectoryHeader& header = directory_.header();
  if (header.noted_break == heap_break.offset()) return;
  header.noted_break = heap_break.offset();
  const MemoryLayout& layout = heap_->layout();
  heap_->SetUsedEnd(Region::kDirectory,
                    DirectoryLayout::Of(layout.begin(Region::kDirectory),
                                        layout.capacity_bytes())
                            .start_bits +
                        DirectoryLayout::StartBitsBytes(heap_break.offset()));
  const std::uint64_t heap_bytes = heap_break - layout.begin(Region::kHeap);
  const auto scale = static_cast<std::uint64_t>(bits::Log2Floor(heap_bytes));
  if (scale <= header.heap_scale) return;
  header.heap_scale = scale;
  for (int c = 1; c < kClassCount; ++c) {
    ClassState& state = directory_.size_class(c);
    if (state.begin == state.end) continue;
    state.end = std::max<std::uint32_t>(
        state.end,
        state.begin + CacheCapacity(c, bits::Bit(static_cast<int>(scale))));
  }
}

std::uint64_t KMalloc::DirectoryBytesInUse() const {
  const std::uint64_t heap_bytes =
      heap_->break_address() - heap_->layout().begin(Region::kHeap);
  return sizeof(DirectoryHeader) + kClassCount * sizeof(ClassState) +
         kCacheSlotCount * sizeof(Granule) +
         heap_bytes / kUnitBytes * sizeof(UnitRecord) +
         heap_bytes / kFrameBytes * sizeof(PageRecord) +
         DirectoryLayout::StartBitsBytes(heap_bytes);
}

// ---- allocating ------------------------------------------------------------

void KMalloc::CountRequest(int size_class) {
  if (policy() == MallocPolicy::kTags || size_class == kNoClass) return;
  ClassState& state = directory_.size_class(size_class);
  if (state.begin != state.end) return;
  state.requests += 1;
  if (state.requests < HotRequests(size_class)) return;
  const auto scale = static_cast<int>(directory_.header().heap_scale);
  state.end =
      state.begin + CacheCapacity(size_class, bits::Bit<std::uint64_t>(scale));
}

Address KMalloc::MallocSlow(std::uint64_t size_bytes) {
  if (guarded()) return AllocateGuarded(size_bytes, kGranuleBytes);
  // No bytes take the room of one, and there may be some in the cache.
  if (size_bytes == 0) return Malloc(1);
  const int size_class = SizeClassOf(size_bytes);
  if (IsHot(size_class)) {
    const Address slot = AllocateSlot(size_class);
    if (!slot.is_null()) return slot;
  }
  return AllocatePlain(size_bytes, kGranuleBytes, size_class);
}

Address KMalloc::AllocateSlot(int size_class) {
  pages_.ReleaseEmptyPage(size_class);
  std::uint32_t moved = 0;
  if (!pages_.Refill(size_class, moved)) return kNullAddress;
  Hold(moved * ClassBytes(size_class), moved);
  NoteGrowth();
  const Granule slot = ClassCache(directory_, size_class).Pop();
  directory_.SetStart(slot);
  return AddressOf(slot);
}

Address KMalloc::AllocatePlain(std::uint64_t size_bytes,
                               std::uint64_t alignment, int size_class) {
  const Chunk chunk = AllocateChunk(size_bytes, alignment);
  if (!chunk.exists()) return FailWith(kErrnoNoMemory);
  CountRequest(size_class);
  return StartBlock(chunk.payload(), chunk.payload_bytes());
}

Address KMalloc::AllocateGuarded(std::uint64_t size_bytes,
                                 std::uint64_t alignment) {
  const std::uint64_t extra_bytes = Guard::ExtraBytes(alignment);
  if (size_bytes > kAllocatorCapacityMax) return FailWith(kErrnoNoMemory);
  const Chunk chunk = AllocateChunk(size_bytes + extra_bytes, alignment);
  if (!chunk.exists()) return FailWith(kErrnoNoMemory);
  return StartBlock(guard_.Place(chunk.payload(), chunk.payload_bytes(),
                                 size_bytes, alignment),
                    size_bytes);
}

Chunk KMalloc::AllocateChunk(std::uint64_t payload_bytes,
                             std::uint64_t alignment) {
  const std::uint64_t heap_bytes = heap_->layout().size_bytes(Region::kHeap);
  if (payload_bytes > heap_bytes || alignment > heap_bytes) return {};
  const std::uint64_t chunk_bytes = ChunkLayer::ChunkBytes(payload_bytes);
  const Chunk chunk = alignment <= kGranuleBytes
                          ? chunks_.Allocate(chunk_bytes)
                          : chunks_.AllocateAligned(chunk_bytes, alignment);
  if (chunk.exists()) return chunk;
  return AllocateLastResort(chunk_bytes, alignment);
}

Address KMalloc::StartBlock(Address block, std::uint64_t size_bytes) {
  directory_.SetStart(GranuleOf(block));
  Hold(size_bytes, 1);
  NoteGrowth();
  return block;
}

// ---- freeing ---------------------------------------------------------------

bool KMalloc::IsLive(Address address) const {
  const std::uint64_t granule = bits::RotateRight(address.offset(), 4);
  return granule < granule_count_ &&
         directory_.IsStart(static_cast<Granule>(granule));
}

void KMalloc::RequireLive(Address address, Access access) const {
  if (!IsLive(address)) RaiseBadFree(address, access);
}

void KMalloc::FreeUnknown(Address address) const {
  if (!address.is_null()) RaiseBadFree(address);
}

void KMalloc::RaiseBadFree(Address address, Access access) const {
  RaiseFault(
      WasFreed(address) ? FaultCode::kDoubleFree : FaultCode::kInvalidFree,
      access, address, 0);
}

void KMalloc::FreeSlow(Granule block) {
  if (guarded()) return FreeGuarded(AddressOf(block));
  const int size_class = directory_.ClassOf(block);
  if (size_class == kNoClass) return FreePlain(block);
  // The cache is full.
  pages_.ReleaseEmptyPage(size_class);
  const std::uint32_t moved = pages_.Flush(size_class, /*all=*/false);
  Release(moved * ClassBytes(size_class), moved);
  directory_.ClearStart(block);
  ClassCache(directory_, size_class).Push(block);
}

void KMalloc::FreePlain(Granule block) {
  const Chunk chunk = chunks_.InUse(AddressOf(block));
  chunks_.Free(chunk);
  directory_.ClearStart(block);
  Release(chunk.payload_bytes(), 1);
}

void KMalloc::FreeGuarded(Address block) {
  const std::uint64_t size_bytes = guard_.HeaderOf(block).size_bytes;
  while (guard_.IsFullFor(block) && !guard_.Oldest().is_null()) {
    EvictQuarantined();
  }
  guard_.Retire(block);
  directory_.ClearStart(GranuleOf(block));
  Release(size_bytes, 1);
}

void KMalloc::EvictQuarantined() {
  const Chunk chunk = chunks_.InUse(guard_.PayloadOf(guard_.Oldest()));
  guard_.RemoveOldest(chunk.payload_bytes());
  chunks_.Free(chunk);
}

}  // namespace kheap
