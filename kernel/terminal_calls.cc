// SPDX-License-Identifier: Apache-2.0
// ioctl on terminals.

#include "kernel/file_calls.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"

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

}  // namespace kheap::kernel
