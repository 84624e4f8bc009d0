// SPDX-License-Identifier: Apache-2.0
#include "clib/integer_text.h"

#include <limits>

#include "clib/integer_scanner.h"
#include "heap/guest_errno.h"

namespace kheap::clib {

namespace {

constexpr std::uint64_t kLongMax = std::numeric_limits<std::int64_t>::max();

bool IsBase(int base) { return base == 0 || (base >= 2 && base <= 36); }

std::uint64_t Negated(std::uint64_t value) { return 0 - value; }

struct LongValue {
  std::int64_t value;
  bool in_range;
};

LongValue ToLong(const ScannedInteger& scanned) {
  // The least long is one further from 0 than the greatest.
  const std::uint64_t bound = kLongMax + (scanned.negative ? 1 : 0);
  const bool in_range = scanned.magnitude <= bound;
  const std::uint64_t magnitude = in_range ? scanned.magnitude : bound;
  return {static_cast<std::int64_t>(scanned.negative ? Negated(magnitude)
                                                     : magnitude),
          in_range};
}

// Stores what a conversion stores, checked before the first store.
void StoreResult(GlobalHeap& heap, Address end_pointer, Address end,
                 bool in_range) {
  if (!end_pointer.is_null()) heap.Store<Address>(end_pointer, end);
  if (!in_range) heap.set_guest_errno(kErrnoOutOfRange);
}

}  // namespace

std::int64_t Strtol(GlobalHeap& heap, Address text, Address end_pointer,
                    int base) {
  if (!IsBase(base)) {
    heap.set_guest_errno(kErrnoInvalid);
    return 0;
  }
  const ScannedInteger scanned = ScanInteger(ByteReader(heap, text), 0, base);
  const LongValue result = ToLong(scanned);
  StoreResult(heap, end_pointer, text + scanned.size_bytes, result.in_range);
  return result.value;
}

std::uint64_t Strtoul(GlobalHeap& heap, Address text, Address end_pointer,
                      int base) {
  if (!IsBase(base)) {
    heap.set_guest_errno(kErrnoInvalid);
    return 0;
  }
  const ScannedInteger scanned = ScanInteger(ByteReader(heap, text), 0, base);
  StoreResult(heap, end_pointer, text + scanned.size_bytes, !scanned.overflows);
  return scanned.negative && !scanned.overflows ? Negated(scanned.magnitude)
                                                : scanned.magnitude;
}

std::int64_t Atol(const GlobalHeap& heap, Address text) {
  return ToLong(ScanInteger(ByteReader(heap, text), 0, 10)).value;
}

std::int32_t Atoi(const GlobalHeap& heap, Address text) {
  return static_cast<std::int32_t>(Atol(heap, text));
}

}  // namespace kheap::clib
