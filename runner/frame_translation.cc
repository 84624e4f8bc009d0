// SPDX-License-Identifier: Apache-2.0
// The frame of a function on the guest's stack.
#include <algorithm>
#include <utility>

#include "bitshift/bits.h"
#include "runner/function_translator.h"

namespace kheap {

namespace {

// What a site has room for.
constexpr std::uint64_t kSiteBytesMax = 4294967295u;
// Sums of two of these do not wrap.
constexpr std::uint64_t kWantedBytesMax = 4611686018427387904u;  // 2^62

// What a call takes of the guest's stack beside its locals, at least. The
// host's frame grows with the code, so a byte for each instruction keeps its
// size in proportion to what the guest is charged.
constexpr std::uint64_t kCallCharge = 32;
// For stacks of up to this size; larger ones are charged more, for the host's
// stack does not grow with them.
constexpr std::uint64_t kUsualStackBytes = std::uint64_t{64} * 1024 * 1024;

}  // namespace

//   sp of the caller  +--------------------------+
//                     | locals, between red zones in checked mode
//                     | arguments of variadic calls
//   frame_            +--------------------------+  a multiple of 16
void FunctionTranslator::LayOutFrame() {
  // No frame of more than this fits; sums stay far from wrapping.
  const std::uint64_t largest = translation_.bounds().stack_end;
  std::uint64_t charge = 0;
  bool calls = false;
  for (llvm::BasicBlock& block : guest_) {
    for (llvm::Instruction& instruction : block) {
      charge += ChargeFor(instruction, largest);
      auto* const call = llvm::dyn_cast<llvm::CallInst>(&instruction);
      if (call != nullptr) {
        calls = NoteCall(*call) || calls;
      } else if (auto* alloca =
                     llvm::dyn_cast<llvm::AllocaInst>(&instruction)) {
        moves_stack_ = moves_stack_ || !alloca->isStaticAlloca();
      }
    }
  }
  variadic_bytes_ = bits::AlignUp(variadic_bytes_, kFrameAlignment);
  std::uint64_t offset = PlaceLocals(variadic_bytes_, largest);
  const std::uint64_t stack_bytes =
      translation_.bounds().stack_end - translation_.bounds().stack_begin;
  const std::uint64_t scale =
      std::max<std::uint64_t>(1, stack_bytes / kUsualStackBytes);
  charge = std::min(scale * std::max(kCallCharge, charge), largest);
  if (calls) offset = std::min(offset + charge, largest);
  frame_bytes_ = bits::AlignUp(offset, kFrameAlignment);
}

// What an instruction adds to the charge: one, and more for what does not fit a
// register and is spilled to the host's stack.
std::uint64_t FunctionTranslator::ChargeFor(
    const llvm::Instruction& instruction, std::uint64_t largest) const {
  if (const auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction)) {
    // What registers do not hold goes to the host's stack.
    if (call->arg_size() >= 16) return 1 + call->arg_size() / 4;
  }
  if (!instruction.getType()->isSized()) return 1;
  return 1 + std::min<std::uint64_t>(
                 largest,
                 translation_.layout().getTypeAllocSize(instruction.getType()) /
                     16);
}

// What a call needs of the frame. Whether it is one that takes a frame itself.
bool FunctionTranslator::NoteCall(llvm::CallInst& call) {
  if (llvm::isa<llvm::IntrinsicInst>(call)) {
    moves_stack_ =
        moves_stack_ || call.getIntrinsicID() == llvm::Intrinsic::stackrestore;
    return false;
  }
  moves_stack_ = moves_stack_ || IsAllocaCall(call);
  const auto reserve = [&](const llvm::FunctionType& type) {
    if (!type.isVarArg()) return;
    variadic_bytes_ =
        std::max(variadic_bytes_, VariadicBytes(call, type.getNumParams()));
  };
  reserve(*call.getFunctionType());
  if (const llvm::Function* const callee = CalledFunction(call)) {
    reserve(*callee->getFunctionType());
    calls_setjmp_ = calls_setjmp_ || callee->getName().contains("setjmp");
  }
  return true;
}

// Puts the locals above `offset` and returns the offset behind them.
std::uint64_t FunctionTranslator::PlaceLocals(std::uint64_t offset,
                                              std::uint64_t largest) {
  const bool checked = translation_.options().checked;
  for (llvm::Instruction& instruction : guest_.getEntryBlock()) {
    auto* const alloca = llvm::dyn_cast<llvm::AllocaInst>(&instruction);
    if (alloca == nullptr || !alloca->isStaticAlloca()) continue;
    const auto size = alloca->getAllocationSize(translation_.layout());
    if (!size.has_value()) {
      translation_.Refuse(*alloca, "a local variable of unknown size");
      continue;
    }
    // Alignments above a frame's own come from a gap that can hold any.
    const std::uint64_t alignment =
        std::min<std::uint64_t>(alloca->getAlign().value(), largest);
    const std::uint64_t gap =
        alignment > kFrameAlignment ? alignment - kFrameAlignment : 0;
    const std::uint64_t least = checked ? 8 : 1;
    if (checked) offset += kRedZoneBytes;
    offset = bits::AlignUp(offset, std::min(std::max(alignment, least),
                                            kFrameAlignment)) +
             gap;
    const std::uint64_t bytes =
        std::min<std::uint64_t>(size->getFixedValue(), largest);
    locals_.push_back({alloca, offset, bytes});
    offset = std::min(offset + bytes, largest);
    wanted_bytes_ = std::min(
        wanted_bytes_ + std::min(size->getFixedValue(), kWantedBytesMax),
        kWantedBytesMax);
  }
  return checked && !locals_.empty() ? offset + kRedZoneBytes : offset;
}

void FunctionTranslator::EmitPrologue() {
  llvm::Value* const caller = host_.getArg(1);
  // Where the stack is while it is not known to have room.
  frame_ = caller;
  if (frame_bytes_ != 0) {
    llvm::Value* const frame = builder_.CreateSub(caller, Number(frame_bytes_));
    const GuestBounds& bounds = translation_.bounds();
    llvm::Value* const room =
        builder_.CreateSub(frame, Number(bounds.stack_begin));
    llvm::Value* const fits = builder_.CreateICmpULT(
        room, Number(bounds.stack_end - bounds.stack_begin));
    const std::uint64_t wanted = std::max(frame_bytes_, wanted_bytes_);
    if (wanted <= kSiteBytesMax) {
      Require(fits, SiteKind::kPush, caller,
              static_cast<std::uint32_t>(wanted));
    } else {
      Require(fits, SiteKind::kLargePush, Number(wanted), 0);
    }
    frame_ = frame;
  }
  for (const Local& local : locals_) {
    llvm::Value* address = builder_.CreateAdd(frame_, Number(local.offset));
    const std::uint64_t alignment = local.alloca->getAlign().value();
    if (alignment > kFrameAlignment) {
      // The gap lies before; round down into it.
      address = builder_.CreateAnd(address, Number(-alignment));
    }
    values_[local.alloca] = address;
  }
  if (moves_stack_) {
    stack_slot_ = builder_.CreateAlloca(translation_.i64());
    builder_.CreateStore(frame_, stack_slot_);
    lowest_slot_ = builder_.CreateAlloca(translation_.i64());
    builder_.CreateStore(frame_, lowest_slot_);
  }
  if (translation_.options().checked) MarkFrame();
}

llvm::Value* FunctionTranslator::StackPointer() {
  if (stack_slot_ == nullptr) return frame_;
  return builder_.CreateLoad(translation_.i64(), stack_slot_);
}

void FunctionTranslator::SetStackPointer(llvm::Value* value) {
  builder_.CreateStore(value, stack_slot_);
}

void FunctionTranslator::Mark(CheckKind kind, llvm::Value* address,
                              llvm::Value* size_bytes) {
  CreateMark(builder_, kind, base_, address, size_bytes);
}

void FunctionTranslator::MarkFrame() {
  if (locals_.empty() && variadic_bytes_ == 0) return;
  Mark(CheckKind::kFrame, frame_, Number(frame_bytes_));
  if (!locals_.empty()) DescribeFrame();
  for (const Local& local : locals_) {
    if (local.size_bytes == 0) continue;
    Mark(CheckKind::kLocal, values_[local.alloca], Number(local.size_bytes));
  }
}

void FunctionTranslator::DescribeFrame() {
  ImageFrame frame = EmptyFrame();
  frame.size_bytes = frame_bytes_;
  frame.mark_offset = variadic_bytes_;
  frame.is_variadic = guest_.isVarArg();
  for (const Local& local : locals_) {
    frame.variables.push_back(
        DescribeVariable(*local.alloca, local.offset, local.size_bytes));
  }
  frame_number_ = translation_.AddFrame(std::move(frame));
  StoreWords(builder_.CreateAdd(frame_, Number(variadic_bytes_)),
             {Number(kFrameMark), Number(*frame_number_)});
}

void FunctionTranslator::LeaveFrame() {
  if (calls_setjmp_) {
    CallBuiltin("kheap_leave_setjmp", {host_.getArg(1)});
  }
  if (!translation_.options().checked) return;
  if (locals_.empty() && variadic_bytes_ == 0 && !moves_stack_) return;
  llvm::Value* const begin = StackPointer();
  llvm::Value* const size = moves_stack_
                                ? builder_.CreateSub(host_.getArg(1), begin)
                                : Number(frame_bytes_);
  Mark(CheckKind::kPop, begin, size);
}

}  // namespace kheap
