// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_FUNCTION_TRANSLATOR_H_
#define KHEAP_RUNNER_FUNCTION_TRANSLATOR_H_

// Translates one function: pointers become numbers, every access is checked and
// goes to base + address, locals that have an address lie in a frame on the
// guest's stack, and whatever C leaves undefined gets a defined result or a
// fault. It works before LLVM's optimiser does, so that the optimiser sees
// nothing undefined.
//
//   function_translator.cc      blocks, and how a check ends in a fault
//   frame_translation.cc        locals, and the guest's stack
//   dynamic_frame_translation.cc
//                               arrays of variable length, what reports know,
//                               pointers that outlive their variable
//   arithmetic_translation.cc   numbers and addresses
//   memory_translation.cc       checks, loads and stores, block copies
//   call_translation.cc         calls, setjmp, inline assembly
//   intrinsic_translation.cc    what LLVM calls intrinsics

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "llvm/ADT/DenseSet.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ValueMap.h"
#include "runner/translation.h"

namespace kheap {

// Whether calls of a function of <math.h> become an instruction.
bool IsExactFunction(const std::string& name);

class FunctionTranslator {
 public:
  FunctionTranslator(Translation& translation, llvm::Function& guest);

  void Translate();

 private:
  struct Local {
    llvm::AllocaInst* alloca;
    std::uint64_t offset;
    std::uint64_t size_bytes;
  };

  // ---- function_translator.cc -----------------------------------------------
  void LayOutFrame();
  std::uint64_t ChargeFor(const llvm::Instruction& instruction,
                          std::uint64_t largest) const;
  bool NoteCall(llvm::CallInst& call);
  std::uint64_t PlaceLocals(std::uint64_t offset, std::uint64_t largest);
  void EmitPrologue();
  void TranslateBlock(llvm::BasicBlock& block);
  void TranslateInstruction(llvm::Instruction& instruction);
  void FillPhis();
  llvm::Value* Map(llvm::Value* value);
  llvm::Value* TranslateGep(llvm::GetElementPtrInst& gep);
  llvm::Value* TranslateDynamicAlloca(llvm::AllocaInst& alloca);
  // An object of `size` bytes (a number of the guest's), until the function
  // returns or gives it back. `array` has its name, if any, and alignment.
  llvm::Value* TakeStack(llvm::Value* size, ImageVariable array);
  void GiveStackBack(llvm::Value* pointer);
  llvm::Value* AfterReturn(const llvm::Value* returned, llvm::Value* pointer);
  // Whether a call is of alloca under its own name.
  static bool IsAllocaCall(const llvm::CallInst& call);
  llvm::Value* TranslateBinary(llvm::BinaryOperator& operation);
  llvm::Value* TranslateCast(llvm::CastInst& cast);
  void TranslateReturn(llvm::ReturnInst& ret);
  void TranslateIndirectBranch(llvm::IndirectBrInst& branch);
  llvm::Value* Clone(llvm::Instruction& instruction);
  llvm::Value* TranslateVectorElement(llvm::Instruction& access);
  llvm::Value* TranslateShuffle(llvm::ShuffleVectorInst& shuffle);
  // Processors differ in the sign and payload of a NaN that they compute, and
  // the guest sees them where it stores one, passes one on or looks at its
  // bits. There a NaN that was computed becomes the one with the sign clear and
  // only the quiet bit set; one that was loaded stays as it is.
  void FindComputed();
  llvm::Value* Settled(llvm::Value* value);
  llvm::Value* SettleNan(llvm::Value* number);
  // Continues in a new block where `holds`, and faults otherwise.
  void Require(llvm::Value* holds, SiteKind kind, llvm::Value* address,
               std::uint32_t size_bytes);
  // The same for a call whose target is as it has to be.
  void RequireTarget(llvm::Value* holds, llvm::CallInst& call);
  void EmitFault(SiteKind kind, llvm::Value* address, std::uint32_t size_bytes);
  void CountStep();
  llvm::Value* Number(std::uint64_t value);
  llvm::Value* StackPointer();
  void SetStackPointer(llvm::Value* value);
  void Mark(CheckKind kind, llvm::Value* address, llvm::Value* size_bytes);
  void MarkFrame();
  // Writes where a report looks for what lies in the frame.
  void DescribeFrame();
  ImageFrame EmptyFrame() const;
  static ImageVariable DescribeVariable(const llvm::AllocaInst& alloca,
                                        std::uint64_t offset,
                                        std::uint64_t size_bytes);
  void StoreWords(llvm::Value* address,
                  std::initializer_list<llvm::Value*> words);
  void LeaveFrame();

  // ---- memory_translation.cc ------------------------------------------------
  // What a load is for decides whether its bytes have to be initialised.
  enum class Use { kValue, kCopy };
  llvm::Value* TranslateLoad(llvm::LoadInst& load);
  void TranslateStore(llvm::StoreInst& store);
  llvm::Value* TranslateReadModifyWrite(llvm::AtomicRMWInst& update);
  llvm::Value* TranslateCompareExchange(llvm::AtomicCmpXchgInst& exchange);
  llvm::Value* Load(llvm::Type* type, llvm::Value* address, Use use,
                    bool is_volatile);
  void Store(llvm::Value* value, llvm::Value* address, bool is_volatile,
             llvm::Value* state = nullptr);
  // In checked mode a store leaves `state` in the shadow, or that its bytes are
  // initialised. What a load found there is returned, if it fits a register.
  llvm::Value* CheckAccess(llvm::Value* address, std::uint64_t size_bytes,
                           SiteKind kind, Use use,
                           llvm::Value* state = nullptr);
  // An atomic access lies at a multiple of its size.
  void RequireAligned(llvm::Value* address, llvm::Type* type);
  llvm::Value* HostPointer(llvm::Value* address);
  std::uint64_t InlineBytesMax() const;
  void CopyBlock(llvm::MemTransferInst& copy);
  void CopyPieces(llvm::Value* destination, llvm::Value* source,
                  std::uint64_t size_bytes);
  void SetBlock(llvm::MemSetInst& set);
  void MarkScopeBegin(llvm::Value* object);
  void MarkScopeEnd(llvm::IntrinsicInst& end);
  static bool IsCopied(const llvm::LoadInst& load);
  // An access of the arena.
  llvm::Instruction* Scoped(llvm::Instruction* access);

  // ---- call_translation.cc --------------------------------------------------
  llvm::Value* TranslateCall(llvm::CallInst& call);
  llvm::Value* TranslateIntrinsic(llvm::IntrinsicInst& call);
  void TranslateEffect(llvm::IntrinsicInst& call);
  llvm::Value* TranslateInlineAssembly(llvm::CallInst& call);
  llvm::Value* AssemblyResult(llvm::CallInst& call);
  // What empty assembly writes through pointers: the input tied to it, or what
  // is there.
  void StoreAssemblyOutputs(llvm::CallInst& call);
  llvm::Value* TranslateSetjmp(llvm::CallInst& call);
  llvm::Value* CallThroughPointer(llvm::CallInst& call);
  void NoteCallSite();
  llvm::Value* CallMathFunction(llvm::IntrinsicInst& call,
                                const std::string& name);
  std::vector<llvm::Value*> HostArguments(llvm::CallInst& call,
                                          llvm::FunctionType* type);
  llvm::Value* WriteVariadic(llvm::CallInst& call, unsigned first);
  bool CanPass(llvm::CallInst& call, llvm::FunctionType& type);
  // The value as another type, as a C compiler's mismatched call would pass it.
  llvm::Value* Convert(llvm::Value* value, llvm::Type* type);
  llvm::CallInst* CallHost(llvm::FunctionCallee callee,
                           const std::vector<llvm::Value*>& arguments);
  llvm::Value* CallBuiltin(const std::string& name,
                           const std::vector<llvm::Value*>& arguments);
  std::uint64_t VariadicBytes(const llvm::CallInst& call, unsigned first) const;

  Translation& translation_;
  llvm::Function& guest_;
  llvm::Function& host_;
  llvm::IRBuilder<> builder_;
  llvm::DenseMap<llvm::Value*, llvm::Value*> values_;
  llvm::DenseMap<llvm::BasicBlock*, llvm::BasicBlock*> blocks_;
  // Where a block of the guest ends: after the last of its checks.
  llvm::DenseMap<llvm::BasicBlock*, llvm::BasicBlock*> ends_;
  std::vector<llvm::PHINode*> phis_;
  // The shadow of what a load read that is only stored elsewhere.
  llvm::DenseMap<const llvm::Value*, llvm::Value*> copied_states_;
  llvm::DenseSet<const llvm::Value*> computed_;  // maybe a computed NaN

  std::vector<Local> locals_;
  std::uint64_t frame_bytes_ = 0;     // all that the prologue takes
  std::uint64_t wanted_bytes_ = 0;    // by locals, were there room for them
  std::uint64_t variadic_bytes_ = 0;  // at its lower end
  bool moves_stack_ = false;          // dynamic allocas
  std::optional<std::uint64_t> frame_number_;  // in the image
  bool calls_setjmp_ = false;
  llvm::Value* base_ = nullptr;
  llvm::Value* frame_ = nullptr;        // the stack pointer after the prologue
  llvm::Value* stack_slot_ = nullptr;   // where it changes later
  llvm::Value* lowest_slot_ = nullptr;  // and what it was at least
  llvm::DebugLoc location_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_FUNCTION_TRANSLATOR_H_
