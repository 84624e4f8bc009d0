// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_GLOBAL_HEAP_H_
#define KHEAP_HEAP_GLOBAL_HEAP_H_

// GlobalHeap is the arena: the one byte array in which a C program's whole
// memory lies (docs/memory_map.md draws it). Equal bytes mean an equal program
// state, so comparing and digesting the arena compares and digests the program.
//
// Bytes are reached in two ways:
//   guest access    Load, Store, Span and what is built on them. Allowed in
//                   [library, break) for loads and [stack, break) for stores;
//                   in checked mode the shadow decides as well. Anything else
//                   is a MemoryFault, and no byte has changed. A size of 0
//                   touches nothing and never faults, whatever the address.
//   runtime access  RuntimeSpan, RuntimeObject: the allocator's, the stack's
//                   and the symbol table's own bookkeeping. Allowed anywhere
//                   from the symbol table up to the break. The control page
//                   has control() instead: it says where the break is, so no
//                   address that the guest may have overwritten leads there.
//
// Every number lies in little-endian order, at any alignment, on any host.
//
// Threads: one arena may be used by one thread at a time; different arenas
// share nothing. Several threads may use one arena as long as none moves the
// break and no two touch the same byte at the same time, but for bytes that all
// of them reach through SharedPlace.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "heap/address.h"
#include "heap/code_pages.h"
#include "heap/control_page.h"
#include "heap/heap_image.h"
#include "heap/memory_fault.h"
#include "heap/memory_layout.h"
#include "heap/shadow.h"
#include "machine/byte_order.h"
#include "machine/reserved_memory.h"

namespace kheap {

// What a single load or store can move: a number of 1 to 16 bytes or an
// Address.
template <typename T>
concept Scalar =
    (std::integral<T> && !std::same_as<T, bool>) || std::same_as<T, float> ||
    std::same_as<T, double> || std::same_as<T, __int128> ||
    std::same_as<T, unsigned __int128> || std::same_as<T, Address>;

struct HeapOptions {
  LayoutOptions layout = {};
  // Keeps a shadow: every access to a byte that is not addressable, or that is
  // loaded before it was initialised, is a fault.
  bool checked = false;
};

// 128 bits that depend on every byte of an arena's state.
struct Digest {
  std::uint64_t high;
  std::uint64_t low;

  friend bool operator==(const Digest&, const Digest&) = default;
};
// 32 hexadecimal digits.
std::string ToString(const Digest& digest);

class GlobalHeap {
 public:
  // Fails with InvalidArgument for sizes that do not fit (see MemoryLayout) and
  // with ResourceExhausted where the host lacks the address space or memory.
  static absl::StatusOr<std::unique_ptr<GlobalHeap>> Create(
      const HeapOptions& options = {});
  // An arena with the bytes and the shadow of an image. Fails as Create does.
  static absl::StatusOr<std::unique_ptr<GlobalHeap>> CreateFrom(
      const HeapImage& image);
  // ResourceExhausted where the host lacks the memory.
  absl::StatusOr<HeapImage> CaptureImage() const;

  GlobalHeap(const GlobalHeap&) = delete;
  GlobalHeap& operator=(const GlobalHeap&) = delete;

  const MemoryLayout& layout() const { return layout_; }
  bool checked() const { return shadow_.has_value(); }

  // ---- guest access ---------------------------------------------------------

  template <Scalar T>
  T Load(Address address) const {
    // Read before the check and again after the call: so a loop that never
    // makes the call keeps it in a register.
    const std::byte* base = base_;
    if (!loadable_.HoldsScalar(address)) [[unlikely]] {
      RequireScalarLoad(address, sizeof(T));
      base = base_;
    }
    return machine::LoadLittleEndian<T>(base + address.offset());
  }
  template <Scalar T>
  void Store(Address address, std::type_identity_t<T> value) {
    if (!storable_.HoldsScalar(address)) [[unlikely]] {
      RequireScalarStore(address, sizeof(T));
    }
    machine::StoreLittleEndian<T>(base_ + address.offset(), value);
  }
  // Loads a T, stores compute(T) in its place and returns that, after one check
  // (Access::kUpdate). Nothing has changed if `compute` throws.
  template <Scalar T, typename Compute>
  T Update(Address address, Compute&& compute) {
    std::byte* base = base_;
    if (!storable_.HoldsScalar(address)) [[unlikely]] {
      RequireScalarUpdate(address, sizeof(T));
      base = base_;
    }
    std::byte* const bytes = base + address.offset();
    const T value = compute(machine::LoadLittleEndian<T>(bytes));
    machine::StoreLittleEndian<T>(bytes, value);
    return value;
  }
  template <Scalar T>
  std::optional<T> TryLoad(Address address) const {
    if (FindFault(address, sizeof(T), Access::kLoad)) return std::nullopt;
    return machine::LoadLittleEndian<T>(base_ + address.offset());
  }
  // Whether the value was stored.
  template <Scalar T>
  [[nodiscard]] bool TryStore(Address address, std::type_identity_t<T> value) {
    if (FindFault(address, sizeof(T), Access::kStore)) return false;
    Store<T>(address, value);
    return true;
  }

  // The short names of the field (as of RISC-V's loads and stores): b, h, w, d
  // for 8, 16, 32 and 64 bits, u for unsigned, f for floating point.
  std::int8_t lb(Address a) const { return Load<std::int8_t>(a); }
  std::uint8_t lbu(Address a) const { return Load<std::uint8_t>(a); }
  std::int16_t lh(Address a) const { return Load<std::int16_t>(a); }
  std::uint16_t lhu(Address a) const { return Load<std::uint16_t>(a); }
  std::int32_t lw(Address a) const { return Load<std::int32_t>(a); }
  std::uint32_t lwu(Address a) const { return Load<std::uint32_t>(a); }
  std::int64_t ld(Address a) const { return Load<std::int64_t>(a); }
  float lwf(Address a) const { return Load<float>(a); }
  double ldf(Address a) const { return Load<double>(a); }
  void sb(Address a, std::uint8_t value) { Store<std::uint8_t>(a, value); }
  void sh(Address a, std::uint16_t value) { Store<std::uint16_t>(a, value); }
  void sw(Address a, std::uint32_t value) { Store<std::uint32_t>(a, value); }
  void sd(Address a, std::uint64_t value) { Store<std::uint64_t>(a, value); }
  void swf(Address a, float value) { Store<float>(a, value); }
  void sdf(Address a, double value) { Store<double>(a, value); }

  // The bytes [address, address + size_bytes) after one check, to be used at
  // once: the span is good until the break moves down. `access` says what the
  // caller is going to do with *all* of them (kLoad, kStore or kUpdate); in
  // checked mode a load wants them initialised and a store makes them so. A
  // span of no bytes begins somewhere in the arena.
  std::span<std::byte> Span(Address address, std::uint64_t size_bytes,
                            Access access) {
    const Window& window = access == Access::kLoad ? loadable_ : storable_;
    if (!window.Holds(address, size_bytes)) [[unlikely]] {
      return CheckedSpan(address, size_bytes, access);
    }
    return {base_ + address.offset(), size_bytes};
  }
  std::span<const std::byte> Span(Address address,
                                  std::uint64_t size_bytes) const {
    if (!loadable_.Holds(address, size_bytes)) [[unlikely]] {
      return CheckedSpan(address, size_bytes);
    }
    return {base_ + address.offset(), size_bytes};
  }
  // The same, or nothing where Span would fault.
  std::optional<std::span<std::byte>> TrySpan(Address address,
                                              std::uint64_t size_bytes,
                                              Access access);
  std::optional<std::span<const std::byte>> TrySpan(
      Address address, std::uint64_t size_bytes) const;

  // Where a number of 1, 2, 4 or 8 bytes lies that several threads use at the
  // same time, by atomic operations only. Faults as of Span, and fault 119
  // where the address is no multiple of the size. To be used at once.
  std::byte* SharedPlace(Address address, std::uint64_t size_bytes,
                         Access access) {
    if (IsFreelyStorable(address, size_bytes) &&
        address.offset() % size_bytes == 0) [[likely]] {
      return base_ + address.offset();
    }
    return CheckedSharedPlace(address, size_bytes, access);
  }

  void Fill(Address destination, std::byte value, std::uint64_t size_bytes);
  // The ranges may not overlap, nor be the same: in checked mode that is fault
  // 118, otherwise it is a Move. Uninitialised bytes may be copied; the copy is
  // uninitialised too.
  void Copy(Address destination, Address source, std::uint64_t size_bytes);
  // The ranges may overlap.
  void Move(Address destination, Address source, std::uint64_t size_bytes);
  // Negative, zero or positive, as unsigned bytes compare.
  int Compare(Address a, Address b, std::uint64_t size_bytes) const;

  // The fault that this access would raise, if any. Nothing changes.
  std::optional<MemoryFault> FindFault(Address address,
                                       std::uint64_t size_bytes,
                                       Access access) const;

  // Whether the access needs no further question, because it lies in the range
  // that the guest may touch and there is no shadow to ask. An access that gets
  // a `false` here may still be right: always so in checked mode.
  bool IsFreelyLoadable(Address address, std::uint64_t size_bytes) const {
    return loadable_.Holds(address, size_bytes);
  }
  bool IsFreelyStorable(Address address, std::uint64_t size_bytes) const {
    return storable_.Holds(address, size_bytes);
  }
  // Both at once, at little more than the cost of one: the windows end at the
  // same address.
  bool IsFreelyCopyable(Address destination, Address source,
                        std::uint64_t size_bytes) const {
    return storable_.Holds(destination, size_bytes) &&
           source.offset() <= storable_.end - size_bytes &&
           source.offset() >= loadable_.begin;
  }
  bool AreFreelyLoadable(Address a, Address b, std::uint64_t size_bytes) const {
    return loadable_.Holds(a, size_bytes) &&
           b.offset() <= loadable_.end - size_bytes &&
           b.offset() >= loadable_.begin;
  }

  // How many bytes from `address` on lie in its region and may be loaded as far
  // as the region goes: a C string that begins there ends within them. 0 where
  // no load may begin. Does not ask the shadow.
  std::uint64_t LoadableBytesInRegion(Address address) const;

  // Whether `address` and the kAheadBytes - 1 behind it lie in the heap region,
  // with no shadow to ask: the quick question for most strings.
  bool IsInFreeHeap(Address address) const {
    return address.offset() - free_heap_begin_ < free_heap_count_;
  }
  static constexpr std::uint64_t kAheadBytes = 32;
  // What is LoadableBytesInRegion for such an address.
  std::uint64_t FreeHeapBytes(Address address) const {
    return free_heap_end_ - address.offset();
  }

  // At least this many bytes behind the break are zero and readable by the
  // host. So a host function that looks for a string's end stops there at the
  // latest, and a vector load that begins below the break stays in the arena.
  static constexpr std::uint64_t kReadableBehindBreakBytes = kRegionAlignment;

  // ---- runtime access -------------------------------------------------------

  // A range outside [symbols, break) can only come from metadata that the guest
  // overwrote: fault 116, never a host access outside the arena.
  std::span<std::byte> RuntimeSpan(Address address, std::uint64_t size_bytes);
  std::span<const std::byte> RuntimeSpan(Address address,
                                         std::uint64_t size_bytes) const;
  // A struct of LittleEndian fields, in place.
  template <typename T>
  requires(alignof(T) == 1) T& RuntimeObject(Address address) {
    return *reinterpret_cast<T*>(RuntimeSpan(address, sizeof(T)).data());
  }
  template <typename T>
  requires(alignof(T) == 1) const T& RuntimeObject(Address address) const {
    return *reinterpret_cast<const T*>(RuntimeSpan(address, sizeof(T)).data());
  }
  ControlPage& control() {
    return *reinterpret_cast<ControlPage*>(base_ + kControlBase.offset());
  }
  const ControlPage& control() const {
    return *reinterpret_cast<const ControlPage*>(base_ + kControlBase.offset());
  }
  // The host address of arena byte 0. Valid as long as the heap lives; whoever
  // uses it has checked the range first.
  std::byte* base() const { return base_; }

  // The host's own memory right before byte 0, zero at first: compiled code
  // that knows the base finds what belongs to its run there. No address leads
  // to it, and it is not part of the arena's state.
  static constexpr std::uint64_t kContextBytes = 65536;
  std::byte* context() const { return base_ - kContextBytes; }

  // The shadow in checked mode, else null.
  Shadow* shadow() { return shadow_.has_value() ? &*shadow_ : nullptr; }
  const Shadow* shadow() const {
    return shadow_.has_value() ? &*shadow_ : nullptr;
  }

  std::int32_t guest_errno() const { return control().guest_errno; }
  void set_guest_errno(std::int32_t value) { control().guest_errno = value; }

  // The end of the heap region's bytes in use. Bytes at or above it are zero.
  // Whatever the control page says, memory has been committed up to here.
  Address break_address() const {
    return Address(std::clamp<std::uint64_t>(
        control().regions[IndexOf(Region::kHeap)].used_end,
        layout_.begin(Region::kHeap).offset(), break_max_));
  }
  // Moves the break within the heap region. Upwards it yields zero bytes
  // (unaddressable in checked mode); downwards it discards what lay above.
  // Returns false, and changes nothing, beyond the capacity or where the host
  // refuses the memory.
  [[nodiscard]] bool SetBreak(Address address);

  // Says that the bytes of a region below `end` may be other than zero, so
  // that digests and comparisons cover them. `end` lies in the region or ends
  // it; the heap's used end is the break and moves with SetBreak only.
  void SetUsedEnd(Region region, Address end);

  // What may be done with a page of Region::kCode.
  CodeState code_state(std::uint64_t page) const {
    return static_cast<CodeState>(code_states()[page]);
  }
  // Gives pages another state, and the host's memory with them. False, and
  // nothing has changed, where the host refuses.
  [[nodiscard]] bool SetCodeState(std::uint64_t first_page,
                                  std::uint64_t page_count, CodeState state);

  // ---- the state as a whole -------------------------------------------------

  // The same for the same bytes on every host. The shadow is not part of it.
  Digest ComputeDigest() const;
  // Whether both arenas have the same layout and bytes.
  friend bool operator==(const GlobalHeap& a, const GlobalHeap& b);
  // Back to the state after Create. Views such as KMalloc must be made anew.
  void Reset();

 private:
  // The addresses at which a guest access succeeds without a further question.
  // Empty in checked mode, where the shadow has to be asked.
  struct Window {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    // How many addresses from `begin` on have 16 bytes of the window ahead.
    std::uint64_t scalar_count = 0;

    bool HoldsScalar(Address address) const {
      return address.offset() - begin < scalar_count;
    }
    bool Holds(Address address, std::uint64_t size) const {
      return size <= end && address.offset() <= end - size &&
             address.offset() >= begin;
    }
  };

  GlobalHeap(const MemoryLayout& layout, machine::ReservedMemory memory,
             std::optional<Shadow> shadow)
      : layout_(layout),
        memory_(std::move(memory)),
        shadow_(std::move(shadow)),
        base_(memory_.data() + kContextBytes) {}

  // An arena of zeros.
  static absl::StatusOr<std::unique_ptr<GlobalHeap>> Reserve(
      const MemoryLayout& layout, bool checked);
  // Writes the state after Create into zeroed memory. False if the host
  // refuses the memory.
  [[nodiscard]] bool Format();
  [[nodiscard]] bool CommitUpTo(Address end);
  void UpdateWindows();
  // Raise the fault of the access, if any. A store then marks its bytes as
  // initialised.
  void RequireLoad(Address address, std::uint64_t size_bytes) const;
  void RequireStore(Address address, std::uint64_t size_bytes, Access access);
  // The same for Load, Store and Update. Cold, so that their usual path stays
  // straight: gcc takes [[unlikely]] for one time in ten and laid it around
  // this call.
  [[gnu::cold]] void RequireScalarLoad(Address address,
                                       std::uint64_t size_bytes) const;
  [[gnu::cold]] void RequireScalarStore(Address address,
                                        std::uint64_t size_bytes);
  [[gnu::cold]] void RequireScalarUpdate(Address address,
                                         std::uint64_t size_bytes);
  // Span for what lies outside the window.
  std::span<std::byte> CheckedSpan(Address address, std::uint64_t size_bytes,
                                   Access access);
  std::span<const std::byte> CheckedSpan(Address address,
                                         std::uint64_t size_bytes) const;
  // SharedPlace for what the quick look does not allow.
  [[gnu::cold]] std::byte* CheckedSharedPlace(Address address,
                                              std::uint64_t size_bytes,
                                              Access access);
  // Raises the fault of a move, if any: of its load, then of its store.
  void RequireMove(Address destination, Address source,
                   std::uint64_t size_bytes) const;
  void WriteUsedEnd(Region region, Address end);
  // Whatever the control page says, within the region and what is committed.
  std::span<const std::byte> UsedBytes(Region region) const;
  std::optional<FaultCode> FindRangeFault(Address address,
                                          std::uint64_t size_bytes,
                                          Access access) const;
  // The same for an access that begins in the code region.
  std::optional<FaultCode> FindCodeFault(Address address,
                                         std::uint64_t size_bytes,
                                         Access access) const;
  std::byte* code_states() const {
    return base_ + layout_.begin(Region::kCode).offset();
  }
  std::uint64_t code_page_count() const {
    return layout_.size_bytes(Region::kCode) == 0
               ? 0
               : (layout_.end(Region::kCode) - kCodePagesBegin) /
                     kCodePageBytes;
  }
  [[nodiscard]] bool ProtectCode(std::uint64_t first_page,
                                 std::uint64_t page_count, CodeState state);
  std::optional<FaultCode> FindShadowFault(Address address,
                                           std::uint64_t size_bytes,
                                           Access access) const;

  const MemoryLayout layout_;
  machine::ReservedMemory memory_;
  std::optional<Shadow> shadow_;
  std::byte* const base_;
  std::uint64_t break_max_ = 0;  // as far as memory has been committed
  Window loadable_;
  Window storable_;
  // The heap region up to the break, and how many addresses from its begin on
  // are IsInFreeHeap: none in checked mode.
  std::uint64_t free_heap_begin_ = 0;
  std::uint64_t free_heap_end_ = 0;
  std::uint64_t free_heap_count_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_HEAP_GLOBAL_HEAP_H_
