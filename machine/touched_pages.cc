// SPDX-License-Identifier: Apache-2.0
#include "machine/touched_pages.h"

#ifdef __linux__
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#endif

namespace kheap::machine {

#ifdef __linux__

namespace {

// As include/uapi/linux/fs.h of Linux 6.7 has them; older systems' headers do
// not.
struct PageRegion {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t categories;
};
struct ScanArguments {
  std::uint64_t size;
  std::uint64_t flags;
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t walk_end;
  std::uint64_t regions;
  std::uint64_t region_count;
  std::uint64_t pages_max;
  std::uint64_t category_inverted;
  std::uint64_t category_mask;
  std::uint64_t category_any_of;
  std::uint64_t category_shown;
};
constexpr unsigned long kScan = _IOWR('f', 16, ScanArguments);
constexpr std::uint64_t kIsFile = 1 << 2;
constexpr std::uint64_t kIsPresent = 1 << 3;
constexpr std::uint64_t kIsSwapped = 1 << 4;
constexpr std::uint64_t kIsZeroPage = 1 << 5;

// The page tables of this process. Opened anew each time: the file goes on
// telling of the process that opened it, also after a fork.
class PageMap {
 public:
  PageMap() : file_(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)) {}
  ~PageMap() {
    if (file_ >= 0) close(file_);
  }
  PageMap(const PageMap&) = delete;
  PageMap& operator=(const PageMap&) = delete;

  // How many of `regions` it filled with pages in [*at, end) that are there and
  // not a file's, or a negative number. Moves *at to where it stopped.
  int Scan(std::uint64_t* at, std::uint64_t end,
           std::array<PageRegion, 64>& regions) const {
    ScanArguments scan = {};
    scan.size = sizeof(scan);
    scan.begin = *at;
    scan.end = end;
    scan.regions = reinterpret_cast<std::uint64_t>(regions.data());
    scan.region_count = regions.size();
    scan.category_inverted = kIsFile;
    scan.category_mask = kIsFile;
    scan.category_any_of = kIsPresent | kIsSwapped;
    scan.category_shown = kIsZeroPage;
    const int count = ioctl(file_, kScan, &scan);
    *at = scan.walk_end;
    return count;
  }

 private:
  int file_;
};

// Pages that were only read: each later look would take longer for them.
bool Forget(const PageRegion& region) {
  return madvise(reinterpret_cast<void*>(region.begin),
                 region.end - region.begin, MADV_DONTNEED) == 0;
}

}  // namespace

bool ZeroTouchedPages(std::byte* begin, std::size_t size,
                      std::size_t bytes_max) {
  const PageMap pages;
  std::array<PageRegion, 64> regions;
  auto at = reinterpret_cast<std::uint64_t>(begin);
  const std::uint64_t end = at + size;
  while (at < end) {
    const std::uint64_t from = at;
    const int count = pages.Scan(&at, end, regions);
    if (count < 0 || at <= from) return false;
    for (int i = 0; i < count; ++i) {
      if ((regions[i].categories & kIsZeroPage) != 0) {
        if (!Forget(regions[i])) return false;
        continue;
      }
      const std::uint64_t bytes = regions[i].end - regions[i].begin;
      if (bytes > bytes_max) return false;
      bytes_max -= bytes;
      std::memset(reinterpret_cast<void*>(regions[i].begin), 0, bytes);
    }
  }
  return true;
}

#else  // A host that does not tell.

bool ZeroTouchedPages(std::byte*, std::size_t, std::size_t) { return false; }

#endif

}  // namespace kheap::machine
