// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_VOLATILE_VAR_H_
#define KHEAP_SCALARS_C_VOLATILE_VAR_H_

// CVolatileVar<T> is a volatile number of the guest: every read is one load of
// the arena and every write one store, of exactly its size, and the host's
// compiler leaves out, repeats or reorders none of them.
//
//   CVolatileVar<std::uint32_t> status(heap, address);
//   while (status.get() == 0) {
//   }
//
// It says nothing to other threads; that is c_atomic_var.h.
//
// Faults are those of GlobalHeap's Load and Store, and fault 119 where the
// address is no multiple of the size.

#include <bit>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "machine/volatile_access.h"
#include "scalars/c_number.h"
#include "scalars/c_operand.h"

namespace kheap {

template <CNumber T>
class CVolatileVar {
 public:
  CVolatileVar(GlobalHeap& heap, Address address)
      : heap_(&heap), address_(address) {}
  CVolatileVar(const CVolatileVar&) = default;

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }

  T get() const {
    const auto bits = machine::VolatileLoad<c::Bits<T>>(Place(Access::kLoad));
    return c::Convert<T>(std::bit_cast<c::Stored<T>>(bits));
  }
  operator T() const { return get(); }

  void set(T value) {
    const auto stored = static_cast<c::Stored<T>>(value);
    machine::VolatileStore<c::Bits<T>>(Place(Access::kStore),
                                       std::bit_cast<c::Bits<T>>(stored));
  }
  CVolatileVar& operator=(const CVolatileVar& value) {
    set(value.get());
    return *this;
  }
  // Converted as C converts.
  template <COperand U>
  CVolatileVar& operator=(const U& value) {
    set(c::Convert<T>(c::ValueOf(value)));
    return *this;
  }

 private:
  std::byte* Place(Access access) const {
    if (address_.offset() % sizeof(T) != 0) [[unlikely]] {
      RaiseMisaligned(access);
    }
    return heap_->Span(address_, sizeof(T), access).data();
  }
  [[noreturn, gnu::cold]] void RaiseMisaligned(Access access) const {
    // Where nothing may be touched at all, that comes first.
    if (const auto fault = heap_->FindFault(address_, sizeof(T), access)) {
      throw *fault;
    }
    RaiseFault(FaultCode::kMisaligned, access, address_, sizeof(T));
  }

  GlobalHeap* heap_;
  Address address_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_VOLATILE_VAR_H_
