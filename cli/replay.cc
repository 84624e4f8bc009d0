// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "cli/pattern.h"
#include "cli/quantity.h"
#include "heap/address.h"
#include "heap/global_heap.h"

namespace kheap::cli {

namespace {

using Kind = TraceOperation::Kind;

std::string PlaceOf(const Trace& trace, std::size_t index) {
  return absl::StrCat(trace.name, ":", LineOf(index), ": ");
}

absl::Status OutOfMemory(const Trace& trace, std::size_t index,
                         const ProcessOptions& options) {
  return absl::ResourceExhaustedError(
      absl::StrCat(PlaceOf(trace, index), "out of memory: no room for ",
                   GroupDigits(trace.operations[index].size_bytes),
                   " bytes in the arena of ",
                   GroupDigits(options.heap.layout.capacity_bytes),
                   " bytes; --max-memory sets its size"));
}

// ---- verified ---------------------------------------------------------------

class Verifier {
 public:
  Verifier(const Trace& trace, Process process, const ProcessOptions& options)
      : trace_(trace),
        options_(options),
        process_(std::move(process)),
        blocks_(trace.id_count) {}

  absl::Status Perform(std::size_t index);
  absl::Status VerifyLiveBlocks();
  absl::Status CheckInvariants() const;
  MallocStats Stats() const { return process_.malloc().Stats(); }

 private:
  struct Block {
    Address address;
    std::uint64_t size_bytes = 0;
  };

  absl::Status Allocate(std::uint32_t id, std::uint64_t size_bytes);
  absl::Status Reallocate(std::uint32_t id, std::uint64_t size_bytes);
  absl::Status Free(std::uint32_t id);
  // Takes what the allocator returned for a block: its first bytes have to be
  // what they were, and the pattern goes on behind them.
  absl::Status Accept(std::uint32_t id, Address address,
                      std::uint64_t size_bytes, std::uint64_t kept_bytes);
  // Whether the first bytes of the block are as they were left.
  absl::Status Verify(std::uint32_t id, std::uint64_t size_bytes) const;
  absl::Status Wrong(std::string_view what) const {
    return absl::InternalError(
        absl::StrCat(PlaceOf(trace_, index_), std::string(what)));
  }

  const Trace& trace_;
  const ProcessOptions& options_;
  Process process_;
  std::vector<Block> blocks_;  // by id; null where there is none
  std::size_t index_ = 0;      // of the operation under way, or the last one
};

absl::Status Verifier::Perform(std::size_t index) {
  index_ = index;
  const TraceOperation& operation = trace_.operations[index];
  switch (operation.kind) {
    case Kind::kAllocate:
      return Allocate(operation.id, operation.size_bytes);
    case Kind::kReallocate:
      return Reallocate(operation.id, operation.size_bytes);
    case Kind::kFree:
      return Free(operation.id);
  }
  return absl::OkStatus();
}

absl::Status Verifier::Allocate(std::uint32_t id, std::uint64_t size_bytes) {
  return Accept(id, process_.malloc().Malloc(size_bytes), size_bytes, 0);
}

absl::Status Verifier::Reallocate(std::uint32_t id, std::uint64_t size_bytes) {
  const Block old = blocks_[id];
  absl::Status status = Verify(id, old.size_bytes);
  if (!status.ok()) return status;
  const Address moved = process_.malloc().Realloc(old.address, size_bytes);
  if (size_bytes == 0 && !old.address.is_null()) {
    blocks_[id] = {};
    return moved.is_null() ? absl::OkStatus()
                           : Wrong("a realloc to 0 bytes is not null");
  }
  return Accept(id, moved, size_bytes, std::min(old.size_bytes, size_bytes));
}

absl::Status Verifier::Free(std::uint32_t id) {
  absl::Status status = Verify(id, blocks_[id].size_bytes);
  if (!status.ok()) return status;
  process_.malloc().Free(blocks_[id].address);
  blocks_[id] = {};
  return absl::OkStatus();
}

absl::Status Verifier::Accept(std::uint32_t id, Address address,
                              std::uint64_t size_bytes,
                              std::uint64_t kept_bytes) {
  if (address.is_null()) return OutOfMemory(trace_, index_, options_);
  if (!bits::IsAligned(address.offset(), kGranuleBytes)) {
    return Wrong(absl::StrCat("the block at ", address.offset(),
                              " is not aligned to ", kGranuleBytes));
  }
  if (process_.malloc().MallocUsableSize(address) < size_bytes) {
    return Wrong(absl::StrCat("the block of id ", id, " is too small"));
  }
  blocks_[id] = {address, size_bytes};
  absl::Status status = Verify(id, kept_bytes);
  if (!status.ok()) return status;
  Pattern(id).Fill(process_.heap().Span(address, size_bytes, Access::kStore),
                   kept_bytes);
  return absl::OkStatus();
}

absl::Status Verifier::Verify(std::uint32_t id,
                              std::uint64_t size_bytes) const {
  const Block& block = blocks_[id];
  const std::optional<std::uint64_t> mismatch =
      Pattern(id).FindMismatch(process_.heap().Span(block.address, size_bytes));
  if (!mismatch.has_value()) return absl::OkStatus();
  return Wrong(absl::StrCat("byte ", *mismatch, " of the ", block.size_bytes,
                            " bytes of id ", id, " is lost"));
}

absl::Status Verifier::VerifyLiveBlocks() {
  for (std::uint32_t id = 0; id < blocks_.size(); ++id) {
    absl::Status status = Verify(id, blocks_[id].size_bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Verifier::CheckInvariants() const {
  const absl::Status status = process_.malloc().CheckInvariants();
  return status.ok() ? status : Wrong(absl::StrCat(status.message()));
}

// ---- timed ------------------------------------------------------------------

// Nothing but the calls. Returns how many operations were served.
std::size_t PerformAll(KMalloc& malloc,
                       std::span<const TraceOperation> operations,
                       std::span<Address> blocks) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const TraceOperation& operation = operations[i];
    Address& block = blocks[operation.id];
    switch (operation.kind) {
      case Kind::kAllocate:
        block = malloc.Malloc(operation.size_bytes);
        if (block.is_null()) return i;
        break;
      case Kind::kReallocate:
        block = malloc.Realloc(block, operation.size_bytes);
        if (block.is_null() && operation.size_bytes != 0) return i;
        break;
      case Kind::kFree:
        malloc.Free(block);
        break;
    }
  }
  return operations.size();
}

absl::StatusOr<double> TimeRound(const Trace& trace,
                                 const ProcessOptions& options) {
  absl::StatusOr<Process> process = Process::Create(options);
  if (!process.ok()) return process.status();
  std::vector<Address> blocks(trace.id_count);
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t served =
      PerformAll(process->malloc(), trace.operations, blocks);
  const auto end = std::chrono::steady_clock::now();
  if (served < trace.operations.size()) {
    return OutOfMemory(trace, served, options);
  }
  return std::chrono::duration<double, std::nano>(end - begin).count();
}

}  // namespace

absl::StatusOr<VerifiedReplay> ReplayVerified(const Trace& trace,
                                              const ProcessOptions& options,
                                              const CheckOptions& checks,
                                              Progress& progress) {
  absl::StatusOr<Process> process = Process::Create(options);
  if (!process.ok()) return process.status();
  Verifier verifier(trace, *std::move(process), options);
  VerifiedReplay result;
  const auto check = [&] {
    ++result.check_count;
    return verifier.CheckInvariants();
  };
  const std::size_t count = trace.operations.size();
  progress.Begin("verifying", count);
  for (std::size_t i = 0; i < count; ++i) {
    absl::Status status = verifier.Perform(i);
    if (status.ok() && checks.interval != 0 && (i + 1) % checks.interval == 0) {
      status = check();
    }
    if (!status.ok()) return status;
    progress.Show(i + 1);
  }
  absl::Status status = verifier.VerifyLiveBlocks();
  const bool is_checked =
      checks.interval != 0 && count != 0 && count % checks.interval == 0;
  if (status.ok() && checks.at_end && !is_checked) status = check();
  if (!status.ok()) return status;
  result.stats = verifier.Stats();
  return result;
}

absl::StatusOr<double> TimeReplay(const Trace& trace,
                                  const ProcessOptions& options,
                                  std::uint64_t round_count,
                                  Progress& progress) {
  std::vector<double> rounds;
  progress.Begin("timing", round_count);
  for (std::uint64_t i = 0; i < round_count; ++i) {
    const absl::StatusOr<double> round = TimeRound(trace, options);
    if (!round.ok()) return round.status();
    rounds.push_back(*round);
    progress.Show(i + 1);
  }
  std::sort(rounds.begin(), rounds.end());
  const std::size_t middle = rounds.size() / 2;
  return rounds.size() % 2 == 1 ? rounds[middle]
                                : (rounds[middle - 1] + rounds[middle]) / 2;
}

}  // namespace kheap::cli
