// SPDX-License-Identifier: Apache-2.0
// Random calls of all allocators together, against containers of the host: what
// is live keeps its bytes, is apart from everything else that is live, and the
// ledger counts exactly that.
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

enum class Call {
  kBumpAllocate,
  kBumpMark,
  kBumpRelease,
  kBumpReset,
  kBumpReplace,
  kPoolAllocate,
  kPoolFree,
  kPoolReplace,
  kPageAllocate,
  kPageFree,
  kBuffer,
  kBufferResize,
  kBufferFree,
  kScopeOpen,
  kInnerScopeOpen,
  kInnerDestroy,
  kScopeClose,
  kBumpBufferResize,
  kBumpBufferFree,
};

struct Step {
  Call call;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::size_t pick;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << static_cast<int>(step.call) << ", " << step.size_bytes
             << ", " << step.alignment << ", " << step.pick << "}";
}

rc::Gen<Step> AnyStep() {
  return rc::gen::construct<Step>(
      rc::gen::weightedElement<Call>({{8, Call::kBumpAllocate},
                                      {2, Call::kBumpMark},
                                      {1, Call::kBumpRelease},
                                      {1, Call::kBumpReset},
                                      {1, Call::kBumpReplace},
                                      {8, Call::kPoolAllocate},
                                      {6, Call::kPoolFree},
                                      {1, Call::kPoolReplace},
                                      {3, Call::kPageAllocate},
                                      {2, Call::kPageFree},
                                      {4, Call::kBuffer},
                                      {3, Call::kBufferResize},
                                      {3, Call::kBufferFree},
                                      {2, Call::kScopeOpen},
                                      {2, Call::kInnerScopeOpen},
                                      {1, Call::kInnerDestroy},
                                      {2, Call::kScopeClose},
                                      {2, Call::kBumpBufferResize},
                                      {1, Call::kBumpBufferFree}}),
      rc::gen::weightedOneOf<std::uint64_t>(
          {{8, rc::gen::inRange<std::uint64_t>(1, 200)},
           {3, rc::gen::inRange<std::uint64_t>(1, 9000)},
           {1, rc::gen::inRange<std::uint64_t>(1, 300000)}}),
      rc::gen::map(rc::gen::inRange(4, 9),
                   [](int log2) { return std::uint64_t{1} << log2; }),
      rc::gen::arbitrary<std::size_t>());
}

// What is live of one allocator: where, how long, and what it was filled with.
struct Piece {
  Address address;
  std::uint64_t size_bytes;
  std::uint8_t fill;
  bool is_buffer;  // in a bump allocator: Buffers made it
};
using Pieces = std::vector<Piece>;

class Model {
 public:
  explicit Model(bool checked)
      : arena_(checked),
        pages_(arena_.registry()),
        buffers_(arena_.registry()),
        bump_(MakeBump().value()),
        pool_(MakePool().value()) {}
  ~Model() { CloseScopes(); }

  void Apply(const Step& step) {
    switch (step.call) {
      case Call::kBumpAllocate:
        return Keep(in_bump_, bump_.Allocate(step.size_bytes, step.alignment),
                    step.size_bytes);
      case Call::kBumpMark:
        return marks_.push_back({bump_.Mark(), in_bump_.size()});
      case Call::kBumpRelease:
        return ReleaseBump(step.pick);
      case Call::kBumpReset:
        bump_.Reset();
        marks_.clear();
        return in_bump_.clear();
      case Call::kBumpReplace:
        return Replace(bump_, in_bump_, MakeBump());
      case Call::kPoolAllocate:
        Keep(in_pool_, pool_.Allocate(), 40);
        pool_peak_ = std::max(pool_peak_, in_pool_.size());
        return;
      case Call::kPoolFree:
        return Drop(in_pool_, step.pick, [&](Address a) { pool_.Free(a); });
      case Call::kPoolReplace:
        return Replace(pool_, in_pool_, MakePool());
      case Call::kPageAllocate:
        return Keep(in_pages_, pages_.Allocate(step.size_bytes),
                    step.size_bytes);
      case Call::kPageFree:
        return Drop(in_pages_, step.pick, [&](Address a) { pages_.Free(a); });
      case Call::kBuffer:
        return Keep(
            ScopePieces(),
            buffers_.Buffer(step.size_bytes, {.alignment = step.alignment}),
            step.size_bytes, true);
      case Call::kBufferResize:
        return ResizeBuffer(step);
      case Call::kBufferFree:
        return Drop(in_buffers_, step.pick,
                    [&](Address a) { buffers_.Free(a); });
      case Call::kScopeOpen:
        return OpenScope(bump_, bump_number_);
      case Call::kInnerScopeOpen:
        if (!inner_.has_value()) inner_ = MakeBump().value();
        return OpenScope(*inner_, inner_number_);
      case Call::kInnerDestroy:
        return DestroyInner();
      case Call::kScopeClose:
        if (!scopes_.empty()) scopes_.pop_back();
        return;
      case Call::kBumpBufferResize:
        return ResizeBumpBuffer(step);
      case Call::kBumpBufferFree:
        // Stays until the allocator lets go of it.
        if (const Piece* piece = PickBumpBuffer(step.pick)) {
          buffers_.Free(piece->address);
        }
    }
  }

  void Check() {
    RC_ASSERT(AllocationScope::Current(arena_.registry()).has_value() ==
              (&ScopePieces() != &in_buffers_));
    std::map<Address, std::uint64_t> ranges;
    for (const Pieces* pieces :
         {&in_bump_, &in_inner_, &in_pool_, &in_pages_, &in_buffers_}) {
      for (const Piece& piece : *pieces) {
        CheckBytes(piece);
        RC_ASSERT(ranges.emplace(piece.address, piece.size_bytes).second);
      }
    }
    Address end;
    for (const auto& [address, size_bytes] : ranges) {
      RC_ASSERT(end <= address);
      end = address + size_bytes;
    }
    CheckLedger();
    // Walks everything, so not each time.
    if (++checks_ % 8 != 0) return;
    RC_ASSERT(bump_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(pool_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(pages_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(buffers_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(arena_.malloc().CheckInvariants() == absl::OkStatus());
  }

  void FreeAll() {
    CloseScopes();
    while (!in_buffers_.empty()) {
      Drop(in_buffers_, 0, [&](Address a) { buffers_.Free(a); });
    }
    DestroyInner();
    pages_.ReclaimAll();
    pool_.Destroy();
    bump_.Destroy();
    for (int i = 0; i < kHolderCount; ++i) {
      const Tally tally = arena_.TallyOf(static_cast<Holder>(i));
      RC_ASSERT(tally.live_count == 0u);
      RC_ASSERT(tally.live_bytes == 0u);
    }
    RC_ASSERT(arena_.malloc().Stats().live_blocks == 0u);
  }

  GlobalHeap& heap() { return arena_.heap(); }

 private:
  absl::StatusOr<BumpAllocator> MakeBump() {
    return BumpAllocator::Create(arena_.registry(), {.block_bytes = 3000});
  }
  absl::StatusOr<Pool> MakePool() {
    return Pool::Create(arena_.registry(),
                        {.object_bytes = 40, .block_bytes = 1000});
  }
  // Destroys an allocator and goes on with another one, if there is room.
  template <typename Allocator>
  void Replace(Allocator& allocator, Pieces& pieces,
               const absl::StatusOr<Allocator>& next) {
    if (!next.ok()) return;
    allocator.Destroy();
    RC_ASSERT(!allocator.exists());
    RC_ASSERT(FaultOf([&] { allocator.Destroy(); }).has_value());
    allocator = *next;
    pieces.clear();
    if (&pieces != &in_bump_) return;
    marks_.clear();
    bump_number_ += 1;
  }

  void OpenScope(const BumpAllocator& allocator, int number) {
    scopes_.push_back({std::make_unique<AllocationScope>(allocator), number});
  }
  void DestroyInner() {
    if (!inner_.has_value()) return;
    inner_->Destroy();
    inner_.reset();
    in_inner_.clear();
    inner_number_ -= 1;
  }
  // Where buffers come from. Scopes end with their allocator; then those around
  // them count.
  Pieces& ScopePieces() {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (scope->second == bump_number_) return in_bump_;
      if (scope->second == inner_number_) return in_inner_;
    }
    return in_buffers_;
  }
  void CloseScopes() {
    while (!scopes_.empty()) scopes_.pop_back();
  }

  void Keep(Pieces& pieces, Address address, std::uint64_t size_bytes,
            bool is_buffer = false) {
    if (address.is_null()) return;
    const Piece piece = {address, size_bytes, ++fill_, is_buffer};
    heap().Fill(address, static_cast<std::byte>(piece.fill), size_bytes);
    pieces.push_back(piece);
  }
  template <typename Free>
  void Drop(Pieces& pieces, std::size_t pick, Free free) {
    if (pieces.empty()) return;
    pick %= pieces.size();
    const Address address = pieces[pick].address;
    free(address);
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(pick));
    // No second time.
    RC_ASSERT(FaultOf([&] { free(address); }).has_value());
  }
  void ReleaseBump(std::size_t pick) {
    if (marks_.empty()) return;
    pick %= marks_.size();
    const auto [mark, piece_count] = marks_[pick];
    bump_.Release(mark);
    marks_.resize(pick + 1);
    in_bump_.resize(piece_count);
  }
  void ResizeBuffer(const Step& step) {
    if (in_buffers_.empty()) return;
    Piece& piece = in_buffers_[step.pick % in_buffers_.size()];
    const Address resized = buffers_.Resize(piece.address, step.size_bytes);
    if (resized.is_null()) return;
    piece.address = resized;
    piece.size_bytes = std::min(piece.size_bytes, step.size_bytes);
    CheckBytes(piece);
    piece.size_bytes = step.size_bytes;
    heap().Fill(resized, static_cast<std::byte>(piece.fill), step.size_bytes);
  }
  const Piece* PickBumpBuffer(std::size_t pick) const {
    std::vector<const Piece*> buffers;
    for (const Piece& piece : in_bump_) {
      if (piece.is_buffer) buffers.push_back(&piece);
    }
    return buffers.empty() ? nullptr : buffers[pick % buffers.size()];
  }
  // The old bytes stay as well.
  void ResizeBumpBuffer(const Step& step) {
    const Piece* const piece = PickBumpBuffer(step.pick);
    if (piece == nullptr) return;
    const Address resized = buffers_.Resize(piece->address, step.size_bytes);
    if (resized.is_null()) return;
    RC_ASSERT(bump_.Owns(resized));
    RC_ASSERT(resized != piece->address);
    CheckBytes({resized, std::min(piece->size_bytes, step.size_bytes),
                piece->fill, true});
    Keep(in_bump_, resized, step.size_bytes, true);
  }
  void CheckBytes(const Piece& piece) {
    const auto bytes =
        std::as_const(heap()).Span(piece.address, piece.size_bytes);
    for (const std::byte byte : bytes) {
      RC_ASSERT(byte == static_cast<std::byte>(piece.fill));
    }
  }
  void CheckLedger() {
    const Tally pool = arena_.TallyOf(Holder::kPool);
    RC_ASSERT(pool.live_bytes == in_pool_.size() * 40);
    RC_ASSERT(pool.peak_bytes == pool_peak_ * 40);
    RC_ASSERT(arena_.TallyOf(Holder::kBump).live_bytes ==
              bump_.used_bytes() +
                  (inner_.has_value() ? inner_->used_bytes() : 0));
    RC_ASSERT(arena_.TallyOf(Holder::kManual).live_count == in_buffers_.size());
    RC_ASSERT(pages_.block_count() == in_pages_.size());
    RC_ASSERT(arena_.TallyOf(Holder::kTotal).live_bytes ==
              arena_.TallyOf(Holder::kManual).live_bytes +
                  arena_.TallyOf(Holder::kPages).live_bytes);
  }

  RegistryArena arena_;
  PageAllocator pages_;
  Buffers buffers_;
  BumpAllocator bump_;
  std::optional<BumpAllocator> inner_;  // made by a scope of its own
  Pool pool_;
  // Of the bump allocators that are there now; others have other numbers.
  int bump_number_ = 1;
  int inner_number_ = -1;
  std::size_t pool_peak_ = 0;  // of all pools together
  std::uint8_t fill_ = 0;
  int checks_ = 0;
  Pieces in_bump_;
  Pieces in_inner_;
  Pieces in_pool_;
  Pieces in_pages_;
  Pieces in_buffers_;
  std::vector<std::pair<Address, std::size_t>> marks_;
  // With the number of the bump allocator that was there then.
  std::vector<std::pair<std::unique_ptr<AllocationScope>, int>> scopes_;
};

void RunAgainstModel(bool checked) {
  Model model(checked);
  for (const Step& step : *rc::gen::container<std::vector<Step>>(AnyStep())) {
    model.Apply(step);
    model.Check();
  }
  model.FreeAll();
}

RC_GTEST_PROP(AllocatorsProperty, AgreeWithContainersOfTheHost, ()) {
  RunAgainstModel(false);
}
RC_GTEST_PROP(AllocatorsProperty, AgreeWithContainersOfTheHostChecked, ()) {
  RunAgainstModel(true);
}

RC_GTEST_PROP(AllocatorsProperty, TheSameStepsLeadToTheSameBytes, ()) {
  const bool checked = *rc::gen::arbitrary<bool>();
  Model a(checked);
  Model b(checked);
  for (const Step& step : *rc::gen::container<std::vector<Step>>(AnyStep())) {
    a.Apply(step);
    b.Apply(step);
  }
  RC_ASSERT(a.heap() == b.heap());
  RC_ASSERT(a.heap().ComputeDigest() == b.heap().ComputeDigest());
}

}  // namespace
}  // namespace kheap
