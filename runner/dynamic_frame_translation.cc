// SPDX-License-Identifier: Apache-2.0
// What a function takes of the guest's stack while it runs, what reports know
// of its frame, and what becomes of pointers into it.
#include <algorithm>

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DebugInfo.h"
#include "runner/function_translator.h"

namespace kheap {

namespace {

// What the program calls a variable, or null.
const llvm::DILocalVariable* VariableOf(const llvm::AllocaInst& alloca) {
  auto* const place = const_cast<llvm::AllocaInst*>(&alloca);
  for (const llvm::DbgVariableRecord* const record :
       llvm::findDVRDeclares(place)) {
    return record->getVariable();
  }
  for (const llvm::DbgDeclareInst* const declare :
       llvm::findDbgDeclares(place)) {
    return declare->getVariable();
  }
  return nullptr;
}

}  // namespace

// ---- what reports know -----------------------------------------------------

ImageFrame FunctionTranslator::EmptyFrame() const {
  ImageFrame frame = {};
  frame.function = guest_.getName().str();
  if (const llvm::DISubprogram* const program = guest_.getSubprogram()) {
    frame.file = program->getFilename().str();
  }
  return frame;
}

ImageVariable FunctionTranslator::DescribeVariable(
    const llvm::AllocaInst& alloca, std::uint64_t offset,
    std::uint64_t size_bytes) {
  const llvm::DILocalVariable* const variable = VariableOf(alloca);
  return {variable == nullptr ? "" : variable->getName().str(),
          variable == nullptr ? 0 : variable->getLine(), offset, size_bytes,
          alloca.getAlign().value()};
}

void FunctionTranslator::StoreWords(llvm::Value* address,
                                    std::initializer_list<llvm::Value*> words) {
  std::uint64_t offset = 0;
  for (llvm::Value* const word : words) {
    llvm::Value* const place = builder_.CreateAdd(address, Number(offset));
    Scoped(
        builder_.CreateAlignedStore(word, HostPointer(place), llvm::Align(1)));
    offset += 8;
  }
}

// ---- dynamic allocas -------------------------------------------------------

llvm::Value* FunctionTranslator::TranslateDynamicAlloca(
    llvm::AllocaInst& alloca) {
  const std::uint64_t element =
      translation_.layout().getTypeAllocSize(alloca.getAllocatedType());
  llvm::Value* const count = builder_.CreateZExtOrTrunc(
      Map(alloca.getArraySize()), translation_.i64());
  llvm::Value* const capped = builder_.CreateBinaryIntrinsic(
      llvm::Intrinsic::umin, count,
      Number(kFunctionBase / std::max<std::uint64_t>(element, 1) + 1));
  return TakeStack(builder_.CreateMul(capped, Number(element)),
                   DescribeVariable(alloca, 0, 0));
}

bool FunctionTranslator::IsAllocaCall(const llvm::CallInst& call) {
  const llvm::Function* const callee = CalledFunction(call);
  return callee != nullptr && callee->isDeclaration() &&
         callee->getName() == "alloca" && call.arg_size() == 1 &&
         call.getArgOperand(0)->getType()->isIntegerTy();
}

//   old      +-----------------------+
//            | red zone
//            | the array             a multiple of its alignment
//            | red zone, with words  in checked mode
//   pointer  +-----------------------+  a multiple of 16
llvm::Value* FunctionTranslator::TakeStack(llvm::Value* size,
                                           ImageVariable array) {
  const bool checked = translation_.options().checked;
  // Capped, so that no sum below wraps: a fault comes of it all the same.
  size = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, size,
                                        Number(kFunctionBase));
  array.alignment = std::max(array.alignment, kFrameAlignment);
  array.offset = checked ? kArrayMarkBytes : 0;
  llvm::Value* const old = StackPointer();
  llvm::Value* const object = builder_.CreateAnd(
      builder_.CreateSub(
          builder_.CreateSub(old, Number(checked ? kRedZoneBytes : 0)), size),
      Number(-array.alignment));
  // The arguments of variadic calls stay at the frame's lower end.
  llvm::Value* const pointer = builder_.CreateSub(object, Number(array.offset));
  const GuestBounds& bounds = translation_.bounds();
  llvm::Value* const room =
      builder_.CreateSub(pointer, Number(bounds.stack_begin));
  Require(builder_.CreateICmpULT(room,
                                 Number(bounds.stack_end - bounds.stack_begin)),
          SiteKind::kAlloca, size, 0);
  SetStackPointer(pointer);
  if (!checked) return object;
  builder_.CreateStore(
      builder_.CreateBinaryIntrinsic(
          llvm::Intrinsic::umin, pointer,
          builder_.CreateLoad(translation_.i64(), lowest_slot_)),
      lowest_slot_);
  llvm::Value* const taken = builder_.CreateSub(old, pointer);
  Mark(CheckKind::kFrame, pointer, taken);
  Mark(CheckKind::kLocal, object, size);
  ImageFrame frame = EmptyFrame();
  frame.variables.push_back(std::move(array));
  StoreWords(pointer,
             {Number(kArrayMark),
              Number(translation_.AddFrame(std::move(frame))), size, taken});
  return object;
}

// Only back up, and not above the frame: the number is the guest's.
void FunctionTranslator::GiveStackBack(llvm::Value* pointer) {
  llvm::Value* const old = StackPointer();
  llvm::Value* const back = builder_.CreateBinaryIntrinsic(
      llvm::Intrinsic::umin,
      builder_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, pointer, old),
      frame_);
  SetStackPointer(back);
  if (translation_.options().checked) {
    Mark(CheckKind::kPop, old, builder_.CreateSub(back, old));
  }
}

// ---- pointers that outlive their variable ----------------------------------

// The pointer that a function returns, as its caller gets it. Of a pointer into
// the function's own part of the stack nothing is left but where it led.
llvm::Value* FunctionTranslator::AfterReturn(const llvm::Value* returned,
                                             llvm::Value* pointer) {
  const bool has_objects = !locals_.empty() || moves_stack_;
  if (!translation_.options().checked || !has_objects ||
      !returned->getType()->isPointerTy()) {
    return pointer;
  }
  // Where such a variable lies in its frame differs from call to call.
  const auto is_far_aligned = [](const Local& local) {
    return local.alloca->getAlign().value() > kFrameAlignment;
  };
  if (std::ranges::any_of(locals_, is_far_aligned)) return pointer;
  const llvm::Value* const object = llvm::getUnderlyingObject(returned);
  if (llvm::isa<llvm::Constant, llvm::Argument>(object)) return pointer;
  if (!frame_number_.has_value()) {
    frame_number_ = translation_.AddFrame(EmptyFrame());
  }
  if (*frame_number_ >= kReturnedFramesMax) return pointer;
  llvm::Value* const begin =
      moves_stack_ ? builder_.CreateLoad(translation_.i64(), lowest_slot_)
                   : frame_;
  llvm::Value* const is_own =
      builder_.CreateICmpULT(builder_.CreateSub(pointer, begin),
                             builder_.CreateSub(host_.getArg(1), begin));
  const std::uint64_t nowhere =
      kReturnedBase + kReturnedStride * *frame_number_ + kReturnedMiddle;
  return builder_.CreateSelect(
      is_own,
      builder_.CreateAdd(builder_.CreateSub(pointer, frame_), Number(nowhere)),
      pointer);
}

}  // namespace kheap
