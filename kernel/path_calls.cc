// SPDX-License-Identifier: Apache-2.0
#include "kernel/path_calls.h"

#include <string>

#include "bitshift/bits.h"
#include "kernel/hold_place.h"
#include "kernel/linux_abi.h"
#include "kernel/status_calls.h"

namespace kheap::kernel {

namespace {

// Where a name is to be made or taken away: a link in the last place is never
// followed.
Result WalkTo(KernelState& state, std::int32_t descriptor, Address address,
              Location& location) {
  std::string path;
  Result error = state.memory.ReadPath(address, path);
  if (error == 0 && path.empty()) error = -kENOENT;
  if (error != 0) return error;
  Place start;
  error = FindStart(state, descriptor, path, start);
  if (error != 0) return error;
  return state.walk.Walk(start, path, LastLink::kKeep, location);
}

// A place for a new name: -EEXIST.
Result WalkToNew(KernelState& state, std::int32_t descriptor, Address address,
                 bool for_directory, Location& location) {
  const Result error = WalkTo(state, descriptor, address, location);
  if (error != 0) return error;
  if (location.last != LastName::kName || location.exists) return -kEEXIST;
  if (location.why_missing != -kENOENT) return location.why_missing;
  if (location.has_trailing_slash && !for_directory) return -kENOENT;
  return 0;
}

// The host folder that a place is in; a kernel without it is -EIO.
template <typename Change>
Result OnHost(KernelState& state, const Place& place, Change&& change) {
  const HostFolder* const folder = state.hosts.Find(place.mount);
  return folder == nullptr ? -kEIO : change(*folder);
}

Result NoValue(Result result) { return result < 0 ? result : 0; }

bool IsMountPoint(const Place& place) {
  return place.mount != 0 && place.host_path.empty();
}

}  // namespace

// ---- making -----------------------------------------------------------------

Result Mkdirat(KernelState& state, const Arguments& arguments) {
  Location location;
  const Result error = WalkToNew(state, ToInt(arguments[0]),
                                 ToAddress(arguments[1]), true, location);
  if (error != 0) return error;
  const std::uint32_t permissions = bits::Without(
      ToUnsigned(arguments[2]) % 02000, state.process().umask.get());
  if (location.parent.mount != 0) {
    return OnHost(state, location.parent, [&](const HostFolder& folder) {
      return folder.MakeDirectory(location.ChildPlace().host_path, permissions);
    });
  }
  return NoValue(state.files.MakeDirectory(location.parent.inode, location.name,
                                           permissions));
}

Result Symlinkat(KernelState& state, const Arguments& arguments) {
  std::string text;
  Result error = state.memory.ReadPath(ToAddress(arguments[0]), text);
  if (error == 0 && text.empty()) error = -kENOENT;
  if (error != 0) return error;
  Location location;
  error = WalkToNew(state, ToInt(arguments[1]), ToAddress(arguments[2]), false,
                    location);
  if (error != 0) return error;
  if (location.parent.mount != 0) {
    return OnHost(state, location.parent, [&](const HostFolder& folder) {
      return folder.MakeSymbolicLink(location.ChildPlace().host_path, text);
    });
  }
  return NoValue(
      state.files.MakeSymbolicLink(location.parent.inode, location.name, text));
}

Result Linkat(KernelState& state, const Arguments& arguments) {
  const std::uint32_t flags = ToUnsigned(arguments[4]);
  if (bits::Without(flags, kAT_SYMLINK_FOLLOW) != 0) return -kEINVAL;
  Location from;
  Result error = FindPath(state, ToInt(arguments[0]), ToAddress(arguments[1]),
                          flags != 0, from);
  if (error != 0) return error;
  Location to;
  error =
      WalkToNew(state, ToInt(arguments[2]), ToAddress(arguments[3]), false, to);
  if (error != 0) return error;
  if (from.place.mount != to.parent.mount) return -kEXDEV;
  if (from.IsDirectory()) return -kEPERM;
  if (from.place.mount != 0) {
    return OnHost(state, from.place, [&](const HostFolder& folder) {
      return folder.Link(from.place.host_path, to.ChildPlace().host_path);
    });
  }
  return state.files.Link(from.place.inode, to.parent.inode, to.name);
}

// ---- taking away ------------------------------------------------------------

namespace {

Result RemoveFolder(KernelState& state, const Location& location) {
  switch (location.last) {
    case LastName::kNone:
      return -kEBUSY;
    case LastName::kDot:
      return -kEINVAL;
    case LastName::kDotDot:
      return -kENOTEMPTY;
    case LastName::kName:
      break;
  }
  if (!location.exists) return location.why_missing;
  if (!location.IsDirectory()) return -kENOTDIR;
  if (IsMountPoint(location.place)) return -kEBUSY;
  if (location.place.mount != 0) {
    return OnHost(state, location.place, [&](const HostFolder& folder) {
      return folder.Remove(location.place.host_path, true);
    });
  }
  return state.files.RemoveDirectory(location.parent.inode, location.name);
}

Result RemoveFile(KernelState& state, const Location& location) {
  if (location.last != LastName::kName) return -kEISDIR;
  if (!location.exists) return location.why_missing;
  if (location.IsDirectory()) return -kEISDIR;
  if (location.has_trailing_slash) return -kENOTDIR;
  if (location.place.mount != 0) {
    return OnHost(state, location.place, [&](const HostFolder& folder) {
      return folder.Remove(location.place.host_path, false);
    });
  }
  state.files.Unlink(location.parent.inode, location.name);
  return 0;
}

}  // namespace

Result Unlinkat(KernelState& state, const Arguments& arguments) {
  const std::uint32_t flags = ToUnsigned(arguments[2]);
  if (bits::Without(flags, kAT_REMOVEDIR) != 0) return -kEINVAL;
  Location location;
  const Result error =
      WalkTo(state, ToInt(arguments[0]), ToAddress(arguments[1]), location);
  if (error != 0) return error;
  return flags != 0 ? RemoveFolder(state, location)
                    : RemoveFile(state, location);
}

// ---- renaming ---------------------------------------------------------------

namespace {

Result CheckRename(const Location& from, const Location& to, bool replaces) {
  if (from.parent.mount != to.parent.mount) return -kEXDEV;
  if (from.last != LastName::kName) return -kEBUSY;
  if (to.last != LastName::kName) return replaces ? -kEBUSY : -kEEXIST;
  if (!from.exists) return from.why_missing;
  if (!to.exists && to.why_missing != -kENOENT) return to.why_missing;
  if (to.exists && !replaces) return -kEEXIST;
  if (!from.IsDirectory() &&
      (from.has_trailing_slash || to.has_trailing_slash)) {
    return -kENOTDIR;
  }
  const bool crosses_mount =
      IsMountPoint(from.place) || (to.exists && IsMountPoint(to.place));
  return crosses_mount ? -kEBUSY : 0;
}

}  // namespace

Result Renameat2(KernelState& state, const Arguments& arguments) {
  const std::uint32_t flags = ToUnsigned(arguments[4]);
  if (bits::Without(flags, kRENAME_NOREPLACE) != 0) return -kEINVAL;
  Location from;
  Result error =
      WalkTo(state, ToInt(arguments[0]), ToAddress(arguments[1]), from);
  if (error != 0) return error;
  Location to;
  error = WalkTo(state, ToInt(arguments[2]), ToAddress(arguments[3]), to);
  if (error != 0) return error;
  error = CheckRename(from, to, flags == 0);
  if (error != 0) return error;
  if (from.parent.mount != 0) {
    return OnHost(state, from.parent, [&](const HostFolder& folder) {
      return folder.Rename(from.place.host_path, to.ChildPlace().host_path);
    });
  }
  return state.files.Rename(from.parent.inode, from.name, to.parent.inode,
                            to.name);
}

// ---- the working directory --------------------------------------------------

namespace {

Result WorkAt(KernelState& state, const Place& place) {
  const Result held = HoldPlace(state.files, place);
  if (held < 0) return held;
  const InodeNumber before = state.process().working_directory;
  state.process().working_directory = static_cast<InodeNumber>(held);
  state.files.Release(before);
  return 0;
}

}  // namespace

Result Chdir(KernelState& state, const Arguments& arguments) {
  Location location;
  const Result error =
      FindPath(state, kAT_FDCWD, ToAddress(arguments[0]), true, location);
  if (error != 0) return error;
  if (!location.IsDirectory()) return -kENOTDIR;
  return WorkAt(state, location.place);
}

Result Fchdir(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr) return -kEBADF;
  const Place place = state.walk.PlaceOf(file->inode);
  Location location;
  const Result error = state.walk.Find(place, ".", true, location);
  if (error != 0) return error;
  return WorkAt(state, place);
}

Result Getcwd(KernelState& state, const Arguments& arguments) {
  std::string path;
  const Result error = state.walk.PathOf(
      state.walk.PlaceOf(state.process().working_directory), path);
  if (error != 0) return error;
  if (arguments[1] <= path.size()) return -kERANGE;
  const auto bytes = std::as_bytes(std::span(path.c_str(), path.size() + 1));
  const Result failed = state.memory.WriteBytes(ToAddress(arguments[0]), bytes);
  return failed != 0 ? failed : static_cast<Result>(bytes.size());
}

// ---- what files carry -------------------------------------------------------

Result Truncate(KernelState& state, const Arguments& arguments) {
  const auto size = static_cast<std::int64_t>(arguments[1]);
  if (size < 0) return -kEINVAL;
  Location location;
  const Result error =
      FindPath(state, kAT_FDCWD, ToAddress(arguments[0]), true, location);
  if (error != 0) return error;
  if (location.IsDirectory()) return -kEISDIR;
  if (location.mode / 4096 * 4096 != kS_IFREG) return -kEINVAL;
  const auto size_bytes = static_cast<std::uint64_t>(size);
  if (location.place.mount != 0) {
    return OnHost(state, location.place, [&](const HostFolder& folder) {
      HostDescriptor file;
      const Result failed =
          folder.OpenFile(location.place.host_path, kO_WRONLY, 0, file);
      return failed != 0 ? failed : TruncateHostFile(file.number(), size_bytes);
    });
  }
  return state.files.Truncate(location.place.inode, size_bytes);
}

namespace {

// Times to set, in nanoseconds since 1970; a negative one stays.
struct FileTimes {
  std::int64_t access = -1;
  std::int64_t modify = -1;
};

Result TimeFrom(const LinuxTimespec& time, std::int64_t now,
                std::int64_t& nanoseconds) {
  const auto part = static_cast<std::uint64_t>(time.tv_nsec.get());
  if (part == kUTIME_NOW) {
    nanoseconds = now;
  } else if (part != kUTIME_OMIT) {
    const std::int64_t seconds = time.tv_sec;
    constexpr std::int64_t kSecondsMax = 9'000'000'000;
    if (part >= kNanosecondsPerSecond || seconds < 0 || seconds > kSecondsMax) {
      return -kEINVAL;
    }
    nanoseconds =
        seconds * kNanosecondsPerSecond + static_cast<std::int64_t>(part);
  }
  return 0;
}

Result ReadTimes(KernelState& state, Address address, FileTimes& times) {
  const std::int64_t now = state.files.now();
  if (address.is_null()) {
    times = {now, now};
    return 0;
  }
  using Pair = std::array<LinuxTimespec, 2>;
  const auto* const given = state.memory.Read<Pair>(address);
  if (given == nullptr) return -kEFAULT;
  const Result error = TimeFrom((*given)[0], now, times.access);
  return error != 0 ? error : TimeFrom((*given)[1], now, times.modify);
}

Result SetTimes(KernelState& state, const Place& place,
                const FileTimes& times) {
  if (place.mount != 0) {
    return OnHost(state, place, [&](const HostFolder& folder) {
      return folder.SetTimes(place.host_path, times.access, times.modify);
    });
  }
  Inode& inode = state.files.At(place.inode);
  if (times.access >= 0) inode.access_time = times.access;
  if (times.modify >= 0) inode.modify_time = times.modify;
  inode.change_time = state.files.now();
  return 0;
}

Result SetPermissions(KernelState& state, const Place& place,
                      std::uint32_t permissions) {
  permissions %= kPermissionBits + 1;
  if (place.mount != 0) {
    return OnHost(state, place, [&](const HostFolder& folder) {
      return folder.SetPermissions(place.host_path, permissions);
    });
  }
  Inode& inode = state.files.At(place.inode);
  inode.mode = inode.type() + permissions;
  inode.change_time = state.files.now();
  return 0;
}

}  // namespace

Result Utimensat(KernelState& state, const Arguments& arguments) {
  const std::uint32_t flags = ToUnsigned(arguments[3]);
  constexpr std::uint32_t kKnown = kAT_SYMLINK_NOFOLLOW + kAT_EMPTY_PATH;
  if (bits::Without(flags, kKnown) != 0) return -kEINVAL;
  FileTimes times;
  Result error = ReadTimes(state, ToAddress(arguments[2]), times);
  if (error != 0) return error;
  // Without a path it is futimens.
  if (arguments[1] == 0 && ToInt(arguments[0]) != kAT_FDCWD) {
    const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
    if (file == nullptr) return -kEBADF;
    return SetTimes(state, state.walk.PlaceOf(file->inode), times);
  }
  Location location;
  error = FindPath(state, ToInt(arguments[0]), ToAddress(arguments[1]),
                   !bits::HasFlag(flags, kAT_SYMLINK_NOFOLLOW), location);
  if (error != 0) return error;
  return SetTimes(state, location.place, times);
}

Result Fchmod(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  return SetPermissions(state, state.walk.PlaceOf(file->inode),
                        ToUnsigned(arguments[1]));
}

Result Fchmodat(KernelState& state, const Arguments& arguments) {
  Location location;
  const Result error = FindPath(state, ToInt(arguments[0]),
                                ToAddress(arguments[1]), true, location);
  if (error != 0) return error;
  return SetPermissions(state, location.place, ToUnsigned(arguments[2]));
}

Result Fchown(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  return file == nullptr || file->HasFlags(kO_PATH) ? -kEBADF : 0;
}

Result Fchownat(KernelState& state, const Arguments& arguments) {
  const std::uint32_t flags = ToUnsigned(arguments[4]);
  constexpr std::uint32_t kKnown = kAT_SYMLINK_NOFOLLOW + kAT_EMPTY_PATH;
  if (bits::Without(flags, kKnown) != 0) return -kEINVAL;
  Location location;
  return FindPath(state, ToInt(arguments[0]), ToAddress(arguments[1]),
                  !bits::HasFlag(flags, kAT_SYMLINK_NOFOLLOW), location);
}

}  // namespace kheap::kernel
