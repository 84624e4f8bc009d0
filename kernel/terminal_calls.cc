// SPDX-License-Identifier: Apache-2.0
// ioctl on terminals, and waiting for descriptors.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "bitshift/bits.h"
#include "kernel/file_calls.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"
#include "kernel/time_calls.h"

namespace kheap::kernel {

namespace {

constexpr std::uint16_t kTerminalRows = 24;
constexpr std::uint16_t kTerminalColumns = 80;

// What a terminal of Linux is set to at first: cooked input with echo, at
// 38400 baud, and its control characters.
LinuxTermios TerminalSettings() {
  LinuxTermios settings{};
  settings.c_iflag = 02400u;
  settings.c_oflag = 05u;
  settings.c_cflag = 0277u;
  settings.c_lflag = 0105073u;
  settings.c_cc = {3,  28, 127, 21, 4,  0,  1, 0, 17, 19,
                   26, 0,  18,  15, 23, 22, 0, 0, 0};
  return settings;
}

constexpr std::uint16_t kPollIn = 1;
constexpr std::uint16_t kPollOut = 4;
constexpr std::uint16_t kPollErr = 8;
constexpr std::uint16_t kPollHup = 16;
constexpr std::uint16_t kPollNval = 32;

std::uint16_t PipeEvents(KernelState& state, const OpenFile& file) {
  const Inode& pipe = state.files.At(file.inode);
  unsigned ready = 0;
  if (file.IsReadable()) {
    if (pipe.pipe_count != 0) ready += kPollIn;
    if (state.descriptors.CountWriters(file.inode) == 0) ready += kPollHup;
  } else {
    if (pipe.size_bytes - pipe.pipe_count >= kBlockBytes) ready += kPollOut;
    if (state.descriptors.CountReaders(file.inode) == 0) ready += kPollErr;
  }
  return static_cast<std::uint16_t>(ready);
}

// What is ready of the events that were asked for.
std::uint16_t ReadyEvents(KernelState& state, const LinuxPollfd& entry) {
  if (entry.fd < 0) return 0;
  const OpenFile* const file = state.descriptors.Find(entry.fd);
  if (file == nullptr || file->HasFlags(kO_PATH)) return kPollNval;
  unsigned ready = kPollIn + kPollOut;
  if (state.files.At(file->inode).type() == kS_IFIFO) {
    ready = PipeEvents(state, *file);
  }
  const unsigned wanted = entry.events.get() + 0u;
  return static_cast<std::uint16_t>(
      bits::And(ready, bits::Or(wanted, unsigned{kPollErr} + kPollHup)));
}

}  // namespace

Result Ioctl(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || file->HasFlags(kO_PATH)) return -kEBADF;
  Stream stream;
  if (!FindStream(state, *file, true, stream) ||
      !state.console.IsTerminal(stream)) {
    return -kENOTTY;
  }
  const Address address = ToAddress(arguments[2]);
  if (ToUnsigned(arguments[1]) == kTIOCGWINSZ) {
    LinuxWinsize size{};
    size.ws_row = kTerminalRows;
    size.ws_col = kTerminalColumns;
    return state.memory.Write(address, size);
  }
  if (ToUnsigned(arguments[1]) == kTCGETS) {
    return state.memory.Write(address, TerminalSettings());
  }
  return -kENOTTY;
}

Result Ppoll(KernelState& state, const Arguments& arguments) {
  const Address entries = ToAddress(arguments[0]);
  const std::uint64_t count = arguments[1];
  if (count > KernelPageOf(state.heap).descriptor_count) return -kEINVAL;
  const std::uint64_t size = count * sizeof(LinuxPollfd);
  if (!state.memory.CanRead(entries, size) ||
      !state.memory.CanWrite(entries, size)) {
    return -kEFAULT;
  }
  std::int64_t timeout = -1;
  if (arguments[2] != 0) {
    const Result error = ReadTimespec(state, ToAddress(arguments[2]), timeout);
    if (error != 0) return error;
  }
  auto* const polled = reinterpret_cast<LinuxPollfd*>(
      state.memory.BytesToWrite(entries, size).data());
  Result ready = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    polled[i].revents = ReadyEvents(state, polled[i]);
    ready += polled[i].revents != 0;
  }
  state.memory.MarkWritten(entries, size);
  if (ready != 0) return ready;
  // Nothing but time can change what is ready.
  if (timeout < 0) return -kEDEADLK;
  state.clock.Sleep(timeout);
  return 0;
}

}  // namespace kheap::kernel
