// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_RESERVED_MEMORY_H_
#define KHEAP_MACHINE_RESERVED_MEMORY_H_

// One contiguous range of host address space that is backed by memory as far
// as it has been committed.
//
//   data()              committed              size()
//   | readable, writable | reserved: no access |
//
// Committed bytes start as zero. The range never moves, so a host pointer into
// it stays valid until the object is destroyed.
//
// Where the host has mmap, reserving costs address space only; elsewhere the
// whole range is allocated at once and committing does nothing.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "machine/memory_image.h"

namespace kheap::machine {

// What may be done with committed bytes. Never written and run at once.
enum class Protection { kRead, kReadWrite, kReadExecute };

class ReservedMemory {
 public:
  // Reserves `size_bytes` (above zero), or returns nothing where the host has
  // no such range left or cannot address one of that size.
  static std::optional<ReservedMemory> Reserve(std::uint64_t size_bytes);

  ReservedMemory(ReservedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        committed_(std::exchange(other.committed_, 0)),
        has_image_(std::exchange(other.has_image_, false)) {}
  ReservedMemory& operator=(ReservedMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(committed_, other.committed_);
    std::swap(has_image_, other.has_image_);
    return *this;
  }
  ~ReservedMemory();

  // Makes at least the bytes [0, end) accessible, with `end` at most size().
  // Returns false, and changes nothing, if the host refuses the memory.
  [[nodiscard]] bool Commit(std::size_t end);

  // Puts an image at `begin`, a multiple of 64 KiB, into committed bytes that
  // are zero.
  void Load(std::size_t begin, const MemoryImage& image);

  // Makes the committed bytes [begin, end) zero again, giving whole pages back
  // to the host where that is cheaper than writing zeros.
  void Discard(std::size_t begin, std::size_t end);

  // Says what may be done with the committed bytes [begin, end), both multiples
  // of 65536. False, and nothing has changed, where the host refuses or has no
  // mmap.
  [[nodiscard]] bool Protect(std::size_t begin, std::size_t end,
                             Protection protection);

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t committed() const { return committed_; }

 private:
  ReservedMemory(std::byte* data, std::size_t size)
      : data_(data), size_(size) {}

  std::byte* data_;
  std::size_t size_;
  std::size_t committed_ = 0;
  bool has_image_ = false;  // with pages that the host takes from an image
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_RESERVED_MEMORY_H_
