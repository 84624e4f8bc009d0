// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_AUTOS_H_
#define KHEAP_SCALARS_C_AUTOS_H_

// CAutos makes automatic variables: places on the stack that last as long as
// the frame that is the newest when they are made.
//
//   stack.WithFrame("f", [&] {
//     CAutos autos(stack);
//     CIntVar n = autos.New<std::int32_t>(5);          // int n = 5;
//     auto rows = autos.New<CArray<double, 8>>();      // double rows[8];
//   });
//
// Without a value a variable is uninitialised, as in C. Fault 112 where the
// stack has no room.

#include <cstdint>
#include <string_view>

#include "heap/address.h"
#include "kstack/kstack.h"
#include "scalars/c_number.h"
#include "scalars/c_string.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"

namespace kheap {

class CAutos {
 public:
  explicit CAutos(KStack stack) : stack_(stack) {}

  template <typename T>
  PlaceOf<T> New() {
    return PlaceOf<T>(stack_.heap(), stack_.Alloca(SizeOf<T>(), AlignOf<T>()));
  }
  // Converted as C's assignment converts.
  template <typename T, typename Value>
  PlaceOf<T> New(const Value& value) {
    PlaceOf<T> place = New<T>();
    place = value;
    return place;
  }
  // char name[] = "text"; the result is what the array decays to.
  Ptr<CChar> NewString(std::string_view text) {
    const Ptr<CChar> string(stack_.heap(),
                            stack_.Alloca(text.size() + 1, AlignOf<CChar>()));
    StoreCString(string, text);
    return string;
  }

 private:
  KStack stack_;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_AUTOS_H_
