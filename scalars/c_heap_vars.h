// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_HEAP_VARS_H_
#define KHEAP_SCALARS_C_HEAP_VARS_H_

// CHeapVars makes variables in blocks of the heap, which last until they are
// freed.
//
//   CHeapVars heap_vars(malloc);
//   auto n = heap_vars.New<std::int32_t>(5);        // malloc, then *n = 5
//   auto row = heap_vars.NewZeroArray<double>(8);   // calloc
//   auto longer = heap_vars.ResizeArray(row, 100);  // realloc
//   *n += 1;
//   longer[99] = *n;
//   heap_vars.Free(longer);
//   heap_vars.Free(n);
//
// Where there is no memory the result is null, the guest's errno is ENOMEM and
// nothing else has changed. Without a value a variable is uninitialised, as in
// C.

#include <cstdint>
#include <string_view>

#include "heap/address.h"
#include "kmalloc/kmalloc.h"
#include "machine/check.h"
#include "scalars/c_number.h"
#include "scalars/c_string.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"
#include "scalars/ptr_var.h"

namespace kheap {

class CHeapVars {
 public:
  explicit CHeapVars(KMalloc malloc) : malloc_(malloc) {}

  template <typename T>
  Ptr<T> New() {
    return NewArray<T>(1);
  }
  // Converted as C's assignment converts.
  template <typename T, typename Value>
  Ptr<T> New(const Value& value) {
    const Ptr<T> variable = New<T>();
    if (variable) *variable = value;
    return variable;
  }

  // `count` elements; a count of 0 yields a block that holds none.
  template <typename T>
  Ptr<T> NewArray(std::uint64_t count) {
    const std::uint64_t size_bytes = ArrayBytes<T>(count);
    return Ptr<T>(malloc_.heap(),
                  kIsOveraligned<T>
                      ? malloc_.AlignedAlloc(AlignOf<T>(), size_bytes)
                      : malloc_.Malloc(size_bytes));
  }
  // The same, all bytes zero.
  template <typename T>
  Ptr<T> NewZeroArray(std::uint64_t count) {
    static_assert(!kIsOveraligned<T>, "as calloc, for ordinary alignments");
    return Ptr<T>(malloc_.heap(), malloc_.Calloc(count, SizeOf<T>()));
  }
  // A copy of the text with its terminating zero, as strdup makes it.
  Ptr<CChar> NewString(std::string_view text) {
    const auto string = NewArray<CChar>(text.size() + 1);
    if (string) StoreCString(string, text);
    return string;
  }

  // Gives an array (or null) `count` elements, of which it keeps as many as it
  // had. The old pointer is then dead, but where the result is null for lack of
  // memory the array is as it was. A count of 0 frees it.
  template <typename T>
  [[nodiscard]] Ptr<T> ResizeArray(Ptr<T> array, std::uint64_t count) {
    static_assert(!kIsOveraligned<T>, "as realloc, for ordinary alignments");
    RequireOwn(array);
    return Ptr<T>(malloc_.heap(),
                  malloc_.ReallocArray(array.address(), count, SizeOf<T>()));
  }

  // Of what these functions gave, or null. Faults are those of KMalloc::Free.
  template <typename T>
  void Free(Ptr<T> variable) {
    RequireOwn(variable);
    malloc_.Free(variable.address());
  }
  template <typename T>
  void Free(const CVar<Ptr<T>>& variable) {
    Free(variable.get());
  }

 private:
  // Whether malloc alone does not align a T.
  template <typename T>
  static constexpr bool kIsOveraligned = AlignOf<T>() > kGranuleBytes;

  template <typename T>
  void RequireOwn(Ptr<T> pointer) const {
    KHEAP_CHECK(&pointer.heap() == &malloc_.heap(),
                "a block is freed in its own arena");
  }

  KMalloc malloc_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_HEAP_VARS_H_
