// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_MEMORY_IMAGE_H_
#define KHEAP_MACHINE_MEMORY_IMAGE_H_

// What is not zero in a range of memory, kept once so that any number of fresh
// ranges can begin with it:
//
//   the range    000|AAAAAA|00000000|BB|000      pages, mostly zero
//   the image       |AAAAAA|BB|                  runs of the others
//
// Where the host can (Linux), a long run is not copied but mapped, and each
// range gets a page of its own when it first writes to it.
//
// Threads: an image does not change, so any number may use it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace kheap::machine {

class MemoryImage {
 public:
  // Part of a range, from its begin on; whole pages.
  struct Extent {
    std::size_t begin;
    std::size_t end;
  };

  // Looks at these extents of a range, in ascending order; all else is zero.
  // Nothing where the host has no memory for an image.
  static std::optional<MemoryImage> Of(const std::byte* range,
                                       std::span<const Extent> extents);

  MemoryImage(MemoryImage&& other) noexcept { Swap(other); }
  MemoryImage& operator=(MemoryImage&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~MemoryImage();

  // How much of a range it fills: up to the end of the last run.
  std::size_t size() const {
    return runs_.empty() ? 0 : runs_.back().begin + runs_.back().size;
  }
  // What the runs take.
  std::size_t stored_bytes() const { return stored_bytes_; }

  // Gives a range that is zero, readable and writable, and begins on a page of
  // the host, the image's bytes. Whether any of it is mapped; the host discards
  // such pages to the image's bytes, not to zeros.
  bool PutAt(std::byte* range) const;

 private:
  struct Run {
    std::size_t begin;  // in the range
    std::size_t size;
    std::size_t stored;  // where it begins in the image
  };

  MemoryImage() = default;
  // Takes memory for the runs; false where there is none.
  bool Store(const std::byte* range);
  void Swap(MemoryImage& other) {
    std::swap(runs_, other.runs_);
    std::swap(stored_, other.stored_);
    std::swap(stored_bytes_, other.stored_bytes_);
    std::swap(file_, other.file_);
  }

  std::vector<Run> runs_;
  std::byte* stored_ = nullptr;
  std::size_t stored_bytes_ = 0;
  int file_ = -1;  // holds the runs, where the host maps them
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_MEMORY_IMAGE_H_
