// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_CHUNK_LAYER_H_
#define KHEAP_KMALLOC_CHUNK_LAYER_H_

// The boundary-tag allocator: cuts the heap region into chunks.
//
//   heap begin   first tag                                top        break
//   | unused     | chunk | chunk | … | chunk              | free      |
//
// 8 bytes are unused, or as many more as Indent said.
//
// Invariants, which CheckInvariants of KMalloc verifies:
//   tiling      each chunk's tag lies where the one before ends; the last
//               chunk ends at the top, whose tag has size 0 and is in use
//   coalesced   no two free chunks touch, and none touches the top
//   two sides   a chunk's previous-in-use flag tells the truth, and a free
//               chunk ends in a copy of its tag
//   binned      each free chunk is in the bin of its size, exactly once
//
// No operation walks a list: exact bins up to 1024 bytes, eight for each
// doubling above, and a bitmap of the bins that are not empty (the scheme of
// Masmano et al., TLSF, ECRTS 2004). Within a bin the newest chunk comes first.
//
// Tags and links lie in the guest's reach. Each is verified before it is used
// and before anything is written; damage is a MemoryFault 116 at its address.

#include <cstdint>
#include <optional>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "kmalloc/directory.h"
#include "kmalloc/tag.h"

namespace kheap {

class ChunkLayer {
 public:
  ChunkLayer(GlobalHeap& heap, const Directory& directory)
      : heap_(&heap), base_(heap.base()), directory_(directory) {}

  // Lays out an empty heap. False if the host has no memory for it.
  [[nodiscard]] bool Format();
  // Has the chunks of an empty heap begin `bytes` higher, a multiple of 16.
  // False, with nothing changed, if there is no room.
  [[nodiscard]] bool Indent(std::uint64_t bytes);

  // The size of a chunk with at least `payload_bytes` (at most the capacity).
  static constexpr std::uint64_t ChunkBytes(std::uint64_t payload_bytes) {
    const std::uint64_t bytes =
        bits::AlignUp(payload_bytes + kTagBytes, kGranuleBytes);
    return bytes < kChunkBytesMin ? kChunkBytesMin : bytes;
  }

  // What has to lie before an aligned payload: it becomes a free chunk, so it
  // is either nothing or at least a chunk long.
  static constexpr std::uint64_t LeadBytes(Address payload,
                                           std::uint64_t alignment) {
    const std::uint64_t lead =
        bits::AlignUp(payload.offset(), alignment) - payload.offset();
    return lead == 0 || lead >= kChunkBytesMin ? lead : lead + alignment;
  }

  // Returns a chunk in use of at least `chunk_bytes` (a result of ChunkBytes),
  // its payload at a multiple of `alignment` (a power of two from 16 on), or no
  // chunk, with nothing changed, if there is no room.
  Chunk Allocate(std::uint64_t chunk_bytes);
  Chunk AllocateAligned(std::uint64_t chunk_bytes, std::uint64_t alignment);
  // The same from any free chunk that will do, found by walking all of them;
  // the top is not considered.
  Chunk AllocateBySearch(std::uint64_t chunk_bytes, std::uint64_t alignment);

  // The verified chunk in use around a block.
  Chunk InUse(Address payload) const;

  // Gives a chunk in use back, joined with its free neighbours.
  void Free(const Chunk& chunk);
  // Raises the fault that Free would: for whoever writes before it frees.
  void RequireFreeable(const Chunk& chunk) const;
  // Verifies every chunk, so that none can be the reason for a fault until the
  // guest runs again.
  void RequireIntact() const;

  // Makes a chunk in use at least `chunk_bytes` long without moving it; what
  // is left over becomes free. Returns the chunk as it is then, or no chunk,
  // with nothing changed, if the space behind it is not free.
  Chunk Resize(const Chunk& chunk, std::uint64_t chunk_bytes);

  void MarkAsPage(const Chunk& chunk);

  // Moves the break down to the first multiple of kRegionAlignment at least
  // `keep_bytes` above the top's tag. Whether it moved.
  bool Trim(std::uint64_t keep_bytes);

  // ---- for walkers ----------------------------------------------------------

  Address first_tag() const { return Address(directory_.header().first_tag); }
  // Whether the top's tag is as SetTop left it.
  bool IsTopIntact() const;
  Address top() const { return Address(directory_.header().top); }
  // The verified chunk whose tag lies at an address from first_tag() up to, but
  // not including, top(), as a chunk before it ends there.
  Chunk At(Address tag_address) const;
  // The free chunk that comes first in a bin, and the one after another: its
  // payload, or null.
  Address BinHead(int bin) const {
    return AddressOf(directory_.header().bins[bin]);
  }
  Address NextInBin(Address payload) const {
    return AddressOf(LinksOf(payload).next);
  }
  static int BinOf(std::uint64_t chunk_bytes);
  // Whether a free chunk ends in a copy of its tag and its neighbours in its
  // bin point back at it.
  bool IsBound(const Chunk& chunk) const;

 private:
  // The two links of a free chunk, at the start of its payload.
  struct Links {
    LittleEndian<Granule> next;
    LittleEndian<Granule> previous;
  };

  std::uint64_t LoadWord(Address address) const;
  void WriteTag(Address tag_address, Tag tag);
  Links& LinksOf(Address payload) const;
  // At, for an address that may be the top.
  Chunk Follower(const Chunk& chunk) const;
  // The verified free chunk that ends where `chunk` begins.
  Chunk FreeBefore(const Chunk& chunk) const;
  void RequireBound(const Chunk& chunk) const;

  // A free chunk of at least `chunk_bytes` from the bins, verified, or none.
  Chunk FindFree(std::uint64_t chunk_bytes) const;
  std::optional<int> FindBinFrom(int bin) const;
  // Takes a bound chunk out of its bin.
  void Unlink(const Chunk& chunk);
  // Makes a free chunk of a range between chunks in use.
  void PutFree(Address begin, std::uint64_t chunk_bytes);

  // Cuts [lead, lead + chunk_bytes) out of a verified free chunk, or of the
  // top.
  Chunk Carve(const Chunk& whole, std::uint64_t lead_bytes,
              std::uint64_t chunk_bytes);
  Chunk CarveTop(std::uint64_t lead_bytes, std::uint64_t chunk_bytes);
  // Makes room for a top chunk that ends `size_bytes` above the top.
  [[nodiscard]] bool ReserveTop(std::uint64_t size_bytes);
  void SetTop(Address tag_address);
  Chunk PutInUse(Address begin, std::uint64_t chunk_bytes, Tag::Flags flags);
  Chunk Grow(const Chunk& chunk, std::uint64_t chunk_bytes);

  GlobalHeap* heap_;
  std::byte* base_;
  Directory directory_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_CHUNK_LAYER_H_
