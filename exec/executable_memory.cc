// SPDX-License-Identifier: Apache-2.0
#include "exec/executable_memory.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "allocators/ledger.h"
#include "bitshift/bits.h"
#include "machine/native_code.h"

namespace kheap {

namespace {

Address BeginOf(std::uint64_t page) {
  return kCodePagesBegin + page * kCodePageBytes;
}

std::string_view ToWord(CodeState state) {
  switch (state) {
    case CodeState::kWritable:
      return "writable";
    case CodeState::kSealed:
      return "sealed";
    case CodeState::kFreed:
      return "freed";
    default:
      return "no block";
  }
}

void SetShadow(GlobalHeap& heap, Address begin, std::uint64_t size_bytes,
               ShadowByte state) {
  if (Shadow* const shadow = heap.shadow()) {
    shadow->Set(begin, size_bytes, state);
  }
}

}  // namespace

std::string_view ToString(CodeAction action) {
  switch (action) {
    case CodeAction::kAllocate:
      return "allocate";
    case CodeAction::kSeal:
      return "seal";
    case CodeAction::kRun:
      return "run";
    case CodeAction::kVerify:
      return "verify";
    default:
      return "free";
  }
}

// ---- making ----------------------------------------------------------------

absl::StatusOr<ExecutableMemory> ExecutableMemory::Create(
    GlobalHeap& heap, const CodeOptions& options) {
  if (heap.layout().size_bytes(Region::kCode) == 0) {
    return absl::FailedPreconditionError(
        "the arena was made without LayoutOptions::code_bytes");
  }
  const ExecutableMemory memory(heap);
  CodeHeader& header = memory.records().header;
  if (header.magic == kCodeMagic) {
    return absl::FailedPreconditionError("the arena has executable memory");
  }
  header.magic = kCodeMagic;
  header.quota_bytes =
      std::min(options.quota_bytes, memory.page_count() * kCodePageBytes);
  return memory;
}

absl::StatusOr<ExecutableMemory> ExecutableMemory::Attach(GlobalHeap& heap) {
  const ExecutableMemory memory(heap);
  if (heap.layout().size_bytes(Region::kCode) != 0 &&
      memory.records().header.magic == kCodeMagic) {
    return memory;
  }
  return absl::FailedPreconditionError("the arena has no executable memory");
}

// ---- allocating ------------------------------------------------------------

bool ExecutableMemory::IsLive(std::uint64_t page) const {
  const CodeState state = heap_->code_state(page);
  return state == CodeState::kWritable || state == CodeState::kSealed;
}

absl::StatusOr<std::uint64_t> ExecutableMemory::FindPages(
    std::uint64_t count) const {
  std::uint64_t free = 0;
  for (std::uint64_t page = 0; page < page_count(); ++page) {
    free = IsLive(page) ? 0 : free + 1;
    if (free == count + 2) return page - count;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("no ", count,
                   " pages of code and a guard on both sides of "
                   "them are free in a row"));
}

absl::StatusOr<Address> ExecutableMemory::TakePages(std::uint64_t size_bytes) {
  if (size_bytes == 0) {
    return absl::InvalidArgumentError("a block of code has at least a byte");
  }
  CodeHeader& header = records().header;
  const std::uint64_t room_bytes = header.quota_bytes - header.live_bytes;
  const std::uint64_t count =
      size_bytes <= room_bytes ? (size_bytes - 1) / kCodePageBytes + 1 : 0;
  if (count == 0 || count * kCodePageBytes > room_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(size_bytes, " bytes of code are above the quota: ",
                     header.live_bytes.get(), " of ", header.quota_bytes.get(),
                     " bytes are taken, in pages of ", kCodePageBytes));
  }
  const auto first = FindPages(count);
  if (!first.ok()) return first.status();
  if (!heap_->SetCodeState(*first, count, CodeState::kWritable)) {
    return absl::UnavailableError("the host does not let memory be protected");
  }
  // Freed blocks that lay here are no more.
  for (std::uint64_t page = 0; page < *first + count; ++page) {
    CodeRecord& old = records().blocks[page];
    if (page + old.page_count > *first) old = {};
  }
  const Address block = BeginOf(*first);
  record(block).size_bytes = size_bytes;
  record(block).page_count = count;
  header.live_bytes += count * kCodePageBytes;
  if (heap_->control().regions[IndexOf(Region::kCode)].used_end <
      BeginOf(*first + count).offset()) {
    heap_->SetUsedEnd(Region::kCode, BeginOf(*first + count));
  }
  SetShadow(*heap_, block, size_bytes, ShadowByte::kUninitialised);
  SetShadow(*heap_, block + size_bytes, count * kCodePageBytes - size_bytes,
            ShadowByte::kHeapRedZone);
  if (Ledger::FitsIn(*heap_)) {
    Ledger(*heap_).AddThing(Holder::kExecutable);
    Ledger(*heap_).Hold(Holder::kExecutable, count * kCodePageBytes);
  }
  return block;
}

absl::StatusOr<Address> ExecutableMemory::Allocate(std::uint64_t size_bytes) {
  const absl::StatusOr<Address> block = TakePages(size_bytes);
  Log(CodeAction::kAllocate, block.status(), block.value_or(kNullAddress),
      size_bytes);
  return block;
}

// ---- sealing, running, freeing ---------------------------------------------

absl::Status ExecutableMemory::Require(Address block) const {
  if (block >= kCodePagesBegin && block < heap_->layout().end(Region::kCode) &&
      bits::IsAligned(block.offset(), kCodePageBytes) &&
      record(block).size_bytes != 0) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("no block of code begins at ", ToString(block)));
}

absl::Status ExecutableMemory::RequireState(Address block, CodeState state,
                                            std::string_view wanted) const {
  if (absl::Status found = Require(block); !found.ok()) return found;
  if (StateOf(block) == state) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the block of code at ", ToString(block), " is ",
      std::string(ToWord(StateOf(block))), ": only a ", std::string(wanted)));
}

Digest ExecutableMemory::HashOf(Address block) const {
  // What can be executed is whole pages, whatever was asked for.
  const XXH128_hash_t hash =
      XXH3_128bits(heap_->base() + block.offset(),
                   record(block).page_count * kCodePageBytes);
  return {hash.high64, hash.low64};
}

absl::Status ExecutableMemory::SealBlock(Address block) {
  if (absl::Status status = RequireState(block, CodeState::kWritable,
                                         "writable one can be sealed");
      !status.ok()) {
    return status;
  }
  CodeRecord& sealed = record(block);
  if (!heap_->SetCodeState(CodePageOf(block), sealed.page_count,
                           CodeState::kSealed)) {
    return absl::UnavailableError("the host does not let memory be executed");
  }
  const Digest hash = HashOf(block);
  sealed.hash_high = hash.high;
  sealed.hash_low = hash.low;
  return absl::OkStatus();
}

absl::Status ExecutableMemory::Seal(Address block) {
  const absl::Status status = SealBlock(block);
  Log(CodeAction::kSeal, status, block, 0);
  return status;
}

absl::StatusOr<std::uint64_t> ExecutableMemory::Run(Address block,
                                                    std::uint64_t argument) {
  const absl::Status status =
      RequireState(block, CodeState::kSealed, "sealed one can be run");
  Log(CodeAction::kRun, status, block, 0);
  if (!status.ok()) return status;
  return machine::CallNative(heap_->base() + block.offset(), argument);
}

absl::Status ExecutableMemory::VerifyBlock(Address block) const {
  if (absl::Status status =
          RequireState(block, CodeState::kSealed, "sealed one can be verified");
      !status.ok()) {
    return status;
  }
  const CodeRecord& sealed = record(block);
  if (HashOf(block) == Digest{sealed.hash_high, sealed.hash_low}) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "the block of code at ", ToString(block), " is not what was sealed"));
}

absl::Status ExecutableMemory::Verify(Address block) {
  const absl::Status status = VerifyBlock(block);
  Log(CodeAction::kVerify, status, block, 0);
  return status;
}

absl::Status ExecutableMemory::FreeBlock(Address block) {
  if (absl::Status found = Require(block); !found.ok()) return found;
  if (StateOf(block) == CodeState::kFreed) return absl::OkStatus();
  const std::uint64_t count = record(block).page_count;
  const std::uint64_t page = CodePageOf(block);
  // Writable for a moment, so that nothing of it is left to run.
  if (!heap_->SetCodeState(page, count, CodeState::kWritable)) {
    return absl::UnavailableError("the host does not let memory be protected");
  }
  std::memset(heap_->base() + block.offset(), 0, count * kCodePageBytes);
  record(block).hash_high = 0;
  record(block).hash_low = 0;
  // Where this fails the block is a writable one of zeros: still live, and in a
  // state from which it can be freed.
  if (!heap_->SetCodeState(page, count, CodeState::kFreed)) {
    return absl::UnavailableError("the host does not let memory be protected");
  }
  records().header.live_bytes -= count * kCodePageBytes;
  if (Ledger::FitsIn(*heap_)) {
    Ledger(*heap_).RemoveThing(Holder::kExecutable);
    Ledger(*heap_).Release(Holder::kExecutable, count * kCodePageBytes);
  }
  return absl::OkStatus();
}

absl::Status ExecutableMemory::Free(Address block) {
  const absl::Status status = FreeBlock(block);
  Log(CodeAction::kFree, status, block, 0);
  return status;
}

// ---- looking inside --------------------------------------------------------

void ExecutableMemory::Log(CodeAction action, const absl::Status& outcome,
                           Address block, std::uint64_t size_bytes) {
  CodeHeader& header = records().header;
  AuditRecord& entry =
      records().log[header.event_count.get() % kAuditRecordCount];
  header.event_count += 1;
  entry.serial = header.event_count;
  entry.address = block.offset();
  entry.size_bytes = size_bytes;
  entry.action = static_cast<std::uint32_t>(action);
  entry.outcome = static_cast<std::uint32_t>(outcome.code());
}

void ExecutableMemory::ForEachEvent(
    absl::FunctionRef<void(const CodeEvent&)> visit) const {
  const std::uint64_t end = records().header.event_count;
  const std::uint64_t begin =
      end > kAuditRecordCount ? end - kAuditRecordCount : 0;
  for (std::uint64_t i = begin; i < end; ++i) {
    const AuditRecord& entry = records().log[i % kAuditRecordCount];
    visit({entry.serial, static_cast<CodeAction>(entry.action.get()),
           static_cast<absl::StatusCode>(entry.outcome.get()),
           Address(entry.address), entry.size_bytes});
  }
}

void ExecutableMemory::ForEach(
    absl::FunctionRef<void(const CodeBlock&)> visit) const {
  for (std::uint64_t page = 0; page < page_count(); ++page) {
    const CodeRecord& block = records().blocks[page];
    if (block.size_bytes == 0) continue;
    visit({BeginOf(page),
           block.size_bytes,
           heap_->code_state(page),
           {block.hash_high, block.hash_low}});
  }
}

bool ExecutableMemory::IsWhole(const CodeBlock& block) const {
  const std::uint64_t first = CodePageOf(block.begin);
  const std::uint64_t count = record(block.begin).page_count;
  if (first == 0 || first >= page_count() || count >= page_count() - first ||
      count != (block.size_bytes - 1) / kCodePageBytes + 1 ||
      block.state == CodeState::kNone) {
    return false;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    if (heap_->code_state(first + i) != block.state) return false;
  }
  return !IsLive(first) || (!IsLive(first - 1) && !IsLive(first + count));
}

absl::Status ExecutableMemory::CheckInvariants() const {
  std::uint64_t live_pages = 0;
  std::uint64_t block_pages = 0;
  absl::Status status;
  for (std::uint64_t page = 0; page < page_count(); ++page) {
    live_pages += IsLive(page) ? 1 : 0;
  }
  ForEach([&](const CodeBlock& block) {
    if (status.ok() && !IsWhole(block)) {
      status = absl::InternalError(absl::StrCat(
          "exec.block: not the pages of one state between two guards, at ",
          ToString(block.begin)));
    }
    if (IsLive(CodePageOf(block.begin))) {
      block_pages += record(block.begin).page_count;
    }
  });
  if (!status.ok()) return status;
  if (live_pages != block_pages ||
      live_pages * kCodePageBytes != live_bytes() ||
      live_bytes() > quota_bytes()) {
    return absl::InternalError(
        absl::StrCat("exec.live: ", live_pages, " live pages, ", block_pages,
                     " in blocks, and ", live_bytes(), " bytes are counted of ",
                     quota_bytes()));
  }
  return absl::OkStatus();
}

}  // namespace kheap
