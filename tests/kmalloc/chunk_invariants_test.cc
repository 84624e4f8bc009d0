// SPDX-License-Identifier: Apache-2.0
// Rules about chunks, the top and the bins, broken by hand and named.
#include <cstdint>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/broken_rules.h"

namespace kheap {
namespace {

using ChunkInvariantsTest = BrokenRules;

// ---- chunks -----------------------------------------------------------------

TEST_F(ChunkInvariantsTest, DamagedTag) {
  const Address block = malloc().Malloc(100);
  heap().RuntimeObject<Word>(block - kTagBytes) = 0;
  ExpectBroken("a tag or a link was overwritten", block - kTagBytes);
}

TEST_F(ChunkInvariantsTest, TagThatIsWrongAboutTheChunkBefore) {
  malloc().Malloc(100);
  const Address block = malloc().Malloc(100);
  const Chunk chunk = chunks_.InUse(block);
  WriteTag(chunk.begin, chunk.tag.Without(Tag::kPreviousInUse));
  ExpectBroken("a tag says whether the chunk before is in use", chunk.begin);
}

TEST_F(ChunkInvariantsTest, TwoFreeChunksThatTouch) {
  const Address free = FreeChunk(128);
  const Address begin = free - kTagBytes;
  SetBin(128, kNullAddress);
  SetBin(64, free);
  WriteFree(begin, 64, Tag::kPreviousInUse);
  WriteFree(begin + 64, 64, 0);
  ExpectBroken("no two free chunks touch", begin + 64);
}

TEST_F(ChunkInvariantsTest, FreeChunkThatTouchesTheTop) {
  const Address block = malloc().Malloc(100);
  const Chunk chunk = chunks_.InUse(block);
  WriteFree(chunk.begin, chunk.size_bytes(), Tag::kPreviousInUse);
  SetBin(chunk.size_bytes(), block);
  ExpectBroken("no free chunk touches the top", chunks_.top());
}

TEST_F(ChunkInvariantsTest, FreeChunkWithAnotherTagAtItsEnd) {
  const Address free = FreeChunk(128);
  heap().RuntimeObject<Word>(free + 128 - 2 * kTagBytes) = 1;
  ExpectBroken("a free chunk repeats its tag and is in its bin",
               free - kTagBytes);
}

TEST_F(ChunkInvariantsTest, FreeChunkThatIsInNoBin) {
  const Address free = FreeChunk(128);
  SetBin(128, kNullAddress);
  ExpectBroken("a free chunk repeats its tag and is in its bin",
               free - kTagBytes);
}

TEST_F(ChunkInvariantsTest, LinkOutOfTheHeap) {
  const Address free = FreeChunk(128);
  WriteLinks(free, 1, kNoGranule);
  ExpectBroken("a tag or a link was overwritten", Address(16));
}

TEST_F(ChunkInvariantsTest, ChunkInUseWithoutABlock) {
  const Address block = malloc().Malloc(100);
  directory_.ClearStart(GranuleOf(block));
  ExpectBroken("a chunk in use holds a live block", block);
}

// ---- top and bins -----------------------------------------------------------

TEST_F(ChunkInvariantsTest, TopThatWasOverwritten) {
  malloc().Malloc(100);
  heap().RuntimeObject<Word>(chunks_.top()) = 0;
  ExpectBroken("the top ends the chunks", chunks_.top());
}

TEST_F(ChunkInvariantsTest, FreshMemoryBelowTheTop) {
  malloc().Malloc(100);
  header().fresh_begin = chunks_.top().offset();
  ExpectBroken("what was never in use lies above the top", chunks_.top());
}

TEST_F(ChunkInvariantsTest, FreshMemoryThatIsNotZero) {
  malloc().Malloc(100);
  const Address last = heap().break_address() - 1;
  heap().sb(last, 1);
  ExpectBroken("what was never in use is zero", last);
}

TEST_F(ChunkInvariantsTest, BitOfABinThatLies) {
  const Address free = FreeChunk(128);
  header().bin_bits[0] = 0;
  ExpectBroken("a bin's bit says whether it is empty", free);
}

TEST_F(ChunkInvariantsTest, BinThatGoesInACircle) {
  const Address free = FreeChunk(128);
  WriteLinks(free, GranuleOf(free), GranuleOf(free));
  ExpectBroken("a bin holds each of its chunks once", free);
}

TEST_F(ChunkInvariantsTest, BinOfAnotherSize) {
  const Address larger = malloc().Malloc(256 - kTagBytes);
  malloc().Malloc(16);
  const Address smaller = FreeChunk(128);
  malloc().Free(larger);
  SetBin(128, larger);
  WriteLinks(larger, GranuleOf(smaller), kNoGranule);
  WriteLinks(smaller, kNoGranule, GranuleOf(larger));
  ExpectBroken("a bin holds free chunks of its size", larger);
}

TEST_F(ChunkInvariantsTest, FreeChunkThatNoBinLeadsTo) {
  const Address lost = malloc().Malloc(128 - kTagBytes);
  malloc().Malloc(16);
  const Address found = FreeChunk(128);
  malloc().Free(lost);
  SetBin(128, found);
  WriteLinks(found, kNoGranule, kNoGranule);
  WriteLinks(lost, GranuleOf(lost), GranuleOf(lost));
  ExpectBroken("every free chunk is in its bin", found);
}

}  // namespace
}  // namespace kheap
