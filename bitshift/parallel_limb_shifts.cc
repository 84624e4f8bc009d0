// SPDX-License-Identifier: Apache-2.0
#include "bitshift/parallel_limb_shifts.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "machine/byte_order.h"
#include "machine/limb_shift.h"

namespace kheap::internal {

namespace {

// Every piece but the last is a whole number of cache lines, so that two
// workers share a line only where the number begins in the middle of one. The
// last piece is at least as long as the others.
constexpr std::size_t kPieceAlignment = 64;

// All that a worker knows, and what it leaves for the neighbour.
struct Piece {
  std::byte* base;
  std::size_t offset;
  std::size_t size_bytes;
  std::uint64_t lost = 0;

  std::byte* lowest_word() const { return base + offset; }
  std::byte* highest_word() const {
    return base + offset + size_bytes - sizeof(std::uint64_t);
  }
};

std::uint64_t Load(const std::byte* word) {
  return machine::LoadLittleEndian<std::uint64_t>(word);
}

void OrInto(std::byte* word, std::uint64_t bits) {
  machine::StoreLittleEndian<std::uint64_t>(word, Load(word) | bits);
}

// As many pieces as workers, or fewer where the number is too short for that.
std::vector<Piece> Cut(std::span<std::byte> number, int workers) {
  const std::size_t count = std::clamp<std::size_t>(
      number.size() / kPieceAlignment, 1, std::max(workers, 1));
  const std::size_t size_bytes =
      number.size() / count / kPieceAlignment * kPieceAlignment;
  std::vector<Piece> pieces;
  pieces.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    pieces.push_back({number.data(), i * size_bytes, size_bytes});
  }
  pieces.back().size_bytes = number.size() - pieces.back().offset;
  return pieces;
}

// Runs `work` on each piece: the first in this thread, each other in one of its
// own as far as the host grants them.
template <typename Work>
void RunOnEach(std::vector<Piece>& pieces, Work work) {
  std::vector<std::thread> threads;
  threads.reserve(pieces.size());
  std::size_t next = 1;
  try {
    for (; next < pieces.size(); ++next) {
      threads.emplace_back(work, std::ref(pieces[next]));
    }
  } catch (const std::system_error&) {
    // The pieces from `next` on are left to this thread.
  }
  work(pieces[0]);
  for (; next < pieces.size(); ++next) work(pieces[next]);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

void ShlInPieces(std::span<std::byte> number, int s, int workers) {
  std::vector<Piece> pieces = Cut(number, workers);
  if (pieces.size() == 1) {
    machine::ShiftLeft(number.data(), number.data(), number.size(), s);
    return;
  }
  RunOnEach(pieces, [s](Piece& piece) {
    piece.lost = Load(piece.highest_word()) >> (64 - s);
    machine::ShiftLeft(piece.lowest_word(), piece.lowest_word(),
                       piece.size_bytes, s);
  });
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    OrInto(pieces[i].lowest_word(), pieces[i - 1].lost);
  }
}

void RshInPieces(std::span<std::byte> number, int s, int workers) {
  std::vector<Piece> pieces = Cut(number, workers);
  if (pieces.size() == 1) {
    machine::ShiftRight(number.data(), number.data(), number.size(), s);
    return;
  }
  RunOnEach(pieces, [s](Piece& piece) {
    piece.lost = Load(piece.lowest_word()) << (64 - s);
    machine::ShiftRight(piece.lowest_word(), piece.lowest_word(),
                        piece.size_bytes, s);
  });
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    OrInto(pieces[i - 1].highest_word(), pieces[i].lost);
  }
}

}  // namespace kheap::internal
