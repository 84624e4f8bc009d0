// SPDX-License-Identifier: Apache-2.0
#include "machine/memory_image.h"

#include <algorithm>
#include <cstring>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#else
#include <cstdlib>
#endif

namespace kheap::machine {

namespace {

constexpr std::size_t kPageBytes = 4096;

bool IsZero(const std::byte* page) {
  return page[0] == std::byte{0} &&
         std::memcmp(page, page + 1, kPageBytes - 1) == 0;
}

#ifdef __linux__
// A multiple of every page size in use, and from where on mapping beats
// copying (BM_Start).
constexpr std::size_t kMappedBytesMin = 65536;

// Puts as much of a run as whole host pages allow in place; how many bytes.
std::size_t Map(std::byte* to, std::size_t size, int file, std::size_t stored) {
  const std::size_t mapped = size / kMappedBytesMin * kMappedBytesMin;
  if (mapped == 0 || file < 0 || stored % kMappedBytesMin != 0 ||
      reinterpret_cast<std::uintptr_t>(to) % kPageBytes != 0) {
    return 0;
  }
  const void* const placed =
      mmap(to, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file,
           static_cast<off_t>(stored));
  return placed == MAP_FAILED ? 0 : mapped;
}
#endif

}  // namespace

std::optional<MemoryImage> MemoryImage::Of(const std::byte* range,
                                           std::span<const Extent> extents) {
  MemoryImage image;
  for (const Extent& extent : extents) {
    for (std::size_t at = extent.begin; at < extent.end; at += kPageBytes) {
      if (IsZero(range + at)) continue;
      if (!image.runs_.empty() && image.size() == at) {
        image.runs_.back().size += kPageBytes;
      } else {
        image.runs_.push_back({at, kPageBytes, 0});
      }
    }
  }
  if (!image.Store(range)) return std::nullopt;
  return image;
}

#ifdef __linux__

MemoryImage::~MemoryImage() {
  if (stored_ != nullptr) munmap(stored_, stored_bytes_);
  if (file_ >= 0) close(file_);
}

bool MemoryImage::Store(const std::byte* range) {
  for (Run& run : runs_) {
    if (run.size >= kMappedBytesMin) {
      stored_bytes_ = (stored_bytes_ + kMappedBytesMin - 1) / kMappedBytesMin *
                      kMappedBytesMin;
    }
    run.stored = stored_bytes_;
    stored_bytes_ += run.size;
  }
  if (runs_.empty()) return true;
  file_ = memfd_create("kheap image", MFD_CLOEXEC);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(stored_bytes_)) != 0) {
    return false;
  }
  void* const stored = mmap(nullptr, stored_bytes_, PROT_READ | PROT_WRITE,
                            MAP_SHARED, file_, 0);
  if (stored == MAP_FAILED) return false;
  stored_ = static_cast<std::byte*>(stored);
  for (const Run& run : runs_) {
    std::memcpy(stored_ + run.stored, range + run.begin, run.size);
  }
  return mprotect(stored_, stored_bytes_, PROT_READ) == 0;
}

bool MemoryImage::PutAt(std::byte* range) const {
  bool is_mapped = false;
  for (const Run& run : runs_) {
    const std::size_t mapped =
        Map(range + run.begin, run.size, file_, run.stored);
    std::memcpy(range + run.begin + mapped, stored_ + run.stored + mapped,
                run.size - mapped);
    is_mapped = is_mapped || mapped != 0;
  }
  return is_mapped;
}

#else  // A host that copies all.

MemoryImage::~MemoryImage() { std::free(stored_); }

bool MemoryImage::Store(const std::byte* range) {
  for (Run& run : runs_) {
    run.stored = stored_bytes_;
    stored_bytes_ += run.size;
  }
  if (runs_.empty()) return true;
  stored_ = static_cast<std::byte*>(std::malloc(stored_bytes_));
  if (stored_ == nullptr) return false;
  for (const Run& run : runs_) {
    std::memcpy(stored_ + run.stored, range + run.begin, run.size);
  }
  return true;
}

bool MemoryImage::PutAt(std::byte* range) const {
  for (const Run& run : runs_) {
    std::memcpy(range + run.begin, stored_ + run.stored, run.size);
  }
  return false;
}

#endif

}  // namespace kheap::machine
