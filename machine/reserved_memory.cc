// SPDX-License-Identifier: Apache-2.0
#include "machine/reserved_memory.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "machine/check.h"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#else
#include <cstdlib>
#endif

namespace kheap::machine {

namespace {

// No object may be larger than a pointer difference can say.
constexpr std::uint64_t kReserveBytesMax =
    std::numeric_limits<std::ptrdiff_t>::max();

}  // namespace

void ReservedMemory::Load(std::size_t begin, const MemoryImage& image) {
  KHEAP_CHECK(begin % 65536 == 0 && begin <= committed_ &&
                  image.size() <= committed_ - begin,
              "an image goes where memory has been committed");
  if (image.PutAt(data_ + begin)) has_image_ = true;
}

#if defined(__unix__) || defined(__APPLE__)

namespace {

// A multiple of every page size in use (4, 16 and 64 KiB).
constexpr std::size_t kHostPageBytesMax = 65536;

// Memory is committed in steps of this size, so that an arena that grows page
// by page does not ask the host each time.
constexpr std::size_t kCommitStepBytes = 1 << 20;

// Below this size writing zeros beats a system call and new page faults. Two
// of the largest pages or more, so that at least one whole page lies inside.
constexpr std::size_t kDiscardBytesMin = 2 * kHostPageBytesMax;

#ifdef MAP_NORESERVE
constexpr int kReserveFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
constexpr int kReserveFlags = MAP_PRIVATE | MAP_ANONYMOUS;
#endif

// Has the host take whole pages back, for zeros. Those that it took from an
// image have to be mapped anew.
[[maybe_unused]] bool GiveBack(std::byte* begin, std::size_t size,
                               bool has_image) {
  if (!has_image) return madvise(begin, size, MADV_DONTNEED) == 0;
  return mmap(begin, size, PROT_READ | PROT_WRITE, kReserveFlags | MAP_FIXED,
              -1, 0) != MAP_FAILED;
}

constexpr std::size_t RoundUp(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

constexpr std::size_t RoundDown(std::size_t value, std::size_t step) {
  return value / step * step;
}

}  // namespace

std::optional<ReservedMemory> ReservedMemory::Reserve(
    std::uint64_t size_bytes) {
  if (size_bytes > kReserveBytesMax) return std::nullopt;
  void* data =
      mmap(nullptr, size_bytes, PROT_NONE, kReserveFlags, /*fd=*/-1, 0);
  if (data == MAP_FAILED) return std::nullopt;
  return ReservedMemory(static_cast<std::byte*>(data), size_bytes);
}

ReservedMemory::~ReservedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
}

bool ReservedMemory::Commit(std::size_t end) {
  KHEAP_CHECK(end <= size_, "only reserved memory can be committed");
  if (end <= committed_) return true;
  const std::size_t new_end = std::min(size_, RoundUp(end, kCommitStepBytes));
  if (mprotect(data_ + committed_, new_end - committed_,
               PROT_READ | PROT_WRITE) != 0) {
    return false;
  }
  committed_ = new_end;
  return true;
}

bool ReservedMemory::Protect(std::size_t begin, std::size_t end,
                             Protection protection) {
  KHEAP_CHECK(begin % kHostPageBytesMax == 0 && end % kHostPageBytesMax == 0 &&
                  begin <= end && end <= committed_,
              "whole committed pages are protected");
  const int allowed =
      protection == Protection::kReadWrite     ? PROT_READ | PROT_WRITE
      : protection == Protection::kReadExecute ? PROT_READ | PROT_EXEC
                                               : PROT_READ;
  return mprotect(data_ + begin, end - begin, allowed) == 0;
}

void ReservedMemory::Discard(std::size_t begin, std::size_t end) {
  KHEAP_CHECK(begin <= end && end <= committed_,
              "only committed memory can be discarded");
#ifdef __linux__
  const std::size_t inner_begin = RoundUp(begin, kHostPageBytesMax);
  const std::size_t inner_end = RoundDown(end, kHostPageBytesMax);
  if (end - begin >= kDiscardBytesMin &&
      GiveBack(data_ + inner_begin, inner_end - inner_begin, has_image_)) {
    std::memset(data_ + begin, 0, inner_begin - begin);
    std::memset(data_ + inner_end, 0, end - inner_end);
    return;
  }
#endif
  std::memset(data_ + begin, 0, end - begin);
}

#else  // A host without mmap.

std::optional<ReservedMemory> ReservedMemory::Reserve(
    std::uint64_t size_bytes) {
  if (size_bytes > kReserveBytesMax) return std::nullopt;
  void* data = std::calloc(size_bytes, 1);
  if (data == nullptr) return std::nullopt;
  return ReservedMemory(static_cast<std::byte*>(data), size_bytes);
}

ReservedMemory::~ReservedMemory() { std::free(data_); }

bool ReservedMemory::Commit(std::size_t end) {
  KHEAP_CHECK(end <= size_, "only reserved memory can be committed");
  committed_ = std::max(committed_, end);
  return true;
}

bool ReservedMemory::Protect(std::size_t, std::size_t, Protection) {
  return false;
}

void ReservedMemory::Discard(std::size_t begin, std::size_t end) {
  KHEAP_CHECK(begin <= end && end <= committed_,
              "only committed memory can be discarded");
  std::memset(data_ + begin, 0, end - begin);
}

#endif

}  // namespace kheap::machine
