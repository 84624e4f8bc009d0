// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_POOL_H_
#define KHEAP_ALLOCATORS_POOL_H_

// A pool hands out objects of one size, and the one that was freed last first.
//
//   block  [hdr|object|object|object|object|object|.......]
//                      free   live   free   live   ^ cursor  ^ limit
//   newest_free ---------------------^
//                      ^------ link -'
//
// A free object's first 8 bytes are its link to the one freed before it. An
// object is live if its object bit is set; the bits lie where no guest can
// reach them, so a free that is repeated, or of anything but one of the pool's
// objects, is refused whatever the arena holds.
//
//   link   63          34 33                      0
//          |    seal     |  next free object / 8   |
//
// Links lie among the guest's bytes. The seal is a hash of the rest and of the
// link's own address: a stray store after the free is fault 116 at the next
// allocation, and never a host access outside of the arena.
//
// In checked mode red zones lie between the objects. A Pool is a view; one
// whose pool was destroyed faults (113).

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

inline constexpr std::uint64_t kPoolObjectBytesMin = 8;

struct PoolOptions {
  std::string_view name = {};  // anonymous if empty
  std::uint64_t object_bytes = 0;
  // A power of two from 8 to 4096. 0 stands for the largest one up to 16 that
  // divides the size, as C aligns a struct of that size.
  std::uint64_t alignment = 0;
  // What a block holds at least: of the first, and of each that follows.
  std::uint64_t block_bytes = 64 * 1024;
};

class Pool {
 public:
  // InvalidArgument for a size below kPoolObjectBytesMin or above the heap's,
  // and for another alignment; further see Registry::Add. The first block comes
  // with the first object.
  static absl::StatusOr<Pool> Create(const Registry& registry,
                                     const PoolOptions& options);
  static std::optional<Pool> Find(const Registry& registry,
                                  std::string_view name);

  // An uninitialised object. Null and errno ENOMEM without room.
  Address Allocate() {
    AllocatorRecord& state = record();
    const Address object(state.newest_free);
    if (object.is_null()) [[unlikely]]
      return Carve();
    const std::uint64_t link = LinkOf(object);
    if (!IsWhole(object, link) || !registry_.BeginObject(object)) [[unlikely]]
      RaiseOverwritten(object);
    state.newest_free = NextIn(link).offset();
    return Count(state, object);
  }

  // Null is accepted and ignored.
  //   fault 114  the object was freed already
  //   fault 115  no object of this pool begins there
  void Free(Address object) {
    AllocatorRecord& state = record();
    if (!registry_.IsOwnedBy(object, number_) ||
        !bits::IsAligned(object.offset(), kObjectGrainBytes) ||
        !registry_.EndObject(object)) [[unlikely]] {
      return FreeUnknown(object);
    }
    const std::uint64_t object_bytes = state.object_bytes;
    LinkOf(object) = LinkTo(object, Address(state.newest_free));
    state.newest_free = object.offset();
    state.live_objects -= 1;
    registry_.ledger().Release(Holder::kPool, object_bytes);
    shade::Freed(registry_.heap(), object, object_bytes);
  }

  // Gives all memory back, that of live objects too. Fault 114 if it was
  // destroyed before.
  void Destroy();

  std::uint64_t object_bytes() const { return record().object_bytes; }
  std::uint64_t live_objects() const { return record().live_objects; }
  // The most objects that were ever live at once: a new one is made only while
  // none is free.
  std::uint64_t peak_objects() const { return record().made_objects; }
  // How many objects the blocks have room for. Fault 116 where a block's header
  // was overwritten.
  std::uint64_t capacity_objects() const;
  std::string_view name() const;
  bool exists() const;
  // Whether a live object of this pool begins there.
  bool IsLive(Address object) const {
    (void)record();
    return registry_.IsOwnedBy(object, number_) && registry_.IsObject(object);
  }

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  Pool(const Registry& registry, RecordNumber number);

  AllocatorRecord& record() const {
    if (record_->serial != serial_) [[unlikely]]
      RaiseDestroyed(FaultCode::kUseAfterFree, Access::kUpdate);
    return *record_;
  }
  [[noreturn]] void RaiseDestroyed(FaultCode code, Access access) const;
  [[noreturn]] static void RaiseOverwritten(Address object);

  Address Count(AllocatorRecord& state, Address object) {
    const std::uint64_t object_bytes = state.object_bytes;
    state.live_objects += 1;
    registry_.ledger().Hold(Holder::kPool, object_bytes);
    shade::Allocated(registry_.heap(), object, object_bytes);
    return object;
  }

  static constexpr int kSealShift = 34;
  static std::uint64_t LinkTo(Address object, Address next) {
    const std::uint64_t grain = next.offset() / kObjectGrainBytes;
    const std::uint64_t mixed =
        bits::Xor(bits::RotateLeft(object.offset(), 24), grain) *
        11400714819323198485u;
    return bits::WithField(mixed, 0, kSealShift, grain);
  }
  // Of objects in the pool's own pages, as the registry says: nothing that a
  // guest can store leads elsewhere.
  LittleEndian<std::uint64_t>& LinkOf(Address object) const {
    return *reinterpret_cast<LittleEndian<std::uint64_t>*>(
        registry_.heap().base() + object.offset());
  }
  // The object that was freed before, or null.
  static Address NextIn(std::uint64_t link) {
    return Address(bits::Field(link, 0, kSealShift) * kObjectGrainBytes);
  }
  // Whether this is what was written to a free object.
  bool IsWhole(Address object, std::uint64_t link) const {
    const Address next = NextIn(link);
    return link == LinkTo(object, next) &&
           (next.is_null() || registry_.IsOwnedBy(next, number_));
  }

  // A new object from the last block, or from a further one.
  Address Carve();
  void FreeUnknown(Address object) const;
  // Whether an object was ever carved there.
  bool WasMade(Address object) const;
  Address FirstIn(const PageBlock& block) const;
  std::uint64_t RoomOf(const PageBlock& block) const;
  absl::Status CheckFreeList() const;
  BlockChain blocks() const { return {registry_, number_}; }

  Registry registry_;
  RecordNumber number_;
  AllocatorRecord* record_;
  std::uint64_t serial_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_POOL_H_
