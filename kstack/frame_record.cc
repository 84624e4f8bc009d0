// SPDX-License-Identifier: Apache-2.0
#include "kstack/frame_record.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "bitshift/bits.h"

namespace kheap {

namespace {

// XXH3 is defined by its byte order, so the seal is the same on every host.
std::uint64_t SealOf(Address record, std::span<const std::byte> bytes) {
  const auto sealed = bytes.subspan(sizeof(FrameRecord::seal));
  return XXH3_64bits_withSeed(sealed.data(), sealed.size(), record.offset());
}

std::string_view NameIn(std::span<const std::byte> record) {
  const auto area = record.subspan(sizeof(FrameRecord));
  const auto* text = reinterpret_cast<const char*>(area.data());
  return {text, static_cast<std::size_t>(
                    std::find(text, text + area.size(), '\0') - text)};
}

// Whether a record could lie there: aligned, and inside the stack.
bool CouldBeRecord(const MemoryLayout& layout, Address record) {
  return bits::IsAligned(record.offset(), kStackAlignment) &&
         record >= layout.begin(Region::kStack) &&
         record < layout.end(Region::kStack) &&
         layout.end(Region::kStack) - record >= sizeof(FrameRecord);
}

}  // namespace

std::uint64_t FrameRecordBytes(std::string_view name) {
  return sizeof(FrameRecord) + bits::AlignUp(name.size(), kStackAlignment);
}

void WriteFrameRecord(GlobalHeap& heap, const FrameFacts& facts) {
  const auto bytes =
      heap.RuntimeSpan(facts.record, FrameRecordBytes(facts.name));
  const auto name = bytes.subspan(sizeof(FrameRecord));
  std::fill(std::copy_n(reinterpret_cast<const std::byte*>(facts.name.data()),
                        facts.name.size(), name.begin()),
            name.end(), std::byte{0});
  auto& record = heap.RuntimeObject<FrameRecord>(facts.record);
  record.caller_frame = facts.caller_frame.offset();
  record.caller_pointer = facts.caller_pointer.offset();
  record.serial = facts.serial;
  record.seal = SealOf(facts.record, bytes);
}

std::optional<FrameFacts> ReadFrameRecord(const GlobalHeap& heap,
                                          Address record) {
  const MemoryLayout& layout = heap.layout();
  if (!CouldBeRecord(layout, record)) return std::nullopt;
  const auto& fields = heap.RuntimeObject<FrameRecord>(record);
  const Address caller_pointer(fields.caller_pointer);
  if (caller_pointer <= record || caller_pointer > layout.end(Region::kStack)) {
    return std::nullopt;
  }
  const std::uint64_t size_bytes =
      bits::AlignDown(caller_pointer.offset(), kStackAlignment) -
      record.offset();
  if (size_bytes < sizeof(FrameRecord) ||
      size_bytes > sizeof(FrameRecord) + kFrameNameBytesMax) {
    return std::nullopt;
  }
  const auto bytes = heap.RuntimeSpan(record, size_bytes);
  if (fields.seal != SealOf(record, bytes)) return std::nullopt;
  return FrameFacts{record, Address(fields.caller_frame), caller_pointer,
                    fields.serial, NameIn(bytes)};
}

}  // namespace kheap
