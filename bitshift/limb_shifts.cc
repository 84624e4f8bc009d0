// SPDX-License-Identifier: Apache-2.0
#include "bitshift/limb_shifts.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

constexpr std::uint64_t kWordBits = 64;
constexpr std::uint64_t kWordBytes = 8;

// A shift by any count as one that moves whole words, and one by the rest.
struct SplitCount {
  std::uint64_t offset_bytes;
  int bits;  // 0 … 63

  explicit SplitCount(std::uint64_t count)
      : offset_bytes(count / kWordBits * kWordBytes),
        bits(static_cast<int>(count % kWordBits)) {}
};

bool HasSetBit(std::span<const std::byte> bytes) {
  std::uint64_t all = 0;
  for (; bytes.size() >= kWordBytes; bytes = bytes.subspan(kWordBytes)) {
    all |= machine::LoadLittleEndian<std::uint64_t>(bytes.data());
  }
  for (const std::byte byte : bytes) {
    all |= std::to_integer<std::uint64_t>(byte);
  }
  return all != 0;
}

// Whether any of the highest (lowest) `count` bits is set; `count` is below the
// number's bits.
bool HasSetBitAtTop(std::span<const std::byte> number, std::uint64_t count) {
  const std::uint64_t bytes = count / 8;
  const int bits = static_cast<int>(count % 8);
  const auto partial =
      std::to_integer<unsigned>(number[number.size() - bytes - 1]);
  return (partial >> (8 - bits)) != 0 || HasSetBit(number.last(bytes));
}

bool HasSetBitAtBottom(std::span<const std::byte> number, std::uint64_t count) {
  const std::uint64_t bytes = count / 8;
  const int bits = static_cast<int>(count % 8);
  const auto partial = std::to_integer<unsigned>(number[bytes]);
  return (partial & ((1u << bits) - 1)) != 0 || HasSetBit(number.first(bytes));
}

// Whether a shift by `count` bits leaves nothing of a number of this size.
bool LeavesNothing(std::size_t size_bytes, std::uint64_t count) {
  return count / 8 >= size_bytes;
}

void FillWithZeros(std::span<std::byte> bytes) {
  if (!bytes.empty()) std::memset(bytes.data(), 0, bytes.size());
}

}  // namespace

absl::Status RefuseLimbShift(int s, std::size_t size_bytes, int limb_bits) {
  if (s < 1 || s >= limb_bits) {
    return absl::InvalidArgumentError(
        absl::StrCat("a shift of ", s, " bits is outside 1 to ", limb_bits - 1,
                     ", the range for limbs of ", limb_bits, " bits"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(size_bytes, " bytes are not a whole number of limbs of ",
                   limb_bits / 8, " bytes"));
}

bool ShlBitsLeInPlace(std::span<std::byte> number, std::uint64_t count) {
  if (LeavesNothing(number.size(), count)) {
    const bool out = HasSetBit(number);
    FillWithZeros(number);
    return out;
  }
  const bool out = HasSetBitAtTop(number, count);
  const SplitCount split(count);
  std::byte* const source = number.data();
  std::byte* const destination = source + split.offset_bytes;
  const std::size_t kept_bytes = number.size() - split.offset_bytes;
  if (split.bits == 0) {
    std::memmove(destination, source, kept_bytes);
  } else {
    machine::ShiftLeft(destination, source, kept_bytes, split.bits);
  }
  FillWithZeros(number.first(split.offset_bytes));
  return out;
}

bool RshBitsLeInPlace(std::span<std::byte> number, std::uint64_t count) {
  if (LeavesNothing(number.size(), count)) {
    const bool out = HasSetBit(number);
    FillWithZeros(number);
    return out;
  }
  const bool out = HasSetBitAtBottom(number, count);
  const SplitCount split(count);
  std::byte* const destination = number.data();
  const std::byte* const source = destination + split.offset_bytes;
  const std::size_t kept_bytes = number.size() - split.offset_bytes;
  if (split.bits == 0) {
    std::memmove(destination, source, kept_bytes);
  } else {
    machine::ShiftRight(destination, source, kept_bytes, split.bits);
  }
  FillWithZeros(number.last(split.offset_bytes));
  return out;
}

}  // namespace kheap
