// SPDX-License-Identifier: Apache-2.0
#include "machine/cache.h"

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace kheap::machine {

namespace {

// What the operating system says, or 0.
std::size_t SystemCacheLineBytes() {
#ifdef _SC_LEVEL1_DCACHE_LINESIZE
  const long bytes = sysconf(_SC_LEVEL1_DCACHE_LINESIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
#else
  return 0;
#endif
}

std::size_t FindCacheLineBytes() {
  std::size_t bytes = HostProcessor::CacheLineBytes();
  if (bytes == 0) bytes = SystemCacheLineBytes();
  return bytes == 0 ? kCacheLineBytes : bytes;
}

}  // namespace

std::size_t CacheLineBytes() {
  static const std::size_t bytes = FindCacheLineBytes();
  return bytes;
}

std::size_t HostPageBytes() {
#if defined(__unix__) || defined(__APPLE__)
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
#else
  return 4096;
#endif
}

}  // namespace kheap::machine
