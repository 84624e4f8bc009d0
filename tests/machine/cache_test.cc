// SPDX-License-Identifier: Apache-2.0
#include "machine/cache.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "machine/processor.h"

namespace kheap::machine {
namespace {

// What moves no byte that a program can see, flushes, prefetches and the way of
// a non-temporal copy, is code_test.sh's to find among the instructions.

template <typename Host>
class CacheTest : public testing::Test {};
using Hosts = testing::Types<HostProcessor, PortableProcessor>;

class HostNames {
 public:
  template <typename Host>
  static std::string GetName(int) {
    return std::is_same_v<Host, PortableProcessor> ? "Portable" : "Host";
  }
};
TYPED_TEST_SUITE(CacheTest, Hosts, HostNames);

std::vector<std::byte> Numbered(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
  }
  return bytes;
}

// Copies `size` bytes between two alignments, with guards around.
template <typename Host>
void ExpectCopy(std::size_t to, std::size_t from, std::size_t size) {
  const std::vector<std::byte> source = Numbered(from + size);
  std::vector<std::byte> copy(to + size + 64, std::byte{0x5A});
  CopyNonTemporal<Host>(copy.data() + to, source.data() + from, size);
  for (std::size_t i = 0; i < copy.size(); ++i) {
    const bool copied = i >= to && i < to + size;
    ASSERT_EQ(copy[i], copied ? source[from + i - to] : std::byte{0x5A})
        << "byte " << i << " of " << size << " from " << from << " to " << to;
  }
}

TYPED_TEST(CacheTest, ANonTemporalCopyIsACopyAtEveryAlignmentAndSize) {
  for (std::size_t to = 0; to < 64; ++to) {
    for (std::size_t size = 0; size < 260; ++size) {
      ExpectCopy<TypeParam>(to, size % 64, size);
    }
  }
  for (std::size_t from = 0; from < 64; ++from) {
    ExpectCopy<TypeParam>(1, from, 5000);
  }
}

TYPED_TEST(CacheTest, AFlushChangesNoByte) {
  const std::vector<std::byte> bytes = Numbered(1000);
  for (std::size_t begin = 0; begin < 130; ++begin) {
    FlushCacheLines<TypeParam>(bytes.data() + begin, begin * 3);
  }
  EXPECT_EQ(bytes, Numbered(1000));
  FlushCacheLines<TypeParam>(nullptr, 0);
}

// A processor that notes what it is asked to flush.
struct NotingProcessor : PortableProcessor {
  static void FlushLine(const std::byte* place) { flushed.push_back(place); }
  static void EndFlush() { ++ends; }

  inline static std::vector<const std::byte*> flushed;
  inline static int ends = 0;
};

TEST(FlushTest, EachLineOfTheBytesIsFlushedOnceAndNoByteBesideThemIsNamed) {
  const std::vector<std::byte> bytes(1000);
  const auto line_of = [](const std::byte* place) {
    return reinterpret_cast<std::uintptr_t>(place) / CacheLineBytes();
  };
  for (std::size_t begin = 0; begin < 130; ++begin) {
    for (std::size_t size = 1; size < 400; size += 7) {
      NotingProcessor::flushed.clear();
      NotingProcessor::ends = 0;
      const std::byte* const first = bytes.data() + begin;
      FlushCacheLines<NotingProcessor>(first, size);
      std::uintptr_t line = line_of(first);
      for (const std::byte* place : NotingProcessor::flushed) {
        ASSERT_TRUE(place >= first && place < first + size);
        ASSERT_EQ(line_of(place), line++);
      }
      ASSERT_EQ(line, line_of(first + size - 1) + 1);
      ASSERT_EQ(NotingProcessor::ends, 1);
    }
  }
}

TEST(CacheSizesTest, AreThoseOfSomeMachine) {
  EXPECT_TRUE(std::has_single_bit(CacheLineBytes()));
  EXPECT_GE(CacheLineBytes(), 16u);
  EXPECT_LE(CacheLineBytes(), 1024u);
  EXPECT_TRUE(std::has_single_bit(HostPageBytes()));
  EXPECT_GE(HostPageBytes(), 4096u);
}

TEST(PrefetchTest, AnyAddressMayBePrefetched) {
  const int value = 1;
  PrefetchForRead(&value);
  PrefetchForRead<Locality::kNone>(nullptr);
  PrefetchForRead<Locality::kLow>(reinterpret_cast<const void*>(~0ull));
  PrefetchForWrite<Locality::kModerate>(&value);
  PrefetchForWrite(nullptr);
  EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace kheap::machine
