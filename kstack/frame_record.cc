// SPDX-License-Identifier: Apache-2.0
#include "kstack/frame_record.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "bitshift/bits.h"
#include "machine/byte_order.h"

namespace kheap {

namespace {

// 2^64 over the golden ratio, odd (Knuth, TAOCP 6.4, multiplicative hashing).
constexpr std::uint64_t kMultiplier = 11400714819323198485u;

// One step of the seal. A bijection of the seal so far, so a change to a single
// word always changes the outcome.
std::uint64_t Seal(std::uint64_t seal, std::uint64_t word) {
  return bits::Xor(seal, word) * kMultiplier;
}

std::uint64_t SealOf(Address record, std::span<const std::byte> bytes) {
  std::uint64_t seal = record.offset();
  for (std::size_t i = sizeof(FrameRecord::seal); i < bytes.size(); i += 8) {
    seal =
        Seal(seal, machine::LoadLittleEndian<std::uint64_t>(bytes.data() + i));
  }
  return seal;
}

// Bytes [begin, begin + 8) of the text as a little-endian word, zeros behind
// its end.
std::uint64_t WordOf(std::string_view text, std::size_t begin) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(text.data());
  if (text.size() >= begin + 8) {
    return machine::LoadLittleEndian<std::uint64_t>(bytes + begin);
  }
  std::uint64_t word = 0;
  for (std::size_t i = text.size(); i > begin; --i) {
    word = bits::Or(bits::ShiftLeft(word, 8),
                    std::to_integer<std::uint64_t>(bytes[i - 1]));
  }
  return word;
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
  auto& record = *reinterpret_cast<FrameRecord*>(bytes.data());
  record.caller_frame = facts.caller_frame.offset();
  record.caller_pointer = facts.caller_pointer.offset();
  record.serial = facts.serial;
  // Word by word: a word that is read back right after its bytes were stored
  // one by one waits for them.
  std::uint64_t seal = facts.record.offset();
  seal = Seal(seal, facts.caller_frame.offset());
  seal = Seal(seal, facts.caller_pointer.offset());
  seal = Seal(seal, facts.serial);
  for (std::size_t i = sizeof(FrameRecord); i < bytes.size(); i += 8) {
    const std::uint64_t word = WordOf(facts.name, i - sizeof(FrameRecord));
    machine::StoreLittleEndian(bytes.data() + i, word);
    seal = Seal(seal, word);
  }
  record.seal = seal;
}

std::optional<FrameFacts> ReadFrameRecord(const GlobalHeap& heap,
                                          Address record) {
  const MemoryLayout& layout = heap.layout();
  if (!CouldBeRecord(layout, record)) return std::nullopt;
  const std::byte* const begin = heap.base() + record.offset();
  const auto& fields = *reinterpret_cast<const FrameRecord*>(begin);
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
  const std::span<const std::byte> bytes(begin, size_bytes);
  if (fields.seal != SealOf(record, bytes)) return std::nullopt;
  return FrameFacts{record, Address(fields.caller_frame), caller_pointer,
                    fields.serial, NameIn(bytes)};
}

}  // namespace kheap
