// SPDX-License-Identifier: Apache-2.0

// Shifts of long numbers in place by 7 bits, in bytes per second:
//
//   BM_Shl_KheapSpan     the function on spans, as users call it
//   BM_Shl_KheapArena    the same on addresses, with the range check
//   BM_Shl_KheapAVX2 …   each kernel of machine/, called through a pointer
//   BM_Shl_Gmp           GMP's mpn_lshift
//   BM_Shl_Memmove       no shift at all: a memmove by one word
//   BM_Shl_Loop16, _Loop64   the rule of limb_shifts.h, limb by limb
//   BM_Rsh_…             the mirror image
//
// The arguments are the number's size in bytes and how many bytes it lies above
// a multiple of 64. Short numbers come in a pool of 4 KiB and are shifted one
// after the other: to shift one again and again would measure how long a store
// takes to reach the next load.

#include <gmp.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "bitshift/array_bit_shifts.h"
#include "bitshift/limb_shifts.h"
#include "heap/global_heap.h"
#include "machine/byte_order.h"
#include "machine/check.h"
#include "machine/limb_shift.h"

namespace kheap {
namespace {

constexpr int kCount = 7;
constexpr std::size_t kPoolBytes = 4096;

enum class Direction { kLeft, kRight };

// One number, as the host and as the guest know it.
struct Number {
  GlobalHeap& heap;
  Address address;
  std::byte* data;
  std::size_t size_bytes;

  std::span<std::byte> bytes() const { return {data, size_bytes}; }
  void Next() {
    address += size_bytes;
    data += size_bytes;
  }
};

// Equal sizes side by side in an arena.
class Pool {
 public:
  explicit Pool(const benchmark::State& state)
      : heap_(GlobalHeap::Create().value()),
        number_bytes_(static_cast<std::size_t>(state.range(0))),
        count_(number_bytes_ < kPoolBytes ? kPoolBytes / number_bytes_ : 1),
        begin_(heap_->layout().begin(Region::kHeap) +
               static_cast<std::uint64_t>(state.range(1))) {
    KHEAP_CHECK(heap_->SetBreak(begin_ + size_bytes()),
                "the arena is large enough");
    for (std::size_t i = 0; i < size_bytes(); ++i) {
      heap_->sb(begin_ + i, static_cast<std::uint8_t>(i * i * 89 + i / 7));
    }
  }

  std::size_t count() const { return count_; }
  std::size_t size_bytes() const { return number_bytes_ * count_; }
  Number first() {
    std::byte* const data =
        heap_->Span(begin_, size_bytes(), Access::kUpdate).data();
    return {*heap_, begin_, data, number_bytes_};
  }

 private:
  std::unique_ptr<GlobalHeap> heap_;
  std::size_t number_bytes_;
  std::size_t count_;
  Address begin_;
};

std::uint64_t GmpShift(Direction direction, std::span<std::byte> number) {
  const auto limbs = reinterpret_cast<mp_ptr>(number.data());
  const auto limb_count = static_cast<mp_size_t>(number.size() / 8);
  return direction == Direction::kLeft
             ? mpn_lshift(limbs, limbs, limb_count, kCount)
             : mpn_rshift(limbs, limbs, limb_count, kCount);
}

// `shift(number)` returns the bits that leave it.
template <typename Shift>
void CheckAnswer(Direction direction, Pool& pool, Shift shift) {
  const Number first = pool.first();
  std::vector<std::byte> expected(first.data, first.data + pool.size_bytes());
  const std::uint64_t expected_out =
      GmpShift(direction, {expected.data(), first.size_bytes});
  KHEAP_CHECK(shift(first) == expected_out, "what leaves is GMP's answer");
  KHEAP_CHECK(std::memcmp(first.data, expected.data(), pool.size_bytes()) == 0,
              "the shifted number is GMP's answer");
}

template <typename Shift>
void Time(benchmark::State& state, Pool& pool, Shift shift) {
  for (auto _ : state) {
    Number number = pool.first();
    for (std::size_t left = pool.count(); left > 0; --left) {
      benchmark::DoNotOptimize(shift(number));
      number.Next();
    }
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(pool.size_bytes()));
}

// Where numbers lie: as vectors like it, or also as malloc may put them.
using BytesAbove = std::vector<std::int64_t>;
const BytesAbove kAligned = {0};
const BytesAbove kAlignedOrNot = {0, 16};

template <typename Run>
void AddBenchmark(Direction direction, const std::string& who,
                  const BytesAbove& bytes_above, Run run) {
  const std::string function =
      direction == Direction::kLeft ? "BM_Shl_" : "BM_Rsh_";
  benchmark::RegisterBenchmark((function + who).c_str(), run)
      ->ArgsProduct({{64, 1024, 16 << 10, 1 << 20}, bytes_above});
}

template <typename Shift>
void Register(Direction direction, const std::string& who,
              const BytesAbove& bytes_above, Shift shift) {
  AddBenchmark(direction, who, bytes_above,
               [direction, shift](benchmark::State& state) {
                 Pool pool(state);
                 CheckAnswer(direction, pool, shift);
                 Time(state, pool, shift);
               });
}

// ---- ours -------------------------------------------------------------------

using Limb64 = std::uint64_t;

void RegisterOurs() {
  Register(Direction::kLeft, "KheapSpan", kAlignedOrNot,
           [](const Number& number) {
             return *ShlLeInPlace<Limb64>(number.bytes(), kCount);
           });
  Register(Direction::kRight, "KheapSpan", kAlignedOrNot,
           [](const Number& number) {
             return RshLeInPlace<Limb64>(number.bytes(), kCount)->carry;
           });
  Register(Direction::kLeft, "KheapArena", kAlignedOrNot,
           [](const Number& number) {
             return *ArrayBitShifts(number.heap)
                         .ShlLeInPlace<Limb64>(number.address, 0,
                                               number.size_bytes / 8, kCount);
           });
  Register(Direction::kRight, "KheapArena", kAlignedOrNot,
           [](const Number& number) {
             return ArrayBitShifts(number.heap)
                 .RshLeInPlace<Limb64>(number.address, 0, number.size_bytes / 8,
                                       kCount)
                 ->carry;
           });
}

void RegisterKernels() {
  for (const machine::LimbShiftKernel& kernel :
       machine::RunnableLimbShiftKernels()) {
    // An underscore would end the word.
    std::string who = absl::StrCat("Kheap", kernel.name);
    std::erase(who, '_');
    Register(Direction::kLeft, who, kAligned, [kernel](const Number& number) {
      const auto top = machine::LoadLittleEndian<Limb64>(
          number.data + number.size_bytes - sizeof(Limb64));
      kernel.left(number.data, number.data, number.size_bytes, kCount);
      return top >> (64 - kCount);
    });
    Register(Direction::kRight, who, kAligned, [kernel](const Number& number) {
      const auto bottom = machine::LoadLittleEndian<Limb64>(number.data);
      kernel.right(number.data, number.data, number.size_bytes, kCount);
      return bottom << (64 - kCount);
    });
  }
}

// ---- peers ------------------------------------------------------------------

// The rule of limb_shifts.h, limb by limb.
template <Limb L>
std::uint64_t ShiftByLoop(const Number& number) {
  L carry = 0;
  for (std::size_t at = 0; at < number.size_bytes; at += sizeof(L)) {
    std::byte* const limb = number.data + at;
    const L v = machine::LoadLittleEndian<L>(limb);
    machine::StoreLittleEndian<L>(
        limb, static_cast<L>(static_cast<L>(v << kCount) | carry));
    carry = static_cast<L>(v >> (kLimbBits<L> - kCount));
  }
  return carry;
}

void RegisterPeers() {
  for (const Direction direction : {Direction::kLeft, Direction::kRight}) {
    Register(direction, "Gmp", kAlignedOrNot,
             [direction](const Number& number) {
               return GmpShift(direction, number.bytes());
             });
  }
  Register(Direction::kLeft, "Loop16", kAligned, ShiftByLoop<std::uint16_t>);
  Register(Direction::kLeft, "Loop64", kAligned, ShiftByLoop<std::uint64_t>);
}

// By one word, in the direction of the shift.
void RegisterMemmove() {
  AddBenchmark(
      Direction::kLeft, "Memmove", kAlignedOrNot, [](benchmark::State& state) {
        Pool pool(state);
        Time(state, pool, [](const Number& number) {
          std::memmove(number.data + 8, number.data, number.size_bytes - 8);
          return number.data;
        });
      });
  AddBenchmark(
      Direction::kRight, "Memmove", kAlignedOrNot, [](benchmark::State& state) {
        Pool pool(state);
        Time(state, pool, [](const Number& number) {
          std::memmove(number.data, number.data + 8, number.size_bytes - 8);
          return number.data;
        });
      });
}

bool RegisterAll() {
  RegisterOurs();
  RegisterKernels();
  RegisterPeers();
  RegisterMemmove();
  return true;
}

[[maybe_unused]] const bool registered = RegisterAll();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
