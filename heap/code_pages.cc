// SPDX-License-Identifier: Apache-2.0
// The part of GlobalHeap that knows Region::kCode.
#include "heap/code_pages.h"

#include <cstring>

#include "heap/global_heap.h"
#include "machine/check.h"
#include "machine/native_code.h"

namespace kheap {

bool GlobalHeap::ProtectCode(std::uint64_t first_page, std::uint64_t page_count,
                             CodeState state) {
  using machine::Protection;
  if (page_count == 0) return true;
  const Protection protection =
      state == CodeState::kWritable ? Protection::kReadWrite
      : state == CodeState::kSealed ? Protection::kReadExecute
                                    : Protection::kRead;
  const std::size_t begin =
      kContextBytes + kCodePagesBegin.offset() + first_page * kCodePageBytes;
  const std::size_t size_bytes = page_count * kCodePageBytes;
  // No processor has seen the code yet, neither sealed just now nor loaded with
  // an image.
  if (state == CodeState::kSealed &&
      !machine::FlushInstructionCache(memory_.data() + begin, size_bytes)) {
    return false;
  }
  return memory_.Protect(begin, begin + size_bytes, protection);
}

bool GlobalHeap::SetCodeState(std::uint64_t first_page,
                              std::uint64_t page_count, CodeState state) {
  KHEAP_CHECK(first_page <= code_page_count() &&
                  page_count <= code_page_count() - first_page,
              "a page of code lies within its region");
  if (!ProtectCode(first_page, page_count, state)) return false;
  std::memset(code_states() + first_page, static_cast<int>(state), page_count);
  return true;
}

std::optional<FaultCode> GlobalHeap::FindCodeFault(Address address,
                                                   std::uint64_t size_bytes,
                                                   Access access) const {
  if (address < kCodePagesBegin ||
      size_bytes > layout_.end(Region::kCode) - address) {
    return FaultCode::kOutOfBounds;
  }
  for (std::uint64_t page = CodePageOf(address);
       page <= CodePageOf(address + (size_bytes - 1)); ++page) {
    switch (code_state(page)) {
      case CodeState::kNone:
        return FaultCode::kOutOfBounds;
      case CodeState::kFreed:
        return FaultCode::kUseAfterFree;
      case CodeState::kSealed:
        if (access != Access::kLoad) return FaultCode::kReadOnlyWrite;
        break;
      case CodeState::kWritable:
        break;
    }
  }
  return std::nullopt;
}

}  // namespace kheap
