// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LANES_H_
#define KHEAP_MACHINE_LANES_H_

// Rows of numbers, worked on by the widest vectors of the processor that the
// program runs on, chosen at the first call. docs/design/machine.md lists what
// goes lane by lane all the same. A number in a row is a lane.
//
//   lane_arithmetic.h   sums, products, bits, fused multiply-add
//   lane_select.h       comparison, selection, masked stores, shuffles
//   lane_reduce.h       a row's sum, minimum and maximum
//
// A function reads `count` lanes from each source and writes as many, at any
// alignment and nothing beyond. The result may be one of the sources itself,
// but must not overlap one otherwise. Lanes are in the host's byte order.
//
// A mask is a row of unsigned lanes of the same size: all bits set for yes,
// none for no. Where one is read, any lane but 0 is a yes.
//
// Results are the same on every processor, whatever the length of its vectors.
// So a sum is added up in one order (lane_reduce.h), a fused multiply-add
// rounds once even where it has to be computed without the instruction, and a
// NaN that arithmetic yields is the quiet one, positive and without payload.
// NegateLanes and AbsoluteLanes are no arithmetic in this: like C's - and fabs
// they change a number's sign bit and nothing else, a NaN's too.
//
// Types of lanes are the guest's ten. Another type of the host's of the same
// size, such as char or the one of long and long long that is not std::int64_t,
// is none.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace kheap::machine {

template <typename T>
concept FloatingLane = std::same_as<T, float> || std::same_as<T, double>;

template <typename T>
concept IntegerLane =
    std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t> ||
    std::same_as<T, std::int16_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;

template <typename T>
concept Lane = FloatingLane<T> || IntegerLane<T>;

// A row of 64 bytes is the widest vector in use, and the unit of a reduction.
inline constexpr std::size_t kVectorBytes = 64;
template <Lane T>
inline constexpr std::size_t kVectorLanes = kVectorBytes / sizeof(T);

namespace lanes {

template <std::size_t size_bytes>
struct MaskOf;
template <>
struct MaskOf<1> : std::type_identity<std::uint8_t> {};
template <>
struct MaskOf<2> : std::type_identity<std::uint16_t> {};
template <>
struct MaskOf<4> : std::type_identity<std::uint32_t> {};
template <>
struct MaskOf<8> : std::type_identity<std::uint64_t> {};

}  // namespace lanes

// A mask's lane, for lanes of type T.
template <Lane T>
using MaskLane = typename lanes::MaskOf<sizeof(T)>::type;

namespace lanes {

// The one of two integer types of a size whose kernels serve both, where the
// sign does not matter.
template <Lane T>
using Unsigned = std::conditional_t<FloatingLane<T>, T, MaskLane<T>>;

template <Lane T>
Unsigned<T>* AsUnsigned(T* row) {
  return reinterpret_cast<Unsigned<T>*>(row);
}
template <Lane T>
const Unsigned<T>* AsUnsigned(const T* row) {
  return reinterpret_cast<const Unsigned<T>*>(row);
}

// A table of kernels for each type where the sign does not matter, and where it
// does.
template <template <typename> class Kernels>
using ForUnsignedLanes =
    std::tuple<Kernels<std::uint8_t>, Kernels<std::uint16_t>,
               Kernels<std::uint32_t>, Kernels<std::uint64_t>, Kernels<float>,
               Kernels<double>>;
template <template <typename> class Kernels>
using ForAllLanes = std::tuple<Kernels<std::int8_t>, Kernels<std::uint8_t>,
                               Kernels<std::int16_t>, Kernels<std::uint16_t>,
                               Kernels<std::int32_t>, Kernels<std::uint32_t>,
                               Kernels<std::int64_t>, Kernels<std::uint64_t>,
                               Kernels<float>, Kernels<double>>;

template <typename T>
using UnaryKernel = void(T* out, const T* a, std::size_t count);
template <typename T>
using BinaryKernel = void(T* out, const T* a, const T* b, std::size_t count);
template <typename T>
using TernaryKernel = void(T* out, const T* a, const T* b, const T* c,
                           std::size_t count);

}  // namespace lanes

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LANES_H_
