// SPDX-License-Identifier: Apache-2.0
#include "allocators/registry.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "machine/check.h"

namespace kheap {

namespace {

RegistryLayout LayoutOf(const GlobalHeap& heap) {
  return RegistryLayout::Of(heap.layout().begin(Region::kAllocators),
                            heap.layout().capacity_bytes());
}

template <typename T>
T* At(GlobalHeap& heap, Address address) {
  return reinterpret_cast<T*>(heap.base() + address.offset());
}

absl::Status CheckName(std::string_view name) {
  if (name.size() <= kAllocatorNameBytesMax &&
      name.find('\0') == std::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "an allocator's name of ", name.size(), " bytes is above the limit of ",
      kAllocatorNameBytesMax, " bytes, or has a zero byte"));
}

}  // namespace

Registry::Registry(KMalloc& malloc, TimeSource time)
    : heap_(&malloc.heap()),
      malloc_(&malloc),
      time_(time),
      ledger_(*heap_),
      capacity_bytes_(heap_->layout().capacity_bytes()),
      header_(At<RegistryHeader>(*heap_, LayoutOf(*heap_).header)),
      records_(At<AllocatorRecord>(*heap_, LayoutOf(*heap_).records)),
      owners_(At<LittleEndian<std::uint16_t>>(*heap_, LayoutOf(*heap_).owners)),
      object_bits_(At<LittleEndian<std::uint64_t>>(
          *heap_, LayoutOf(*heap_).object_bits)) {}

absl::StatusOr<Registry> Registry::Create(KMalloc& malloc, TimeSource time) {
  if (!Ledger::FitsIn(malloc.heap())) {
    return absl::FailedPreconditionError(
        "the arena was made without LayoutOptions::allocators");
  }
  Registry registry(malloc, time);
  if (registry.header().magic == kRegistryMagic) {
    return absl::FailedPreconditionError("the arena has a registry");
  }
  KHEAP_CHECK(LayoutOf(malloc.heap()).end <=
                  malloc.heap().layout().end(Region::kAllocators),
              "the layout gives the registry the room it needs");
  registry.header().magic = kRegistryMagic;
  registry.record(kDirectPages).kind =
      static_cast<std::uint8_t>(AllocatorKind::kPages);
  registry.NoteGrowth();
  return registry;
}

absl::StatusOr<Registry> Registry::Attach(KMalloc& malloc, TimeSource time) {
  if (Ledger::FitsIn(malloc.heap())) {
    const Registry registry(malloc, time);
    if (registry.header().magic == kRegistryMagic) return registry;
  }
  return absl::FailedPreconditionError("the arena has no registry");
}

// ---- records ---------------------------------------------------------------

Address Registry::AddressOf(RecordNumber number) const {
  return LayoutOf(*heap_).records + number * sizeof(AllocatorRecord);
}

std::string_view Registry::NameOf(RecordNumber number) const {
  const auto& name = record(number).name;
  return {name.data(),
          static_cast<std::size_t>(std::find(name.begin(), name.end(), '\0') -
                                   name.begin())};
}

absl::StatusOr<RecordNumber> Registry::Add(AllocatorKind kind,
                                           std::string_view name) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  std::optional<RecordNumber> place;
  for (RecordNumber i = kRecordCount - 1; i > kDirectPages; --i) {
    if (record(i).kind == static_cast<std::uint8_t>(AllocatorKind::kNone)) {
      place = i;
    } else if (!name.empty() && NameOf(i) == name) {
      return absl::AlreadyExistsError(absl::StrCat(
          "there is an allocator `", std::string(name), "` already"));
    }
  }
  if (!place.has_value()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kRecordCount - 1, " allocators already"));
  }
  AllocatorRecord& added = record(*place);
  header_->serial += 1;
  added.kind = static_cast<std::uint8_t>(kind);
  added.serial = header_->serial;
  std::copy(name.begin(), name.end(), added.name.begin());
  return *place;
}

void Registry::Remove(RecordNumber number) {
  header_->scopes.End(static_cast<std::uint8_t>(number));
  std::memset(static_cast<void*>(&record(number)), 0, sizeof(AllocatorRecord));
}

std::optional<RecordNumber> Registry::Find(AllocatorKind kind,
                                           std::string_view name) const {
  if (name.empty()) return std::nullopt;
  for (RecordNumber i = kDirectPages + 1; i < kRecordCount; ++i) {
    if (record(i).kind == static_cast<std::uint8_t>(kind) &&
        NameOf(i) == name) {
      return i;
    }
  }
  return std::nullopt;
}

// ---- pages and objects -----------------------------------------------------

void Registry::SetOwner(Address begin, std::uint64_t size_bytes,
                        RecordNumber number) {
  NoteGrowth();
  ClearObjects(begin, begin + size_bytes);
  const std::uint64_t first = begin.offset() / kOwnedPageBytes;
  for (std::uint64_t i = 0; i < size_bytes / kOwnedPageBytes; ++i) {
    owners_[first + i] = static_cast<std::uint16_t>(number + 1);
  }
}

void Registry::ClearOwner(Address begin, std::uint64_t size_bytes) {
  std::memset(static_cast<void*>(owners_ + begin.offset() / kOwnedPageBytes), 0,
              size_bytes / kOwnedPageBytes * sizeof(*owners_));
  ClearObjects(begin, begin + size_bytes);
  SetObject(begin + kObjectGrainBytes);
}

bool Registry::WasBlock(Address begin) const {
  return begin.offset() < capacity_bytes_ &&
         bits::IsAligned(begin.offset(), kOwnedPageBytes) &&
         !OwnerOf(begin).has_value() && IsObject(begin + kObjectGrainBytes);
}

void Registry::ClearObjects(Address begin, Address end) const {
  const auto is_word = [](Address at) {
    return bits::IsAligned(at.offset(), kObjectGrainBytes * kObjectBitsPerWord);
  };
  for (; begin < end && !is_word(begin); begin += kObjectGrainBytes) {
    ClearObject(begin);
  }
  for (; end > begin && !is_word(end); end -= kObjectGrainBytes) {
    ClearObject(end - kObjectGrainBytes);
  }
  std::memset(static_cast<void*>(&WordOf(begin)), 0,
              (end - begin) / kObjectGrainBytes / 8);
}

std::uint64_t Registry::CountObjects(Address begin, Address end) const {
  std::uint64_t count = 0;
  for (; begin < end; begin += kObjectGrainBytes * kObjectBitsPerWord) {
    count += static_cast<std::uint64_t>(bits::PopCount(WordOf(begin).get()));
  }
  return count;
}

void Registry::NoteGrowth() const {
  const Address end =
      LayoutOf(*heap_).object_bits +
      RegistryLayout::ObjectBitsBytes(heap_->break_address().offset());
  const int region = IndexOf(Region::kAllocators);
  if (heap_->control().regions[region].used_end < end.offset()) {
    heap_->SetUsedEnd(Region::kAllocators, end);
  }
}

}  // namespace kheap
