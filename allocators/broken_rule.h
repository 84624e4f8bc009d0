// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_BROKEN_RULE_H_
#define KHEAP_ALLOCATORS_BROKEN_RULE_H_

// What CheckInvariants says of a rule that it finds broken:
//
//   pool.link: a link was overwritten at 0x7d000

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "heap/address.h"

namespace kheap {

inline absl::Status BrokenRule(std::string_view rule, Address address) {
  return absl::InternalError(
      absl::StrCat(std::string(rule), " at ", ToString(address)));
}

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_BROKEN_RULE_H_
