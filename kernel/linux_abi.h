// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_LINUX_ABI_H_
#define KHEAP_KERNEL_LINUX_ABI_H_

// The structures and constants that a 64-bit RISC-V Linux shares with its
// programs, as they lie in the guest's memory. Members keep Linux's
// names where those are no macros of the host.
//
// Sources: include/uapi/asm-generic and include/uapi/linux of Linux 6.1.

#include <array>
#include <cstdint>

#include "heap/little_endian.h"

namespace kheap::kernel {

using Int32 = LittleEndian<std::int32_t>;
using Int64 = LittleEndian<std::int64_t>;
using Uint16 = LittleEndian<std::uint16_t>;
using Uint32 = LittleEndian<std::uint32_t>;
using Uint64 = LittleEndian<std::uint64_t>;

// ---- files ------------------------------------------------------------------

// Flags of openat.
inline constexpr std::uint32_t kO_WRONLY = 01;
inline constexpr std::uint32_t kO_RDWR = 02;
inline constexpr std::uint32_t kO_ACCMODE = 03;
inline constexpr std::uint32_t kO_CREAT = 0100;
inline constexpr std::uint32_t kO_EXCL = 0200;
inline constexpr std::uint32_t kO_TRUNC = 01000;
inline constexpr std::uint32_t kO_APPEND = 02000;
inline constexpr std::uint32_t kO_NONBLOCK = 04000;
inline constexpr std::uint32_t kO_DIRECT = 040000;
inline constexpr std::uint32_t kO_LARGEFILE = 0100000;
inline constexpr std::uint32_t kO_DIRECTORY = 0200000;
inline constexpr std::uint32_t kO_NOFOLLOW = 0400000;
inline constexpr std::uint32_t kO_NOATIME = 01000000;
inline constexpr std::uint32_t kO_CLOEXEC = 02000000;
inline constexpr std::uint32_t kO_PATH = 010000000;
inline constexpr std::uint32_t kO_TMPFILE = 020000000;

// A file's mode: its type, and permission bits.
inline constexpr std::uint32_t kS_IFMT = 0170000;
inline constexpr std::uint32_t kS_IFIFO = 0010000;
inline constexpr std::uint32_t kS_IFCHR = 0020000;
inline constexpr std::uint32_t kS_IFDIR = 0040000;
inline constexpr std::uint32_t kS_IFREG = 0100000;
inline constexpr std::uint32_t kS_IFLNK = 0120000;
inline constexpr std::uint32_t kPermissionBits = 07777;

inline constexpr std::int32_t kAT_FDCWD = -100;
inline constexpr std::uint32_t kAT_SYMLINK_NOFOLLOW = 256;
inline constexpr std::uint32_t kAT_REMOVEDIR = 512;
inline constexpr std::uint32_t kAT_EACCESS = 512;
inline constexpr std::uint32_t kAT_SYMLINK_FOLLOW = 1024;
inline constexpr std::uint32_t kAT_NO_AUTOMOUNT = 2048;
inline constexpr std::uint32_t kAT_EMPTY_PATH = 4096;

inline constexpr std::uint32_t kRENAME_NOREPLACE = 1;

inline constexpr std::uint64_t kPathBytesMax = 4096;  // with the zero
inline constexpr std::uint64_t kNameBytesMax = 255;
inline constexpr std::uint64_t kTransferBytesMax = 2147479552;
inline constexpr std::uint64_t kIovecCountMax = 1024;

enum class Whence : std::int32_t { kSet, kCurrent, kEnd, kData, kHole };

// struct stat
struct LinuxStat {
  Uint64 st_dev;
  Uint64 st_ino;
  Uint32 st_mode;
  Uint32 st_nlink;
  Uint32 st_uid;
  Uint32 st_gid;
  Uint64 st_rdev;
  Uint64 pad1;
  Int64 st_size;
  Int32 st_blksize;
  Int32 pad2;
  Int64 st_blocks;  // of 512 bytes
  Int64 st_atime_sec;
  Uint64 st_atime_nsec;
  Int64 st_mtime_sec;
  Uint64 st_mtime_nsec;
  Int64 st_ctime_sec;
  Uint64 st_ctime_nsec;
  std::array<Uint32, 2> unused;
};
static_assert(sizeof(LinuxStat) == 128);

// struct statfs
struct LinuxStatfs {
  Int64 f_type;
  Int64 f_bsize;
  Uint64 f_blocks;
  Uint64 f_bfree;
  Uint64 f_bavail;
  Uint64 f_files;
  Uint64 f_ffree;
  std::array<Int32, 2> f_fsid;
  Int64 f_namelen;
  Int64 f_frsize;
  Int64 f_flags;
  std::array<Int64, 4> f_spare;
};
static_assert(sizeof(LinuxStatfs) == 120);

// struct iovec
struct LinuxIovec {
  Uint64 iov_base;
  Uint64 iov_len;
};

// struct linux_dirent64, before its name, which ends in a zero
struct LinuxDirent64 {
  Uint64 d_ino;
  Int64 d_off;
  Uint16 d_reclen;
  std::uint8_t d_type;
};
static_assert(sizeof(LinuxDirent64) == 19);

// struct flock
struct LinuxFlock {
  LittleEndian<std::int16_t> l_type;
  LittleEndian<std::int16_t> l_whence;
  Uint32 pad;
  Int64 l_start;
  Int64 l_len;
  Int32 l_pid;
  Uint32 pad2;
};
static_assert(sizeof(LinuxFlock) == 32);

// struct pollfd
struct LinuxPollfd {
  Int32 fd;
  Uint16 events;
  Uint16 revents;
};
static_assert(sizeof(LinuxPollfd) == 8);

// ---- terminals --------------------------------------------------------------

inline constexpr std::uint64_t kTCGETS = 21505;
inline constexpr std::uint64_t kTIOCGWINSZ = 21523;

// struct termios
struct LinuxTermios {
  Uint32 c_iflag;
  Uint32 c_oflag;
  Uint32 c_cflag;
  Uint32 c_lflag;
  std::uint8_t c_line;
  std::array<std::uint8_t, 19> c_cc;
};
static_assert(sizeof(LinuxTermios) == 36);

// struct winsize
struct LinuxWinsize {
  Uint16 ws_row;
  Uint16 ws_col;
  Uint16 ws_xpixel;
  Uint16 ws_ypixel;
};

// ---- time -------------------------------------------------------------------

// struct timespec
struct LinuxTimespec {
  Int64 tv_sec;
  Int64 tv_nsec;
};

// struct timeval
struct LinuxTimeval {
  Int64 tv_sec;
  Int64 tv_usec;
};

// struct tms, in ticks of which there are 100 a second
struct LinuxTms {
  Int64 tms_utime;
  Int64 tms_stime;
  Int64 tms_cutime;
  Int64 tms_cstime;
};

inline constexpr std::uint64_t kUTIME_NOW = 1073741823;
inline constexpr std::uint64_t kUTIME_OMIT = 1073741822;

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_LINUX_ABI_H_
