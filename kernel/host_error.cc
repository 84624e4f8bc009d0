// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_error.h"

#include <array>
#include <utility>

namespace kheap::kernel {

Result ErrorFromHost(int host_errno) {
  static constexpr std::array<std::pair<int, Result>, 29> kErrors = {{
      {EPERM, kEPERM},         {ENOENT, kENOENT}, {EIO, kEIO},
      {ENXIO, kENXIO},         {EBADF, kEBADF},   {EAGAIN, kEAGAIN},
      {ENOMEM, kENOMEM},       {EACCES, kEACCES}, {EBUSY, kEBUSY},
      {EEXIST, kEEXIST},       {EXDEV, kEXDEV},   {ENODEV, kENODEV},
      {ENOTDIR, kENOTDIR},     {EISDIR, kEISDIR}, {EINVAL, kEINVAL},
      {ENFILE, kENFILE},       {EMFILE, kENFILE}, {EFBIG, kEFBIG},
      {ENOSPC, kENOSPC},       {ESPIPE, kESPIPE}, {EROFS, kEROFS},
      {EMLINK, kEMLINK},       {EPIPE, kEPIPE},   {ENAMETOOLONG, kENAMETOOLONG},
      {ENOTEMPTY, kENOTEMPTY}, {ELOOP, kELOOP},   {EOVERFLOW, kEOVERFLOW},
      {ESTALE, kESTALE},       {EDQUOT, kEDQUOT},
  }};
  for (const auto& [host, guest] : kErrors) {
    if (host == host_errno) return -guest;
  }
  return -kEIO;
}

}  // namespace kheap::kernel
