// SPDX-License-Identifier: Apache-2.0
#include "heap/address.h"

#include "absl/strings/str_cat.h"

namespace kheap {

std::string ToString(Address address) {
  return absl::StrCat("0x", absl::Hex(address.offset()));
}

std::ostream& operator<<(std::ostream& out, Address address) {
  return out << ToString(address);
}

}  // namespace kheap
