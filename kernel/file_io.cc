// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_io.h"

#include <algorithm>
#include <vector>

#include "kernel/devices.h"
#include "kernel/host_folder.h"
#include "kernel/pipe.h"
#include "kernel/random_source.h"

namespace kheap::kernel {

namespace {

constexpr std::uint64_t kStreamBytesMax = 65536;

std::uint64_t SizeOf(Buffers buffers) {
  std::uint64_t size = 0;
  for (const Buffer& buffer : buffers) size += buffer.size_bytes;
  return size;
}

// Runs `move(bytes, done)` on one buffer after the other until one is not
// moved whole. The sum, or the error of the first.
template <typename Move>
Result ForEachBuffer(Buffers buffers, Move&& move) {
  std::uint64_t done = 0;
  for (const Buffer& buffer : buffers) {
    if (buffer.size_bytes == 0) continue;
    const Result moved = move(buffer, done);
    if (moved < 0) return done == 0 ? moved : static_cast<Result>(done);
    done += static_cast<std::uint64_t>(moved);
    if (static_cast<std::uint64_t>(moved) < buffer.size_bytes) break;
  }
  return static_cast<Result>(done);
}

template <typename Read>
Result ReadBuffers(KernelState& state, Buffers buffers, Read&& read) {
  return ForEachBuffer(buffers, [&](const Buffer& buffer, std::uint64_t done) {
    const Result count = read(
        state.memory.BytesToWrite(buffer.address, buffer.size_bytes), done);
    if (count > 0) {
      state.memory.MarkWritten(buffer.address,
                               static_cast<std::uint64_t>(count));
    }
    return count;
  });
}

template <typename Write>
Result WriteBuffers(KernelState& state, Buffers buffers, Write&& write) {
  return ForEachBuffer(buffers, [&](const Buffer& buffer, std::uint64_t done) {
    return write(state.memory.Bytes(buffer.address, buffer.size_bytes), done);
  });
}

// ---- the console ------------------------------------------------------------

// One read, so that it waits for input once however many buffers there are.
Result ReadStream(KernelState& state, Buffers buffers) {
  std::vector<std::byte> bytes(std::min(SizeOf(buffers), kStreamBytesMax));
  if (bytes.empty()) return 0;
  const Result count = state.console.Read(bytes);
  if (count <= 0) return count;
  std::span<const std::byte> left(bytes.data(),
                                  static_cast<std::size_t>(count));
  return ReadBuffers(state, buffers,
                     [&](std::span<std::byte> to, std::uint64_t) -> Result {
                       const auto part = std::min(to.size(), left.size());
                       std::copy_n(left.begin(), part, to.begin());
                       left = left.subspan(part);
                       return static_cast<Result>(part);
                     });
}

// Small buffers go out in one write, so that lines stay whole on a terminal.
Result WriteStream(KernelState& state, Stream stream, Buffers buffers) {
  const std::uint64_t size = SizeOf(buffers);
  Result count = 0;
  if (buffers.size() == 1 || size > kStreamBytesMax) {
    count = WriteBuffers(state, buffers,
                         [&](std::span<const std::byte> from, std::uint64_t) {
                           return state.console.Write(stream, from);
                         });
  } else if (size != 0) {
    std::vector<std::byte> bytes;
    bytes.reserve(size);
    for (const Buffer& buffer : buffers) {
      const auto part = state.memory.Bytes(buffer.address, buffer.size_bytes);
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
    count = state.console.Write(stream, bytes);
  }
  if (count == -kEPIPE) state.signals.Raise(kSIGPIPE);
  return count;
}

// ---- devices ----------------------------------------------------------------

Device DeviceOf(KernelState& state, const OpenFile& file) {
  return static_cast<Device>(state.files.At(file.inode).device.get());
}

Result ReadDevice(KernelState& state, Device device, Buffers buffers) {
  return ReadBuffers(state, buffers,
                     [&](std::span<std::byte> to, std::uint64_t) -> Result {
                       if (device == Device::kNull) return 0;
                       if (device == Device::kZero || device == Device::kFull) {
                         std::ranges::fill(to, std::byte{0});
                       } else {
                         FillRandom(state.page().random, to);
                       }
                       return static_cast<Result>(to.size());
                     });
}

Result WriteDevice(Device device, Buffers buffers) {
  const std::uint64_t size = SizeOf(buffers);
  if (device == Device::kFull && size != 0) return -kENOSPC;
  return static_cast<Result>(size);
}

}  // namespace

bool IsHostFile(KernelState& state, const OpenFile& file) {
  return state.files.At(file.inode).mount != 0;
}

bool IsSequential(KernelState& state, const OpenFile& file) {
  const std::uint32_t type = state.files.At(file.inode).type();
  return type == kS_IFIFO ||
         (type == kS_IFCHR && IsStream(DeviceOf(state, file)));
}

bool FindStream(KernelState& state, const OpenFile& file, bool input,
                Stream& stream) {
  if (state.files.At(file.inode).type() != kS_IFCHR) return false;
  switch (DeviceOf(state, file)) {
    case Device::kTerminal:
      stream = input ? Stream::kInput : Stream::kOutput;
      return true;
    case Device::kStandardInput:
      stream = Stream::kInput;
      return true;
    case Device::kStandardOutput:
      stream = Stream::kOutput;
      return true;
    case Device::kStandardError:
      stream = Stream::kError;
      return true;
    default:
      return false;
  }
}

Result HostDescriptorOf(KernelState& state, const OpenFile& file) {
  const Place place = state.walk.PlaceOf(file.inode);
  return state.hosts.DescriptorFor(
      state.descriptors.IndexOf(file),
      {place.mount, place.host_path, file.flags % 4});
}

Result EndOf(KernelState& state, const OpenFile& file) {
  const Inode& inode = state.files.At(file.inode);
  if (inode.mount == 0) return static_cast<Result>(inode.size_bytes.get());
  const Result host = HostDescriptorOf(state, file);
  if (host < 0) return host;
  HostFileInfo info;
  const Result error = InspectHostFile(static_cast<int>(host), info);
  return error != 0 ? error : static_cast<Result>(info.size_bytes);
}

Result ReadFile(KernelState& state, OpenFile& file, std::uint64_t offset,
                Buffers buffers) {
  const Inode& inode = state.files.At(file.inode);
  if (inode.IsDirectory()) return -kEISDIR;
  if (inode.mount != 0) {
    const Result host = HostDescriptorOf(state, file);
    if (host < 0) return host;
    HostFileInfo info;
    InspectHostFile(static_cast<int>(host), info);
    if (info.mode / 4096 * 4096 == kS_IFDIR) return -kEISDIR;
    return ReadBuffers(
        state, buffers, [&](std::span<std::byte> to, std::uint64_t done) {
          return ReadHostFile(static_cast<int>(host), offset + done, to);
        });
  }
  if (inode.type() == kS_IFIFO) {
    const Result ready = SizeOf(buffers) == 0 ? 0 : AwaitPipeBytes(state, file);
    if (ready <= 0) return ready;
    return ReadBuffers(state, buffers,
                       [&](std::span<std::byte> to, std::uint64_t) {
                         return TakeFromPipe(state.files, file.inode, to);
                       });
  }
  Stream stream;
  if (FindStream(state, file, true, stream)) {
    return stream == Stream::kInput ? ReadStream(state, buffers) : -kEBADF;
  }
  if (inode.type() == kS_IFCHR) {
    return ReadDevice(state, DeviceOf(state, file), buffers);
  }
  return ReadBuffers(
      state, buffers, [&](std::span<std::byte> to, std::uint64_t done) {
        return static_cast<Result>(
            state.files.content().Read(inode, offset + done, to));
      });
}

Result WriteFile(KernelState& state, OpenFile& file, std::uint64_t offset,
                 Buffers buffers) {
  const Inode& inode = state.files.At(file.inode);
  if (inode.mount != 0) {
    const Result host = HostDescriptorOf(state, file);
    if (host < 0) return host;
    return WriteBuffers(
        state, buffers,
        [&](std::span<const std::byte> from, std::uint64_t done) {
          return WriteHostFile(static_cast<int>(host), offset + done, from);
        });
  }
  if (inode.type() == kS_IFIFO) {
    const Result error = AwaitPipeRoom(state, file, SizeOf(buffers));
    if (error != 0) return error;
    return WriteBuffers(state, buffers,
                        [&](std::span<const std::byte> from, std::uint64_t) {
                          return PutIntoPipe(state.files, file.inode, from);
                        });
  }
  Stream stream;
  if (FindStream(state, file, false, stream)) {
    return stream == Stream::kInput ? -kEBADF
                                    : WriteStream(state, stream, buffers);
  }
  if (inode.type() == kS_IFCHR) {
    return WriteDevice(DeviceOf(state, file), buffers);
  }
  return WriteBuffers(
      state, buffers, [&](std::span<const std::byte> from, std::uint64_t done) {
        return state.files.Write(file.inode, offset + done, from);
      });
}

}  // namespace kheap::kernel
