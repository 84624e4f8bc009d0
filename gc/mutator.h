// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_MUTATOR_H_
#define KHEAP_GC_MUTATOR_H_

// What a program does between collections: makes objects, keeps them in local
// references, stores references. A view of two words to be passed by value.
//
//   Frame<2> frame(mutator);                       // two references, null
//   frame[0] = mutator.New(node, nullptr, nullptr, 1, 2);
//   frame[1] = mutator.New(node, frame[0], nullptr, 3, 4);
//   mutator.SetReference(frame[1].get(), 8, frame[0].get());
//
// Every allocation may collect, and a collection may move every object that is
// not pinned. So an Address is good up to the next allocation; what is to
// outlive it stands in a Local, which the collector keeps up to date. New takes
// Locals for the same reason: it looks at them after it has the memory.
//
// References are loaded like any number, with GlobalHeap::Load or from a Ptr.
// They are stored with SetReference, which tells the collector of them.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "gc/collector_state.h"
#include "gc/object_header.h"
#include "gc/type_table.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "machine/byte_order.h"
#include "machine/check.h"

namespace kheap::gc {

class Collector;

// A reference on the shadow stack: a word of the arena, by its place in it.
class Local {
 public:
  explicit Local(std::byte* word) : word_(word) {}

  Address get() const {
    return Address(machine::LoadLittleEndian<std::uint64_t>(word_));
  }
  Local& operator=(Address object) {
    machine::StoreLittleEndian(word_, object.offset());
    return *this;
  }
  Local& operator=(const Local& other) { return *this = other.get(); }
  Local(const Local&) = default;

 private:
  std::byte* word_;
};

// What New takes for a field: a number of up to 8 bytes, a reference that a
// Local holds, or null. The form of `long double` differs between hosts.
template <typename T>
concept Field = (std::is_arithmetic_v<T> && sizeof(T) <= 8 &&
                 !std::same_as<T, long double>) ||
                std::same_as<T, Local> || std::same_as<T, std::nullptr_t>;

class Mutator {
 public:
  Mutator(Collector& collector, std::byte* base)
      : collector_(&collector), base_(base) {}

  Collector& collector() const { return *collector_; }
  std::byte* base() const { return base_; }

  // An object whose first bytes are the fields, one behind the other in
  // little-endian order and without padding, and the rest zero. Null if there
  // is no memory. Fields for which the type has no room stop the host.
  template <Field... Fields>
  [[gnu::always_inline]] Address New(const GcType& type,
                                     Fields... fields) const {
    CollectorState& state = StateAt(base_);
    const std::uint64_t at = state.top;
    const std::uint64_t end = at + type.step_bytes();
    if (end > state.fast_end) [[unlikely]]
      return NewSlow(type, fields...);
    const bool brimful = type.brimful_bytes() == kFieldBytes<Fields...>;
    if (!brimful) [[unlikely]]
      RequireRoom(type, kFieldBytes<Fields...>);
    state.top = end;
    state.nursery_objects += 1;
    std::byte* const bytes = base_ + at;
    machine::StoreLittleEndian(bytes, type.header().word());
    [[maybe_unused]] std::byte* field = bytes + kHeaderBytes;
    ((Write(field, fields), field += SizeOf<Fields>()), ...);
    if (!brimful) [[unlikely]]
      ZeroRest(type, at, kFieldBytes<Fields...>);
    return Address(at + kHeaderBytes);
  }

  // An object of zero bytes, or an array of `length` zero elements. Null if
  // there is no memory for it.
  Address Allocate(const GcType& type) const { return New(type); }
  Address AllocateArray(const GcType& type, std::uint64_t length) const;

  // Stores a reference in an object. MemoryFault 111 if the place is none of
  // the collector's; the other faults of a store in checked mode.
  void SetReference(Address object, std::uint64_t offset_bytes,
                    Address reference) const {
    CollectorState& state = StateAt(base_);
    const std::uint64_t slot = object.offset() + offset_bytes;
    const std::uint64_t position = slot - state.nursery_begin;
    if (position >= state.barrier_bytes) [[unlikely]] {
      return SetReferenceSlow(Address(slot), reference);
    }
    machine::StoreLittleEndian(base_ + slot, reference.offset());
    base_[state.cards + position / kCardBytes] = std::byte{1};
  }

  // A frame of `count` references, all null, on the shadow stack, and its end:
  // that of every frame pushed since, too. Fault 112 where the stack has no
  // room, and 115 for an end that is no place on it. Frame does both.
  Address PushFrame(std::uint64_t count) const {
    CollectorState& state = StateAt(base_);
    const std::uint64_t begin = state.root_top;
    if (count > (state.roots_end - begin) / 8) [[unlikely]]
      RaiseOverflow(begin);
    for (std::uint64_t i = 0; i < count; ++i) {
      machine::StoreLittleEndian(base_ + begin + i * 8, std::uint64_t{0});
    }
    state.root_top = begin + count * 8;
    return Address(begin);
  }
  void PopFrame(Address frame) const;

 private:
  template <int>
  friend class Frame;

  static void RequireRoom(const GcType& type, std::uint64_t field_bytes) {
    KHEAP_CHECK(field_bytes <= type.payload_bytes(),
                "an object has room for its fields");
  }
  // The end of a frame that was pushed.
  void CutStack(Address frame) const {
    StateAt(base_).root_top = frame.offset();
  }
  template <Field T>
  static constexpr std::uint64_t SizeOf() {
    if constexpr (std::is_arithmetic_v<T>) return sizeof(T);
    return sizeof(std::uint64_t);
  }
  template <Field T>
  static void Write(std::byte* field, T value) {
    if constexpr (std::is_arithmetic_v<T>) {
      machine::StoreLittleEndian(field, value);
    } else if constexpr (std::same_as<T, Local>) {
      machine::StoreLittleEndian(field, value.get().offset());
    } else {
      machine::StoreLittleEndian(field, std::uint64_t{0});
    }
  }
  template <Field... Fields>
  static constexpr std::uint64_t kFieldBytes = (std::uint64_t{0} + ... +
                                                SizeOf<Fields>());

  template <Field... Fields>
  [[gnu::noinline]] Address NewSlow(const GcType& type,
                                    Fields... fields) const {
    RequireRoom(type, kFieldBytes<Fields...>);
    const Address object = AllocateSlow(type);
    if (object.is_null()) return object;
    Place(object, fields...);
    return object;
  }
  // The fields of an object that may be old.
  template <Field... Fields>
  void Place(Address object, Fields... fields) const {
    [[maybe_unused]] std::uint64_t offset = 0;
    [[maybe_unused]] const auto place = [&](auto value) {
      if constexpr (std::same_as<decltype(value), Local>) {
        SetReference(object, offset, value.get());
      } else {
        Write(base_ + object.offset() + offset, value);
      }
      offset += SizeOf<decltype(value)>();
    };
    (place(fields), ...);
  }

  Address AllocateSlow(const GcType& type) const;
  void SetReferenceSlow(Address slot, Address reference) const;
  void ZeroRest(const GcType& type, std::uint64_t at,
                std::uint64_t field_bytes) const;
  [[noreturn]] static void RaiseOverflow(std::uint64_t slot);

  Collector* collector_;
  std::byte* base_;
};

// `kCount` references for the duration of a scope.
template <int kCount>
class Frame {
 public:
  explicit Frame(Mutator mutator)
      : mutator_(mutator), begin_(mutator.PushFrame(kCount)) {}
  ~Frame() { mutator_.CutStack(begin_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  Local operator[](int index) const {
    return Local(mutator_.base() + begin_.offset() + index * 8);
  }

 private:
  Mutator mutator_;
  Address begin_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_MUTATOR_H_
