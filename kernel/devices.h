// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_DEVICES_H_
#define KHEAP_KERNEL_DEVICES_H_

// The character devices in /dev, by the number in their inodes.

#include <array>
#include <cstdint>
#include <string_view>

namespace kheap::kernel {

enum class Device : std::uint32_t {
  kNull = 1,
  kZero,
  kFull,
  kRandom,
  kUrandom,
  kTerminal,
  kStandardInput,
  kStandardOutput,
  kStandardError,
};

struct DeviceFile {
  Device device;
  std::string_view name;
  std::uint32_t permissions;
  std::uint64_t number;  // major * 256 + minor, as on Linux
};

inline constexpr std::array<DeviceFile, 9> kDeviceFiles = {{
    {Device::kNull, "null", 0666, 1 * 256 + 3},
    {Device::kZero, "zero", 0666, 1 * 256 + 5},
    {Device::kFull, "full", 0666, 1 * 256 + 7},
    {Device::kRandom, "random", 0666, 1 * 256 + 8},
    {Device::kUrandom, "urandom", 0666, 1 * 256 + 9},
    {Device::kTerminal, "tty", 0666, 5 * 256 + 0},
    {Device::kStandardInput, "stdin", 0600, 136 * 256 + 0},
    {Device::kStandardOutput, "stdout", 0600, 136 * 256 + 1},
    {Device::kStandardError, "stderr", 0600, 136 * 256 + 2},
}};

inline const DeviceFile& DeviceFileOf(Device device) {
  return kDeviceFiles[static_cast<std::uint32_t>(device) - 1];
}

// Whether it is a way to the console.
constexpr bool IsStream(Device device) { return device >= Device::kTerminal; }

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_DEVICES_H_
