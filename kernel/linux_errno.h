// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_LINUX_ERRNO_H_
#define KHEAP_KERNEL_LINUX_ERRNO_H_

// Linux's error numbers (include/uapi/asm-generic/errno-base.h, errno.h), under
// their own names. A system call that fails returns the negative number.

#include <cstdint>

namespace kheap::kernel {

// What a system call yields: a value of zero or more, or a negative error.
using Result = std::int64_t;

inline constexpr Result kEPERM = 1;
inline constexpr Result kENOENT = 2;
inline constexpr Result kESRCH = 3;
inline constexpr Result kEINTR = 4;
inline constexpr Result kEIO = 5;
inline constexpr Result kENXIO = 6;
inline constexpr Result kEBADF = 9;
inline constexpr Result kECHILD = 10;
inline constexpr Result kEAGAIN = 11;
inline constexpr Result kENOMEM = 12;
inline constexpr Result kEACCES = 13;
inline constexpr Result kEFAULT = 14;
inline constexpr Result kEBUSY = 16;
inline constexpr Result kEEXIST = 17;
inline constexpr Result kEXDEV = 18;
inline constexpr Result kENODEV = 19;
inline constexpr Result kENOTDIR = 20;
inline constexpr Result kEISDIR = 21;
inline constexpr Result kEINVAL = 22;
inline constexpr Result kENFILE = 23;
inline constexpr Result kEMFILE = 24;
inline constexpr Result kENOTTY = 25;
inline constexpr Result kEFBIG = 27;
inline constexpr Result kENOSPC = 28;
inline constexpr Result kESPIPE = 29;
inline constexpr Result kEROFS = 30;
inline constexpr Result kEMLINK = 31;
inline constexpr Result kEPIPE = 32;
inline constexpr Result kERANGE = 34;
inline constexpr Result kEDEADLK = 35;
inline constexpr Result kENAMETOOLONG = 36;
inline constexpr Result kENOSYS = 38;
inline constexpr Result kENOTEMPTY = 39;
inline constexpr Result kELOOP = 40;
inline constexpr Result kEOVERFLOW = 75;
inline constexpr Result kEOPNOTSUPP = 95;
inline constexpr Result kESTALE = 116;
inline constexpr Result kEDQUOT = 122;

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_LINUX_ERRNO_H_
