// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_BUMP_ALLOCATOR_H_
#define KHEAP_ALLOCATORS_BUMP_ALLOCATOR_H_

// A bump allocator hands out the bytes of its page blocks one after the other
// and takes them back all at once, or back to a mark. (The literature calls it
// an arena; here the arena is the whole.)
//
//   block          block          block (the last one)
//   [hdr|xxxxxxx]  [hdr|xxxxxx-]  [hdr|xxxx.........]
//                             closed       ^ cursor  ^ limit
//
//   auto bump = BumpAllocator::Create(registry, {.name = "parser"}).value();
//   const Address mark = bump.Mark();
//   const Address node = bump.Allocate(24);
//   bump.Release(mark);   // node is freed
//
// In checked mode 16 bytes of red zone follow each allocation, and what has
// been released is freed memory. The last 8 bytes of a block are never handed
// out, so that a mark lies in the block that it is in.
//
// A BumpAllocator is a view: a heap and the number of a record. One whose
// allocator was destroyed faults (113).

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "allocators/block_chain.h"
#include "allocators/registry.h"
#include "allocators/shade.h"
#include "bitshift/bits.h"
#include "heap/address.h"

namespace kheap {

inline constexpr std::uint64_t kBumpAlignment = 16;

struct BumpOptions {
  std::string_view name = {};  // anonymous if empty
  // What a block holds at least: of the first, and of each that follows.
  std::uint64_t block_bytes = 16 * 1024;
};

class BumpAllocator {
 public:
  // InvalidArgument, AlreadyExists: see Registry::Add. ResourceExhausted also
  // without room for the first block.
  static absl::StatusOr<BumpAllocator> Create(const Registry& registry,
                                              const BumpOptions& options = {});
  static std::optional<BumpAllocator> Find(const Registry& registry,
                                           std::string_view name);

  // The one with a record, if a bump allocator has it.
  static std::optional<BumpAllocator> At(const Registry& registry,
                                         RecordNumber number);

  // `size_bytes` uninitialised bytes at a multiple of `alignment`. A size of 0
  // takes no bytes; the address may then be that of the next allocation.
  //   null, errno EINVAL   the alignment is no power of two
  //   null, errno ENOMEM   no room; nothing else has changed
  Address Allocate(std::uint64_t size_bytes,
                   std::uint64_t alignment = kBumpAlignment) {
    AllocatorRecord& state = record();
    if (!bits::IsPowerOfTwo(alignment)) [[unlikely]]
      return FailWithBadAlignment();
    const std::uint64_t taken_bytes =
        size_bytes + shade::RedZoneBytes(registry_.heap());
    // Addresses are below 2^40, so only the alignment can carry the sum far,
    // and then it lies beyond the limit.
    const std::uint64_t begin = bits::AlignUp(state.cursor.get(), alignment);
    const std::uint64_t limit = state.limit;
    if (size_bytes > limit || begin > limit || taken_bytes > limit - begin)
        [[unlikely]] {
      return AllocateInNewBlock(size_bytes, alignment);
    }
    Advance(state, Address(begin + taken_bytes));
    shade::Allocated(registry_.heap(), Address(begin), size_bytes);
    return Address(begin);
  }

  // A mark is an address in the allocator. Release frees whatever was allocated
  // since the mark, and may be repeated. Marks that are newer than it are gone,
  // and all are once the allocator is reset.
  //   fault 115  what is released to is no mark of this allocator
  Address Mark();
  void Release(Address mark);
  // Frees everything. The first block stays.
  void Reset();
  // Gives all memory back. Fault 114 if it was destroyed before.
  void Destroy();

  // Bytes handed out, with padding and whatever was left over at the ends of
  // blocks; bytes that the blocks have room for; how many blocks there are.
  std::uint64_t used_bytes() const;
  std::uint64_t capacity_bytes() const;
  std::uint64_t block_count() const { return record().block_count; }
  std::string_view name() const;
  // Whether it is still there.
  bool exists() const;
  // Whether an address lies in one of its blocks.
  bool Owns(Address address) const {
    (void)record();
    return registry_.IsOwnedBy(address, number_);
  }

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  friend class AllocationScope;

  BumpAllocator(const Registry& registry, RecordNumber number);

  AllocatorRecord& record() const {
    AllocatorRecord& record = registry_.record(number_);
    if (record.serial != serial_) [[unlikely]]
      RaiseDestroyed(FaultCode::kUseAfterFree, Access::kUpdate);
    return record;
  }
  [[noreturn]] void RaiseDestroyed(FaultCode code, Access access) const;
  void Advance(AllocatorRecord& state, Address cursor) {
    registry_.ledger().Hold(Holder::kBump, cursor.offset() - state.cursor);
    state.cursor = cursor.offset();
  }
  Address FailWithBadAlignment();
  Address AllocateInNewBlock(std::uint64_t size_bytes, std::uint64_t alignment);
  [[nodiscard]] bool Grow(std::uint64_t payload_bytes);
  void RewindTo(const PageBlock& block, Address cursor);
  void DropLastBlock();
  BlockChain blocks() const { return {registry_, number_}; }

  Registry registry_;
  RecordNumber number_;
  std::uint64_t serial_;
};

// While it lives, Buffers (buffers.h), and nothing else, takes memory from this
// allocator instead of malloc. Scopes nest, one closing before those around it;
// the innermost counts. The scopes of an allocator that is destroyed end, and
// then those around them count again. KHEAP_CHECK stops what nests deeper than
// kScopeDepthMax (scope_stack.h).
class AllocationScope {
 public:
  explicit AllocationScope(const BumpAllocator& allocator);
  ~AllocationScope();

  AllocationScope(const AllocationScope&) = delete;
  AllocationScope& operator=(const AllocationScope&) = delete;

  // The allocator of the innermost scope, if any.
  static std::optional<BumpAllocator> Current(const Registry& registry);

 private:
  Registry registry_;
  const std::uint64_t outer_depth_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_BUMP_ALLOCATOR_H_
