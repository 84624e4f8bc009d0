// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KERNEL_GUEST_SYSTEM_H_
#define KHEAP_TESTS_KERNEL_GUEST_SYSTEM_H_

// A guest without code: an arena with a kernel, some memory to point to, and
// system calls by their names.
//
//   GuestSystem guest;
//   const Result fd = guest.Call("openat", kAT_FDCWD, guest.Text("/tmp/a"), …);

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "kernel/console.h"
#include "kernel/kernel.h"
#include "kernel/linux_abi.h"
#include "kernel/syscall_table.h"
#include "machine/check.h"

namespace kheap::kernel {

class GuestSystem {
 public:
  static constexpr std::uint64_t kKernelBytes = 4 * 1024 * 1024;
  static constexpr std::uint64_t kMemoryBytes = 1024 * 1024;

  explicit GuestSystem(const KernelOptions& options = {}, bool checked = false,
                       std::uint64_t kernel_bytes = kKernelBytes)
      : options_(options),
        heap_(GlobalHeap::Create(
                  {.layout = {.capacity_bytes = kernel_bytes + 8 * 1024 * 1024,
                              .kernel_bytes = kernel_bytes},
                   .checked = checked})
                  .value()),
        begin_(heap_->break_address()),
        next_(begin_) {
    KHEAP_CHECK(heap_->SetBreak(begin_ + kMemoryBytes), "there is room");
    if (checked) {
      heap_->shadow()->Set(begin_, kMemoryBytes, ShadowByte::kUninitialised);
    }
    auto created = Kernel::Create(*heap_, console_, options_);
    EXPECT_TRUE(created.ok()) << created.status();
    kernel_ = std::make_unique<Kernel>(*std::move(created));
  }

  GlobalHeap& heap() { return *heap_; }
  Kernel& kernel() { return *kernel_; }
  CapturedConsole& console() { return console_; }
  void SetInput(std::string input) {
    console_ = CapturedConsole(std::move(input));
  }
  // A new view of what the arena holds.
  void Reattach() {
    kernel_ = std::make_unique<Kernel>(
        Kernel::Attach(*heap_, console_, options_).value());
  }

  template <typename... Values>
  Result Call(std::string_view name, Values... values) {
    for (const SystemCallEntry& entry : SystemCalls()) {
      if (entry.name != name) continue;
      return kernel_->Syscall(entry.number, {ToRegister(values)...});
    }
    ADD_FAILURE() << "no system call " << name;
    return -kENOSYS;
  }

  // ---- memory for arguments -------------------------------------------------

  // All that was handed out is free again.
  void ForgetMemory() { next_ = begin_; }
  Address Take(std::uint64_t size_bytes) {
    const Address taken = next_;
    next_ += (size_bytes + 15) / 16 * 16;
    KHEAP_CHECK(next_ - begin_ <= kMemoryBytes, "the test forgets memory");
    return taken;
  }
  Address Put(std::span<const std::byte> bytes) {
    const Address address = Take(bytes.size());
    if (!bytes.empty()) {
      std::ranges::copy(
          bytes, heap_->Span(address, bytes.size(), Access::kStore).begin());
    }
    return address;
  }
  Address Bytes(std::string_view bytes) {
    return Put(std::as_bytes(std::span(bytes)));
  }
  Address Text(const std::string& text) {
    return Put(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
  }
  template <typename T>
  Address Struct(const T& value) {
    return Put(std::as_bytes(std::span(&value, 1)));
  }
  template <typename T>
  T Get(Address address) {
    T value;
    std::memcpy(&value, heap_->Span(address, sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string GetBytes(Address address, std::uint64_t size_bytes) {
    const auto bytes = std::as_const(*heap_).Span(address, size_bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  // ---- everyday calls -------------------------------------------------------

  Result Open(const std::string& path, std::uint32_t flags = 0,
              std::uint32_t mode = 0644) {
    return Call("openat", kAT_FDCWD, Text(path), flags, mode);
  }
  Result Write(Result descriptor, std::string_view bytes) {
    return Call("write", descriptor, Bytes(bytes), bytes.size());
  }
  // What a read of at most `size_bytes` yields; the error in text if it fails.
  std::string Read(Result descriptor, std::uint64_t size_bytes) {
    const Address buffer = Take(size_bytes);
    const Result count = Call("read", descriptor, buffer, size_bytes);
    if (count < 0) return "error " + std::to_string(-count);
    return GetBytes(buffer, static_cast<std::uint64_t>(count));
  }
  Result Stat(const std::string& path, LinuxStat& status) {
    const Address address = Take(sizeof(LinuxStat));
    const Result result = Call("newfstatat", kAT_FDCWD, Text(path), address, 0);
    if (result == 0) status = Get<LinuxStat>(address);
    return result;
  }
  void ExpectSound() {
    EXPECT_EQ(kernel_->CheckInvariants(), absl::OkStatus());
  }

 private:
  static std::uint64_t ToRegister(Address address) { return address.offset(); }
  template <std::integral T>
  static std::uint64_t ToRegister(T value) {
    return static_cast<std::uint64_t>(value);
  }

  KernelOptions options_;
  CapturedConsole console_;
  std::unique_ptr<GlobalHeap> heap_;
  Address begin_;
  Address next_;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_TESTS_KERNEL_GUEST_SYSTEM_H_
