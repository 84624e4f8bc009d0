// SPDX-License-Identifier: Apache-2.0
#include "tests/machine/refused_protection.h"

#if defined(__linux__)
#include <asm/unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#endif

namespace kheap::machine {

#if defined(__linux__)

namespace {

std::uint32_t HostProtection(Protection protection) {
  switch (protection) {
    case Protection::kReadWrite:
      return PROT_READ + PROT_WRITE;
    case Protection::kReadExecute:
      return PROT_READ + PROT_EXEC;
    case Protection::kRead:
      return PROT_READ;
  }
  return PROT_NONE;
}

}  // namespace

bool CanRefuseProtection() { return prctl(PR_GET_SECCOMP) >= 0; }

bool RefuseProtection(Protection protection) {
  constexpr std::uint32_t kRefuse =
      std::uint32_t{SECCOMP_RET_ERRNO} + std::uint32_t{EACCES};
  std::array<sock_filter, 6> steps = {{
      BPF_STMT(BPF_LD + BPF_W + BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP + BPF_JEQ + BPF_K, __NR_mprotect, 0, 3),
      BPF_STMT(BPF_LD + BPF_W + BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP + BPF_JEQ + BPF_K, HostProtection(protection), 0, 1),
      BPF_STMT(BPF_RET + BPF_K, kRefuse),
      BPF_STMT(BPF_RET + BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program = {steps.size(), steps.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

bool CanRefuseProtection() { return false; }
bool RefuseProtection(Protection) { return false; }

#endif

}  // namespace kheap::machine
