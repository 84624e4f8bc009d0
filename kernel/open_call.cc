// SPDX-License-Identifier: Apache-2.0
// openat: from a path to a descriptor.
#include <string>
#include <string_view>

#include "bitshift/bits.h"
#include "kernel/descriptor_calls.h"
#include "kernel/devices.h"
#include "kernel/hold_place.h"
#include "kernel/linux_abi.h"
#include "kernel/status_calls.h"

namespace kheap::kernel {

namespace {

struct OpenRequest {
  std::uint32_t flags = 0;
  std::uint32_t permissions = 0;

  bool Has(std::uint32_t wanted) const { return bits::HasFlag(flags, wanted); }
  bool Creates() const { return Has(kO_CREAT); }
  bool Writes() const { return flags % 4 != 0 || Has(kO_TRUNC); }
  bool OnlyNames() const { return Has(kO_PATH); }
  LastLink LinkFor(std::string_view path) const {
    const bool keeps = Has(kO_NOFOLLOW) || Has(kO_CREAT + kO_EXCL);
    if (Creates()) {
      return keeps ? LastLink::kKeep : LastLink::kFollowUnlessSlash;
    }
    return keeps && !path.ends_with('/') ? LastLink::kKeep : LastLink::kFollow;
  }
};

Result CheckFlags(OpenRequest& request) {
  if (request.OnlyNames()) {
    request.flags = bits::And(
        request.flags, kO_PATH + kO_DIRECTORY + kO_NOFOLLOW + kO_CLOEXEC);
    return 0;
  }
  if (request.Has(kO_TMPFILE)) return -kEOPNOTSUPP;
  if (request.Has(kO_CREAT + kO_DIRECTORY)) return -kEINVAL;
  request.flags = bits::With(request.flags, kO_LARGEFILE);
  return 0;
}

// Whether a file that exists may be opened so.
Result CheckExisting(KernelState& state, const OpenRequest& request,
                     const Location& location) {
  const std::uint32_t type = location.mode / 4096 * 4096;
  if (request.Creates()) {
    if (request.Has(kO_EXCL)) return -kEEXIST;
    if (location.IsDirectory()) return -kEISDIR;
  }
  if ((request.Has(kO_DIRECTORY) || location.has_trailing_slash) &&
      !location.IsDirectory()) {
    return -kENOTDIR;
  }
  if (request.OnlyNames()) return 0;
  if (type == kS_IFLNK) return -kELOOP;
  if (location.IsDirectory() && request.Writes()) return -kEISDIR;
  if (type == kS_IFCHR && location.place.mount == 0) {
    const Inode& inode = state.files.At(location.place.inode);
    if (static_cast<Device>(inode.device.get()) == Device::kTerminal &&
        !state.console.IsTerminal(Stream::kOutput)) {
      return -kENXIO;
    }
  }
  return 0;
}

Result OpenHostFile(KernelState& state, const OpenRequest& request,
                    const Place& place) {
  const HostFolder* const folder = state.hosts.Find(place.mount);
  if (folder == nullptr) return -kEIO;
  HostDescriptor file;
  if (!request.OnlyNames()) {
    const Result error = folder->OpenFile(place.host_path, request.flags,
                                          request.permissions, file);
    if (error != 0) return error;
  }
  const Result inode = HoldPlace(state.files, place);
  if (inode < 0) return inode;
  const Result descriptor =
      state.descriptors.Open(static_cast<InodeNumber>(inode), request.flags);
  if (descriptor >= 0 && file.is_open()) {
    const OpenFile& opened =
        *state.descriptors.Find(static_cast<std::int32_t>(descriptor));
    state.hosts.Keep(state.descriptors.IndexOf(opened),
                     {place.mount, place.host_path, opened.flags % 4},
                     std::move(file));
  }
  return descriptor;
}

Result CreateAndOpen(KernelState& state, const OpenRequest& request,
                     const Location& location) {
  if (!request.Creates() || location.why_missing != -kENOENT) {
    return location.why_missing;
  }
  if (location.parent.mount != 0) {
    return OpenHostFile(state, request, location.ChildPlace());
  }
  const Result created = state.files.Create(
      location.parent.inode, location.name, kS_IFREG + request.permissions);
  if (created < 0) return created;
  state.files.Hold(static_cast<InodeNumber>(created));
  return state.descriptors.Open(static_cast<InodeNumber>(created),
                                request.flags);
}

Result OpenExisting(KernelState& state, const OpenRequest& request,
                    const Location& location) {
  const Result error = CheckExisting(state, request, location);
  if (error != 0) return error;
  if (location.place.mount != 0) {
    return OpenHostFile(state, request, location.place);
  }
  const InodeNumber inode = location.place.inode;
  if (request.Has(kO_TRUNC) && state.files.At(inode).IsRegular()) {
    state.files.Truncate(inode, 0);
  }
  state.files.Hold(inode);
  return state.descriptors.Open(inode, request.flags);
}

}  // namespace

Result Openat(KernelState& state, const Arguments& arguments) {
  OpenRequest request = {.flags = ToUnsigned(arguments[2])};
  Result error = CheckFlags(request);
  if (error != 0) return error;
  if (request.Creates()) {
    request.permissions =
        bits::Without(ToUnsigned(arguments[3]) % (kPermissionBits + 1),
                      state.process().umask.get());
  }
  std::string path;
  error = state.memory.ReadPath(ToAddress(arguments[1]), path);
  if (error == 0 && path.empty()) error = -kENOENT;
  if (error != 0) return error;
  if (!state.descriptors.HasRoom()) return -kEMFILE;
  Place start;
  error = FindStart(state, ToInt(arguments[0]), path, start);
  if (error != 0) return error;
  Location location;
  error = state.walk.Walk(start, path, request.LinkFor(path), location);
  if (error != 0) return error;
  if (request.Creates() && location.has_trailing_slash &&
      location.last == LastName::kName) {
    return -kEISDIR;
  }
  return location.exists ? OpenExisting(state, request, location)
                         : CreateAndOpen(state, request, location);
}

}  // namespace kheap::kernel
