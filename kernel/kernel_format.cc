// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_format.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "kernel/devices.h"
#include "kernel/hold_place.h"
#include "kernel/linux_process_abi.h"
#include "kernel/random_source.h"

namespace kheap::kernel {

namespace {

constexpr std::uint64_t kBytesPerFile = 16 * 1024;
constexpr std::uint64_t kFilesMin = 16;
constexpr std::uint64_t kFilesMax = 16 * 1024 * 1024;
constexpr std::uint64_t kDataBlocksMin = 16;
constexpr std::uint32_t kDefaultUmask = 022;

std::uint64_t BlocksFor(std::uint64_t bytes) {
  return (bytes + kBlockBytes - 1) / kBlockBytes;
}

absl::Status CheckOptions(const GlobalHeap& heap,
                          const KernelOptions& options) {
  if (heap.layout().size_bytes(Region::kKernel) == 0) {
    return absl::FailedPreconditionError(
        "the arena has no kernel region: its kernel_bytes are 0");
  }
  if (HasKernel(heap)) {
    return absl::FailedPreconditionError("the arena has a kernel");
  }
  if (options.open_files_max < 3 ||
      options.open_files_max > kDescriptorCountMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a process has 3 to ", kDescriptorCountMax,
                     " open files, not ", options.open_files_max));
  }
  if (options.files_max > kFilesMax) {
    return absl::InvalidArgumentError(absl::StrCat("a file system has at most ",
                                                   kFilesMax, " files, not ",
                                                   options.files_max));
  }
  return absl::OkStatus();
}

void FormatProcess(KernelState& state, const KernelOptions& options) {
  ProcessState& process = state.process();
  process.umask = kDefaultUmask;
  process.signal_stack.ss_flags = kSS_DISABLE;
  for (LinuxRlimit& limit : process.limits) {
    limit.rlim_cur = kRLIM_INFINITY;
    limit.rlim_max = kRLIM_INFINITY;
  }
  const auto set = [&](int resource, std::uint64_t value) {
    process.limits[static_cast<std::size_t>(resource)].rlim_cur = value;
    process.limits[static_cast<std::size_t>(resource)].rlim_max = value;
  };
  set(kRLIMIT_STACK, state.heap.layout().size_bytes(Region::kStack));
  set(kRLIMIT_CORE, 0);
  set(kRLIMIT_NOFILE, options.open_files_max);
}

InodeNumber MakeFolder(KernelState& state, InodeNumber parent,
                       std::string_view name, std::uint32_t permissions) {
  const Result made = state.files.MakeDirectory(parent, name, permissions);
  return made < 0 ? kNoInode : static_cast<InodeNumber>(made);
}

void FormatDevices(KernelState& state) {
  const InodeNumber folder = MakeFolder(state, kRootInode, "dev", 0755);
  for (const DeviceFile& device : kDeviceFiles) {
    const Result made =
        state.files.Create(folder, device.name, kS_IFCHR + device.permissions);
    const auto inode = static_cast<InodeNumber>(made);
    state.files.At(inode).device = static_cast<std::uint32_t>(device.device);
    if (device.device < Device::kStandardInput) continue;
    state.files.Hold(inode);
    state.descriptors.Open(
        inode, device.device == Device::kStandardInput ? 0 : kO_WRONLY);
  }
}

// The folder at a mount's guest path, made with those above it.
absl::StatusOr<InodeNumber> MakeMountPoint(KernelState& state,
                                           const HostMount& mount) {
  InodeNumber folder = kRootInode;
  const std::vector<std::string> names =
      absl::StrSplit(mount.guest, '/', absl::SkipEmpty());
  for (const std::string& name : names) {
    if (state.files.At(folder).mount != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the mount ", mount.guest, " lies within another one"));
    }
    const Result found = state.files.Find(folder, name);
    folder = found > 0 ? static_cast<InodeNumber>(found)
                       : MakeFolder(state, folder, name, 0755);
    if (folder == kNoInode || !state.files.At(folder).IsDirectory()) {
      return absl::InvalidArgumentError(
          absl::StrCat("no folder can be made at ", mount.guest));
    }
  }
  if (folder == kRootInode || state.files.At(folder).mount != 0 ||
      !state.files.DirectoryAt(folder).IsEmpty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("something else is at ", mount.guest));
  }
  return folder;
}

absl::Status FormatMounts(KernelState& state, const KernelOptions& options) {
  std::uint32_t number = 0;
  for (const HostMount& mount : options.mounts) {
    const absl::StatusOr<InodeNumber> folder = MakeMountPoint(state, mount);
    if (!folder.ok()) return folder.status();
    state.files.At(*folder).mount = ++number;
  }
  Location location;
  const Result error =
      state.walk.Find(state.walk.PlaceOf(kRootInode), options.working_directory,
                      true, location);
  if (error != 0 || !location.IsDirectory()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no folder ", options.working_directory, " to work in"));
  }
  const Result held = HoldPlace(state.files, location.place);
  if (held < 0) return absl::InvalidArgumentError("the file system is full");
  state.process().working_directory = static_cast<InodeNumber>(held);
  return absl::OkStatus();
}

}  // namespace

bool HasKernel(const GlobalHeap& heap) {
  return heap.layout().size_bytes(Region::kKernel) != 0 &&
         KernelPageOf(heap).magic == kKernelMagic &&
         KernelPageOf(heap).version == kKernelVersion;
}

absl::StatusOr<Superblock> PlanKernel(const GlobalHeap& heap,
                                      const KernelOptions& options) {
  if (const absl::Status status = CheckOptions(heap, options); !status.ok()) {
    return status;
  }
  const std::uint64_t region_bytes = heap.layout().size_bytes(Region::kKernel);
  const std::uint64_t blocks = region_bytes / kBlockBytes;
  const std::uint64_t files =
      options.files_max != 0
          ? options.files_max
          : std::min(std::max(region_bytes / kBytesPerFile, kFilesMin),
                     kFilesMax);
  const std::uint64_t bitmap_block =
      1 + BlocksFor(DescriptorTable::BytesFor(options.open_files_max));
  const std::uint64_t inode_block =
      bitmap_block + BlocksFor(blocks / 8 + sizeof(std::uint64_t));
  const std::uint64_t data_block =
      inode_block + BlocksFor(files * sizeof(Inode));
  if (files < kFilesMin || data_block + kDataBlocksMin > blocks) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a kernel region of ", region_bytes, " bytes is too small for ",
        options.open_files_max, " open files and ", files, " files: it takes ",
        (data_block + kDataBlocksMin) * kBlockBytes, " bytes and ", kFilesMin,
        " files"));
  }
  Superblock plan{};
  plan.block_count = static_cast<BlockNumber>(blocks);
  plan.inode_count = static_cast<InodeNumber>(files);
  plan.descriptor_block = 1u;
  plan.bitmap_block = static_cast<BlockNumber>(bitmap_block);
  plan.inode_block = static_cast<BlockNumber>(inode_block);
  plan.data_block = static_cast<BlockNumber>(data_block);
  return plan;
}

absl::Status FormatKernel(KernelState& state, const KernelOptions& options,
                          const Superblock& plan) {
  KernelPage& page = state.page();
  page.magic = kKernelMagic;
  page.version = kKernelVersion;
  page.descriptor_count = options.open_files_max;
  page.files = plan;
  page.seed = options.seed;
  SeedRandom(page.random, options.seed);
  state.files.set_now(state.clock.RealTime());
  state.files.Format();
  FormatProcess(state, options);
  FormatDevices(state);
  MakeFolder(state, kRootInode, "tmp", 01777);
  return FormatMounts(state, options);
}

}  // namespace kheap::kernel
