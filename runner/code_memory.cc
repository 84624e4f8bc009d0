// SPDX-License-Identifier: Apache-2.0
#include "runner/code_memory.h"

#include <system_error>

#include "bitshift/bits.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/Process.h"

namespace kheap {

using llvm::sys::Memory;

namespace {

constexpr unsigned kReadWrite =
    bits::Or<unsigned>(Memory::MF_READ, Memory::MF_WRITE);
constexpr unsigned kReadExecute =
    bits::Or<unsigned>(Memory::MF_READ, Memory::MF_EXEC);
// LLVM does not count the addresses that calls of the host's functions go
// through: 8 bytes for each function that the object names.
constexpr std::size_t kHostAddressBytes = 65536;

}  // namespace

CodeMemory::~CodeMemory() {
  if (block_.base() != nullptr) Memory::releaseMappedMemory(block_);
}

void CodeMemory::reserveAllocationSpace(std::uintptr_t code_bytes,
                                        llvm::Align code_align,
                                        std::uintptr_t constant_bytes,
                                        llvm::Align constant_align,
                                        std::uintptr_t variable_bytes,
                                        llvm::Align variable_align) {
  const std::size_t page_bytes = llvm::sys::Process::getPageSizeEstimate();
  // Parts begin at pages; a larger alignment may cost up to itself.
  const auto whole_pages = [page_bytes](std::size_t size, llvm::Align align) {
    return bits::AlignUp(size + align.value(), page_bytes);
  };
  const std::size_t sizes[] = {
      whole_pages(code_bytes, code_align),
      whole_pages(constant_bytes, constant_align),
      whole_pages(variable_bytes + kHostAddressBytes, variable_align)};
  std::error_code error;
  block_ = Memory::allocateMappedMemory(sizes[0] + sizes[1] + sizes[2], nullptr,
                                        kReadWrite, error);
  if (error) return;
  auto* begin = static_cast<std::uint8_t*>(block_.base());
  code_ = {begin, sizes[0]};
  constants_ = {begin + sizes[0], sizes[1]};
  variables_ = {begin + sizes[0] + sizes[1], sizes[2]};
}

std::uint8_t* CodeMemory::Part::Take(std::size_t size, std::size_t alignment) {
  constexpr std::size_t kAlignmentOfAny = 16;
  if (begin == nullptr) return nullptr;
  const llvm::Align align(alignment == 0 ? kAlignmentOfAny : alignment);
  const std::size_t offset = llvm::alignAddr(begin + used_bytes, align) -
                             reinterpret_cast<std::uintptr_t>(begin);
  if (offset > size_bytes || size > size_bytes - offset) return nullptr;
  used_bytes = offset + size;
  return begin + offset;
}

std::uint8_t* CodeMemory::allocateCodeSection(std::uintptr_t size,
                                              unsigned alignment, unsigned,
                                              llvm::StringRef) {
  return code_.Take(size, alignment);
}

std::uint8_t* CodeMemory::allocateDataSection(std::uintptr_t size,
                                              unsigned alignment, unsigned,
                                              llvm::StringRef,
                                              bool is_read_only) {
  Part& part = is_read_only ? constants_ : variables_;
  return part.Take(size, alignment);
}

bool CodeMemory::Part::Protect(unsigned permissions, std::string* error) const {
  if (size_bytes == 0) return false;
  const std::error_code failed = Memory::protectMappedMemory(
      llvm::sys::MemoryBlock(begin, size_bytes), permissions);
  if (failed && error != nullptr) *error = failed.message();
  return static_cast<bool>(failed);
}

bool CodeMemory::finalizeMemory(std::string* error) {
  if (code_.Protect(kReadExecute, error)) return true;
  if (constants_.Protect(Memory::MF_READ, error)) return true;
  Memory::InvalidateInstructionCache(code_.begin, code_.size_bytes);
  return false;
}

}  // namespace kheap
