// SPDX-License-Identifier: Apache-2.0
#include "machine/host_stack.h"

#include <cstddef>
#include <cstdint>

#include "machine/check.h"

#if defined(__x86_64__) || defined(__aarch64__) || __riscv_xlen == 64
#ifdef __unix__
#include <sys/mman.h>
#define KHEAP_SWITCHES_STACKS 1
#endif
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KHEAP_TELLS_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define KHEAP_TELLS_SANITIZER 1
#endif
#ifdef KHEAP_TELLS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace kheap::machine {

namespace {

using Work = absl::FunctionRef<void()>;

#ifdef KHEAP_SWITCHES_STACKS

constexpr std::size_t kStackBytes = std::size_t{2} * 1024 * 1024 * 1024;
constexpr std::size_t kGuardBytes = 65536;

struct Stack {
  Stack() {
    void* const begin =
        mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    KHEAP_CHECK(begin != MAP_FAILED, "the host has room for a second stack");
    mprotect(begin, kGuardBytes, PROT_NONE);
    bytes = static_cast<std::byte*>(begin);
  }
  ~Stack() { munmap(bytes, kStackBytes); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  std::byte* bytes;
};

bool Holds(const Stack& stack, const void* place) {
  const auto* const byte = static_cast<const std::byte*>(place);
  return byte >= stack.bytes && byte < stack.bytes + kStackBytes;
}

// AddressSanitizer keeps book of where the stack is.
class SanitizerSwitch {
 public:
  static void Leave([[maybe_unused]] void** frames,
                    [[maybe_unused]] const void* bottom,
                    [[maybe_unused]] std::size_t size) {
#ifdef KHEAP_TELLS_SANITIZER
    __sanitizer_start_switch_fiber(frames, bottom, size);
#endif
  }
  static void Arrive([[maybe_unused]] void* frames,
                     [[maybe_unused]] const void** old_bottom,
                     [[maybe_unused]] std::size_t* old_size) {
#ifdef KHEAP_TELLS_SANITIZER
    __sanitizer_finish_switch_fiber(frames, old_bottom, old_size);
#endif
  }
};

// An exception that leaves the work stops the process here.
extern "C" void KheapCallWork(void* work) noexcept {
  const void* old_bottom = nullptr;
  std::size_t old_size = 0;
  SanitizerSwitch::Arrive(nullptr, &old_bottom, &old_size);
  (*static_cast<Work*>(work))();
  SanitizerSwitch::Leave(nullptr, old_bottom, old_size);
}

// Moves the stack pointer, calls, and moves it back; the old one is kept in a
// register that the callee saves. No frame description tells of the move, so a
// debugger's list of frames ends here, and an exception must not come so far.
[[gnu::noinline]] void CallOn(std::byte* top, Work* work) {
#if defined(__x86_64__)
  asm volatile(
      "movq %%rsp, %%rbx\n\t"
      "movq %[top], %%rsp\n\t"
      "movq %[work], %%rdi\n\t"
      "call KheapCallWork\n\t"
      "movq %%rbx, %%rsp\n\t"
      :
      : [top] "r"(top), [work] "r"(work)
      : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
        "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
        "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15");
#elif defined(__aarch64__)
  asm volatile(
      "mov x19, sp\n\t"
      "mov sp, %[top]\n\t"
      "mov x0, %[work]\n\t"
      "bl KheapCallWork\n\t"
      "mov sp, x19\n\t"
      :
      : [top] "r"(top), [work] "r"(work)
      : "x19", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9",
        "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x30",
        "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16",
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
        "v27", "v28", "v29", "v30", "v31");
#else
  asm volatile(
      "mv s1, sp\n\t"
      "mv sp, %[top]\n\t"
      "mv a0, %[work]\n\t"
      "call KheapCallWork\n\t"
      "mv sp, s1\n\t"
      :
      : [top] "r"(top), [work] "r"(work)
      : "s1", "ra", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1",
        "t2", "t3", "t4", "t5", "t6", "memory", "ft0", "ft1", "ft2", "ft3",
        "ft4", "ft5", "ft6", "ft7", "ft8", "ft9", "ft10", "ft11", "fa0", "fa1",
        "fa2", "fa3", "fa4", "fa5", "fa6", "fa7");
#endif
}

#endif

}  // namespace

void RunOnHostStack(Work work) {
#ifdef KHEAP_SWITCHES_STACKS
  thread_local Stack stack;
  int here = 0;
  if (Holds(stack, &here)) return work();
  void* frames = nullptr;
  SanitizerSwitch::Leave(&frames, stack.bytes, kStackBytes);
  CallOn(stack.bytes + kStackBytes - 64, &work);
  SanitizerSwitch::Arrive(frames, nullptr, nullptr);
#else
  work();
#endif
}

}  // namespace kheap::machine
