// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CHECKS_H_
#define KHEAP_RUNNER_CHECKS_H_

// A check as the optimiser sees it: a call of a function that nobody defines.
// The translation makes them, check_facts.h and checked_loops.h drop those that
// can find nothing, and check_lowering.h turns the rest into compares.
//
//   kheap.load.N(base, sp, address, site)        N bytes may be looked at
//   kheap.copy.N(base, sp, address, site)        N bytes may be copied; returns
//                                                their shadow
//   kheap.store.N(base, sp, address, site)       N bytes may be written; they
//                                                become initialised
//   kheap.put.N(base, sp, address, site, state)  likewise; the shadow becomes
//                                                `state`
//   kheap.write.N(base, sp, address, site)       N bytes that may be looked at
//                                                may be written, too
//
// In checked mode, frames and scopes change the shadow by calls, too:
//
//   kheap.init.N(base, address)        N writable bytes become initialised
//   kheap.frame(base, address, size)   a frame with nothing in it yet
//   kheap.local(base, address, size)   one variable of it: uninitialised
//   kheap.scope(base, address, size)   a variable comes into scope once more
//   kheap.end(base, address, size)     a variable's scope has ended
//   kheap.pop(base, address, size)     a frame that is left
//
// To LLVM each of them reads and writes memory that nothing else reaches, and
// may not return: no access moves to before its check, and none is dropped.

#include <cstdint>
#include <optional>

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "runner/guest_abi.h"

namespace kheap {

// An access of more bytes is checked by the host.
inline constexpr std::uint64_t kCheckedBytesMax = 16;

// Where the guest's memory begins and ends, as far as it is known before a run.
struct GuestBounds {
  std::uint64_t load_begin;
  std::uint64_t store_begin;
  std::uint64_t stack_begin;
  std::uint64_t stack_end;
};

// Three memories that never overlap: what the context holds, the shadow, and
// the arena. Lists of scopes that accesses name; the same in every function, so
// that they mean the same where one is inlined into another.
struct MemoryScopes {
  llvm::MDNode* context;
  llvm::MDNode* shadow;
  llvm::MDNode* context_and_shadow;
};

// What all checks of a module have in common.
struct CheckRules {
  bool checked = true;
  GuestBounds bounds = {};
  MemoryScopes scopes = {};
};

enum class CheckKind {
  kLoad,
  kCopy,
  kStore,
  kPut,
  kWrite,
  kInit,
  kFrame,
  kLocal,
  kScope,
  kEnd,
  kPop,
};

struct Check {
  llvm::CallInst* call;
  CheckKind kind;
  std::uint64_t size_bytes;  // of the access, the frame or the variable

  llvm::Value* base() const { return call->getArgOperand(0); }
  llvm::Value* stack_pointer() const { return call->getArgOperand(1); }
  llvm::Value* address() const {
    return call->getArgOperand(MayFault() ? 2 : 1);
  }
  llvm::Value* site() const { return call->getArgOperand(3); }
  llvm::Value* state() const { return call->getArgOperand(4); }
  bool MayFault() const { return kind <= CheckKind::kWrite; }
  bool IsLoad() const {
    return kind == CheckKind::kLoad || kind == CheckKind::kCopy;
  }
};

// The check that an instruction is, if it is one.
std::optional<Check> AsCheck(llvm::Instruction& instruction);

// A check of an access of 1 to kCheckedBytesMax bytes. Returns the shadow of
// what a kCopy found: 8 bits a byte.
llvm::CallInst* CreateCheck(llvm::IRBuilder<>& builder, CheckKind kind,
                            std::uint64_t size_bytes, llvm::Value* base,
                            llvm::Value* stack_pointer, llvm::Value* address,
                            std::uint32_t site, llvm::Value* state = nullptr);

// kFrame to kPop. The size may be a number of the guest's.
void CreateMark(llvm::IRBuilder<>& builder, CheckKind kind, llvm::Value* base,
                llvm::Value* address, llvm::Value* size_bytes);

// Writes what a kStore writes where all else is known to hold.
void CreateInit(llvm::IRBuilder<>& builder, const Check& store);
// Checks what a kStore of bytes that may be looked at has to check.
void CreateWrite(llvm::IRBuilder<>& builder, const Check& store);

// ---- host memory that checks read ------------------------------------------

llvm::Value* ContextPointer(llvm::IRBuilder<>& builder, llvm::Value* base,
                            std::size_t field_offset);
// A field of the context; one that never changes in a run may be `invariant`.
llvm::Value* ContextField(llvm::IRBuilder<>& builder, llvm::Value* base,
                          std::size_t field_offset, llvm::Type* type,
                          bool invariant, const MemoryScopes& scopes);
// Stores to one of 8 bytes.
void StoreContextField(llvm::IRBuilder<>& builder, llvm::Value* base,
                       std::size_t field_offset, llvm::Value* value,
                       const MemoryScopes& scopes);
// Where the shadow of an address lies.
llvm::Value* ShadowPointer(llvm::IRBuilder<>& builder, llvm::Value* base,
                           llvm::Value* address, const MemoryScopes& scopes);
llvm::Instruction* InShadow(llvm::Instruction* access,
                            const MemoryScopes& scopes);

// Ends the block with a call of the host that throws.
void CreateFault(llvm::IRBuilder<>& builder, llvm::Value* base,
                 llvm::Value* stack_pointer, llvm::Value* address,
                 llvm::Value* site);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CHECKS_H_
