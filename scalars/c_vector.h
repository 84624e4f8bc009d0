// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_VECTOR_H_
#define KHEAP_SCALARS_C_VECTOR_H_

// CVector<T> is a vector of numbers as a host value: as many Ts as 64 bytes
// hold, or `kLanes`. It is loaded from the arena and stored there at any
// alignment, and what it does runs on the widest vectors of the host's
// processor (machine/lanes.h), with the same result on every one.
//
//   using Floats = CVector<float>;
//   const Floats y = MultiplyAdd(Floats::Load(heap, a), Floats::All(3), x);
//   y.Store(heap, a);
//
// A comparison gives a mask, a vector of unsigned lanes with all bits or none;
// where one is read, any lane but 0 is a yes. A masked load or store is checked
// for its own lanes only, each as one access, and touches no other.
//
// Faults are those of GlobalHeap's Span, and of Load and Store where masked. A
// store that faults has changed nothing.

#include <array>
#include <cstddef>
#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "machine/byte_order.h"
#include "machine/lane_arithmetic.h"
#include "machine/lane_reduce.h"
#include "machine/lane_select.h"
#include "machine/lanes.h"

namespace kheap {

template <machine::Lane T, std::size_t kLanes = machine::kVectorLanes<T>>
class CVector {
 public:
  using Mask = CVector<machine::MaskLane<T>, kLanes>;
  static constexpr std::size_t kSizeBytes = kLanes * sizeof(T);

  // Zeros.
  CVector() = default;
  explicit CVector(const std::array<T, kLanes>& lanes) : lanes_(lanes) {}
  static CVector All(T value) {
    CVector vector;
    vector.lanes_.fill(value);
    return vector;
  }

  const std::array<T, kLanes>& lanes() const { return lanes_; }
  T operator[](std::size_t i) const { return lanes_[i]; }
  T* data() { return lanes_.data(); }
  const T* data() const { return lanes_.data(); }

  // ---- the arena ------------------------------------------------------------

  static CVector Load(const GlobalHeap& heap, Address address) {
    const std::byte* const bytes = heap.Span(address, kSizeBytes).data();
    CVector vector;
    for (std::size_t i = 0; i < kLanes; ++i) {
      vector.lanes_[i] = machine::LoadLittleEndian<T>(bytes + i * sizeof(T));
    }
    return vector;
  }
  void Store(GlobalHeap& heap, Address address) const {
    std::byte* const bytes =
        heap.Span(address, kSizeBytes, Access::kStore).data();
    for (std::size_t i = 0; i < kLanes; ++i) {
      machine::StoreLittleEndian<T>(bytes + i * sizeof(T), lanes_[i]);
    }
  }
  // 0 in the lanes that the mask leaves out.
  static CVector LoadMasked(const GlobalHeap& heap, Address address,
                            const Mask& mask) {
    CVector vector;
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (mask[i] == 0) continue;
      vector.lanes_[i] = heap.Load<T>(address + i * sizeof(T));
    }
    return vector;
  }
  void StoreMasked(GlobalHeap& heap, Address address, const Mask& mask) const {
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (mask[i] == 0) continue;
      const Address lane = address + i * sizeof(T);
      if (const auto fault = heap.FindFault(lane, sizeof(T), Access::kStore)) {
        throw *fault;
      }
    }
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (mask[i] != 0) heap.Store<T>(address + i * sizeof(T), lanes_[i]);
    }
  }

  // ---- reductions, in the order of machine/lane_reduce.h --------------------

  T Sum() const { return machine::SumOfLanes(data(), kLanes); }
  T Min() const { return machine::MinOfLanes(data(), kLanes); }
  T Max() const { return machine::MaxOfLanes(data(), kLanes); }

  // ---- lane by lane; integers wrap ------------------------------------------

  friend CVector operator+(const CVector& a, const CVector& b) {
    return Make(machine::AddLanes<T>, a, b);
  }
  friend CVector operator-(const CVector& a, const CVector& b) {
    return Make(machine::SubtractLanes<T>, a, b);
  }
  friend CVector operator*(const CVector& a, const CVector& b) {
    return Make(machine::MultiplyLanes<T>, a, b);
  }
  friend CVector operator/(const CVector& a, const CVector& b) {
    return Make(machine::DivideLanes<T>, a, b);
  }
  friend CVector operator-(const CVector& a) {
    return Make(machine::NegateLanes<T>, a);
  }
  friend CVector And(const CVector& a, const CVector& b) {
    return Make(machine::AndLanes<T>, a, b);
  }
  friend CVector Or(const CVector& a, const CVector& b) {
    return Make(machine::OrLanes<T>, a, b);
  }
  friend CVector Xor(const CVector& a, const CVector& b) {
    return Make(machine::XorLanes<T>, a, b);
  }
  // a < b ? a : b, and its mirror image.
  friend CVector Min(const CVector& a, const CVector& b) {
    return Make(machine::MinLanes<T>, a, b);
  }
  friend CVector Max(const CVector& a, const CVector& b) {
    return Make(machine::MaxLanes<T>, a, b);
  }
  friend CVector Absolute(const CVector& a) {
    return Make(machine::AbsoluteLanes<T>, a);
  }
  friend CVector SquareRoot(const CVector& a) {
    return Make(machine::SquareRootLanes<T>, a);
  }
  // a * b + c, in floating point rounded once.
  friend CVector MultiplyAdd(const CVector& a, const CVector& b,
                             const CVector& c) {
    return Make(machine::MultiplyAddLanes<T>, a, b, c);
  }

  // ---- choosing -------------------------------------------------------------

  friend Mask Equal(const CVector& a, const CVector& b) {
    return Mask::Make(machine::EqualLanes<T>, a, b);
  }
  friend Mask Less(const CVector& a, const CVector& b) {
    return Mask::Make(machine::LessLanes<T>, a, b);
  }
  friend Mask LessOrEqual(const CVector& a, const CVector& b) {
    return Mask::Make(machine::LessOrEqualLanes<T>, a, b);
  }
  // mask ? this : other
  CVector Where(const Mask& mask, const CVector& other) const {
    return Make(machine::SelectLanes<T>, mask, *this, other);
  }
  // Lane i of the result is lane index[i] of this, or 0 if there is none.
  CVector Shuffled(const Mask& index) const {
    return Make(machine::ShuffleLanes<T>, *this, index);
  }
  CVector Reversed() const { return Make(machine::ReverseLanes<T>, *this); }

  // What a function on rows (machine/lanes.h) makes of these.
  template <typename Function, typename... Vectors>
  static CVector Make(Function function, const Vectors&... vectors) {
    CVector result;
    function(result.data(), vectors.data()..., kLanes);
    return result;
  }

 private:
  alignas(kSizeBytes % machine::kVectorBytes == 0
              ? machine::kVectorBytes
              : alignof(T)) std::array<T, kLanes> lanes_ = {};
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_VECTOR_H_
