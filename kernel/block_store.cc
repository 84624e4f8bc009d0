// SPDX-License-Identifier: Apache-2.0
#include "kernel/block_store.h"

#include <algorithm>
#include <cstring>

#include "bitshift/bits.h"
#include "machine/check.h"

namespace kheap::kernel {

namespace {

constexpr std::uint32_t kBitsPerWord = 64;

int BitOf(BlockNumber block) { return static_cast<int>(block % kBitsPerWord); }

}  // namespace

Uint64& BlockStore::WordOf(BlockNumber block) const {
  return heap_->RuntimeObject<Uint64>(
      AddressOfBlock(*heap_, super().bitmap_block) +
      block / kBitsPerWord * sizeof(Uint64));
}

void BlockStore::Format(BlockNumber first_free) {
  for (BlockNumber block = 0; block < first_free; ++block) {
    WordOf(block) = bits::SetBit(WordOf(block).get(), BitOf(block));
  }
  super().first_free_block = first_free;
  super().free_block_count = super().block_count - first_free;
  heap_->SetUsedEnd(Region::kKernel, AddressOfBlock(*heap_, first_free));
}

BlockNumber BlockStore::Allocate() {
  if (super().free_block_count == 0) return kNoBlock;
  BlockNumber block = super().first_free_block;
  std::uint64_t free = bits::Not(WordOf(block).get());
  free = bits::Without(free, bits::LowMask(BitOf(block)));
  block -= BitOf(block);
  while (free == 0) {
    block += kBitsPerWord;
    free = bits::Not(WordOf(block).get());
  }
  block += bits::TrailingZeros(free);
  KHEAP_CHECK(block < super().block_count, "a free block is counted as such");
  WordOf(block) = bits::SetBit(WordOf(block).get(), BitOf(block));
  super().first_free_block = block + 1;
  super().free_block_count -= 1;

  // Blocks behind the used end are zero already.
  const Address begin = AddressOfBlock(*heap_, block);
  const int region = IndexOf(Region::kKernel);
  if (begin.offset() < heap_->control().regions[region].used_end) {
    std::ranges::fill(Bytes(block), std::byte{0});
  } else {
    heap_->SetUsedEnd(Region::kKernel, begin + kBlockBytes);
  }
  return block;
}

void BlockStore::Free(BlockNumber block) {
  KHEAP_CHECK(IsUsed(block), "a block is freed once");
  WordOf(block) = bits::ClearBit(WordOf(block).get(), BitOf(block));
  super().first_free_block =
      std::min<BlockNumber>(super().first_free_block, block);
  super().free_block_count += 1;
}

bool BlockStore::IsUsed(BlockNumber block) const {
  return bits::TestBit(WordOf(block).get(), BitOf(block));
}

}  // namespace kheap::kernel
