// SPDX-License-Identifier: Apache-2.0
#include "gc/type_table.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gc/word_list.h"
#include "heap/memory_fault.h"

namespace kheap::gc {

namespace {

constexpr std::uint64_t kTypesMax = 65536;

// Why a type cannot be, if so.
absl::Status Validate(const TypeOptions& options) {
  const std::uint64_t size_max = options.shape == TypeShape::kArray
                                     ? std::numeric_limits<std::uint32_t>::max()
                                     : kPayloadBytesMax;
  if (options.size_bytes > size_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("a size of ", options.size_bytes,
                     " bytes is above the limit of ", size_max));
  }
  if (options.shape == TypeShape::kArray && options.size_bytes == 0) {
    return absl::InvalidArgumentError("elements of an array hold 0 bytes");
  }
  for (const std::uint64_t offset : options.reference_offsets) {
    if (options.size_bytes < kReferenceBytes ||
        offset > options.size_bytes - kReferenceBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a reference of 8 bytes at offset ", offset,
                       " does not end within ", options.size_bytes, " bytes"));
    }
    if (offset > std::numeric_limits<std::uint32_t>::max()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a reference at offset ", offset, " lies beyond the first 4 GiB"));
    }
  }
  return absl::OkStatus();
}

// References in ascending order, neighbours together; InvalidArgument where two
// overlap.
absl::StatusOr<std::vector<ReferenceRun>> RunsOf(
    std::span<const std::uint64_t> reference_offsets) {
  std::vector<std::uint64_t> offsets(reference_offsets.begin(),
                                     reference_offsets.end());
  std::sort(offsets.begin(), offsets.end());
  std::vector<ReferenceRun> runs;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t offset : offsets) {
    if (!runs.empty() && offset < end) {
      return absl::InvalidArgumentError(absl::StrCat(
          "two references overlap at offset ", offset, ", 8 bytes each"));
    }
    if (runs.empty() || offset != end) {
      ReferenceRun& run = runs.emplace_back();
      run.offset_bytes = static_cast<std::uint32_t>(offset);
      run.count = 0;
    }
    runs.back().count += 1;
    end = offset + kReferenceBytes;
  }
  return runs;
}

std::uint64_t WordOf(const ReferenceRun& run) {
  return bits::Join(run.count, run.offset_bytes);
}

}  // namespace

void RaiseCorruption(std::uint64_t position) {
  RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, Address(position),
             kHeaderBytes);
}

TypeTable::TypeTable(GlobalHeap& heap, CollectorState& state)
    : type_count_(state.types.count / kWordsPerType),
      run_count_(state.runs_of_types.count) {
  types_ = reinterpret_cast<const TypeRecord*>(
      Words(heap, state.types).all().data());
  runs_ = reinterpret_cast<const ReferenceRun*>(
      Words(heap, state.runs_of_types).all().data());
}

bool TypeTable::IsSound(std::uint64_t id) const {
  const TypeRecord& type = types_[id];
  const ObjectHeader header(type.header);
  const std::uint64_t size_bytes = type.element_bytes != 0
                                       ? std::uint64_t{type.element_bytes}
                                       : header.payload_bytes();
  if (header.type() != id || header.payload_bytes() > kPayloadBytesMax ||
      !RunEndsWithin(size_bytes, type.first_run)) {
    return false;
  }
  if (type.run_count <= 1) return true;
  const std::uint64_t count = type.run_count - 1;
  if (count > run_count_ || type.other_runs > run_count_ - count) return false;
  return std::all_of(
      runs_ + type.other_runs, runs_ + type.other_runs + count,
      [&](const ReferenceRun& run) { return RunEndsWithin(size_bytes, run); });
}

absl::StatusOr<GcType> RegisterType(GlobalHeap& heap, CollectorState& state,
                                    const TypeOptions& options) {
  if (absl::Status status = Validate(options); !status.ok()) return status;
  const auto new_runs = RunsOf(options.reference_offsets);
  if (!new_runs.ok()) return new_runs.status();
  Words types(heap, state.types);
  Words runs(heap, state.runs_of_types);
  const std::uint64_t id = types.size() / kWordsPerType;
  if (id == kTypesMax) {
    return absl::ResourceExhaustedError("all 65536 types are registered");
  }
  if (!types.Reserve(kWordsPerType) || !runs.Reserve(new_runs->size())) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the arena has no memory for type ", id));
  }
  const bool array = options.shape == TypeShape::kArray;
  const GcType type(ObjectHeader::Of(static_cast<std::uint16_t>(id),
                                     array ? 0 : options.size_bytes),
                    array ? static_cast<std::uint32_t>(options.size_bytes) : 0);
  // A TypeRecord, word by word.
  types.Append(type.header().word());
  types.Append(bits::Join(static_cast<std::uint32_t>(new_runs->size()),
                          type.element_bytes()));
  types.Append(new_runs->empty() ? 0 : WordOf(new_runs->front()));
  types.Append(runs.size());
  for (std::size_t i = 1; i < new_runs->size(); ++i) {
    runs.Append(WordOf((*new_runs)[i]));
  }
  return type;
}

}  // namespace kheap::gc
