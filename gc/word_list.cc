// SPDX-License-Identifier: Apache-2.0
#include "gc/word_list.h"

#include <algorithm>

#include "gc/holding.h"
#include "kmalloc/kmalloc.h"

namespace kheap::gc {

namespace {

constexpr std::uint64_t kCapacityMin = 16;

}  // namespace

void Words::Locate() {
  words_ = reinterpret_cast<Word*>(
      list_->capacity == 0 ? nullptr
                           : heap_
                                 ->RuntimeSpan(Address(list_->address),
                                               list_->capacity * sizeof(Word))
                                 .data());
}

bool Words::Reserve(std::uint64_t count) {
  if (list_->capacity - list_->count >= count) return true;
  const std::uint64_t capacity =
      std::max({kCapacityMin, list_->capacity * 2, list_->count + count});
  const Address grown = KMalloc(*heap_).ReallocArray(Address(list_->address),
                                                     capacity, sizeof(Word));
  if (grown.is_null()) return false;
  Holding(*heap_).Resize(list_->capacity * sizeof(Word),
                         capacity * sizeof(Word));
  list_->address = grown.offset();
  list_->capacity = capacity;
  Locate();
  return true;
}

void Words::Release() {
  KMalloc(*heap_).Free(Address(list_->address));
  Holding(*heap_).Resize(list_->capacity * sizeof(Word), 0);
  list_->address = 0;
  list_->count = 0;
  list_->capacity = 0;
  Locate();
}

}  // namespace kheap::gc
