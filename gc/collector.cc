// SPDX-License-Identifier: Apache-2.0
#include "gc/collector.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gc/holding.h"
#include "gc/major_collection.h"
#include "gc/minor_collection.h"
#include "gc/nursery.h"
#include "gc/old_space.h"
#include "gc/space.h"
#include "gc/word_list.h"
#include "kmalloc/kmalloc.h"

namespace kheap::gc {

namespace {

constexpr std::uint64_t kNurseryBytesMin = 2 * kBlockBytes;
constexpr std::uint64_t kMarkStackSlotsMin = 1024;
// No table takes more, so that sums of sizes do not overflow.
constexpr std::uint64_t kSizeMax = kCapacityBytesMax;

// Positions of the tables from the begin of their block.
struct TableLayout {
  std::uint64_t nursery_bytes;
  std::uint64_t block_count;  // of the old generation
  std::uint64_t work_words;
  std::uint64_t root_slots;

  std::uint64_t space_bytes() const {
    return nursery_bytes + block_count * kBlockBytes;
  }
  std::uint64_t card_count() const { return space_bytes() / kCardBytes; }
  std::uint64_t roots() const { return 0; }
  std::uint64_t work() const { return roots() + root_slots * sizeof(Word); }
  std::uint64_t blocks() const { return work() + work_words * sizeof(Word); }
  std::uint64_t cards() const {
    return blocks() + block_count * sizeof(BlockRecord);
  }
  std::uint64_t firsts() const { return cards() + card_count(); }
  std::uint64_t size_bytes() const { return firsts() + card_count(); }
};

absl::StatusOr<TableLayout> LayOut(const CollectorOptions& options) {
  for (const std::uint64_t size :
       {options.nursery_bytes, options.limit_bytes, options.root_slots,
        options.mark_stack_slots}) {
    if (size > kSizeMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a size of ", size, " is above the limit of ", kSizeMax));
    }
  }
  TableLayout layout;
  layout.nursery_bytes = bits::AlignUp(
      std::max(options.nursery_bytes, kNurseryBytesMin), kBlockBytes);
  if (options.limit_bytes < layout.nursery_bytes + kBlockBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a heap limit of ", options.limit_bytes, " bytes has no room for a ",
        "nursery of ", layout.nursery_bytes, " and a block of ", kBlockBytes));
  }
  if (options.root_slots == 0) {
    return absl::InvalidArgumentError("a shadow stack has at least 1 slot");
  }
  layout.block_count =
      (options.limit_bytes - layout.nursery_bytes) / kBlockBytes;
  layout.work_words = std::max(options.mark_stack_slots, kMarkStackSlotsMin);
  layout.root_slots = options.root_slots;
  return layout;
}

// Reads the host's clock around a collection.
class PauseTimer {
 public:
  explicit PauseTimer(PauseTimes& times)
      : times_(times), begin_(std::chrono::steady_clock::now()) {}
  ~PauseTimer() {
    const auto took = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::steady_clock::now() - begin_)
            .count());
    times_.count += 1;
    times_.last_nanoseconds = took;
    times_.longest_nanoseconds = std::max(times_.longest_nanoseconds, took);
    times_.total_nanoseconds += took;
  }
  PauseTimer(const PauseTimer&) = delete;
  PauseTimer& operator=(const PauseTimer&) = delete;

 private:
  PauseTimes& times_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace

// ---- creating --------------------------------------------------------------

absl::StatusOr<std::unique_ptr<Collector>> Collector::Create(
    GlobalHeap& heap, const CollectorOptions& options) {
  const absl::StatusOr<TableLayout> layout = LayOut(options);
  if (!layout.ok()) return layout.status();
  absl::StatusOr<KMalloc> malloc = KMalloc::Attach(heap);
  if (!malloc.ok()) return malloc.status();
  CollectorState& state = StateAt(heap.base());
  if (state.magic != 0) {
    return absl::FailedPreconditionError("the arena has a collector already");
  }
  // The space begins 8 bytes before a multiple of 16.
  const Address space = malloc->Malloc(layout->space_bytes() + kGranuleBytes);
  const Address tables = malloc->Calloc(1, layout->size_bytes());
  if (space.is_null() || tables.is_null()) {
    malloc->Free(space);
    malloc->Free(tables);
    return absl::ResourceExhaustedError(absl::StrCat(
        "malloc has no memory for a space of ", layout->space_bytes(),
        " bytes and tables of ", layout->size_bytes()));
  }
  std::memset(&state, 0, sizeof(state));
  const std::uint64_t begin = space.offset() + kHeaderBytes;
  state.nursery_begin = begin;
  state.nursery_end = begin + layout->nursery_bytes;
  state.space_end = begin + layout->space_bytes();
  state.barrier_bytes =
      heap.checked() ? 0 : layout->space_bytes() - sizeof(Word) + 1;
  const std::uint64_t table = tables.offset();
  state.tables = table;
  state.roots = table + layout->roots();
  state.root_top = table + layout->roots();
  state.roots_end = table + layout->work();
  state.work = table + layout->work();
  state.work_words = layout->work_words;
  state.blocks = table + layout->blocks();
  state.block_count = layout->block_count;
  state.free_blocks = layout->block_count;
  state.cards = table + layout->cards();
  state.firsts = table + layout->firsts();
  state.major_threshold_bytes = 4 * layout->nursery_bytes;
  state.stress = options.stress ? 1 : 0;
  const Space view(heap);
  Nursery(view).Clear();
  view.shading().NeverUsed(space.offset(),
                           layout->space_bytes() + kGranuleBytes);
  state.magic = kCollectorMagic;
  Holding(heap).Begin();
  return std::unique_ptr<Collector>(new Collector(heap));
}

absl::StatusOr<std::unique_ptr<Collector>> Collector::Attach(GlobalHeap& heap) {
  if (StateAt(heap.base()).magic != kCollectorMagic) {
    return absl::FailedPreconditionError("the arena has no collector");
  }
  return std::unique_ptr<Collector>(new Collector(heap));
}

void Collector::Destroy() {
  for (WordList* list : ListsOf(*state_)) Words(*heap_, *list).Release();
  Holding(*heap_).End();
  KMalloc malloc(*heap_);
  malloc.Free(Address(state_->tables));
  malloc.Free(Address(state_->nursery_begin - kHeaderBytes));
  std::memset(state_, 0, sizeof(*state_));
}

absl::StatusOr<GcType> Collector::RegisterType(const TypeOptions& options) {
  return gc::RegisterType(*heap_, *state_, options);
}

std::optional<GcType> Collector::TypeAt(std::uint16_t id) const {
  const TypeTable types(*heap_, *state_);
  if (id >= types.count()) return std::nullopt;
  if (!types.IsSound(id)) {
    RaiseCorruption(state_->types.address + id * sizeof(TypeRecord));
  }
  const TypeRecord& record = types.record(id);
  const std::uint64_t payload_bytes =
      ObjectHeader(record.header).payload_bytes();
  return GcType(ObjectHeader::Of(id, payload_bytes), record.element_bytes);
}

// ---- collecting ------------------------------------------------------------

void Collector::RequireIntact() const {
  if (state_->collecting != 0) RaiseCorruption(state_->nursery_begin);
}

void Collector::RunMinor() {
  const PauseTimer timer(minor_pauses_);
  MinorCollection(Space(*heap_)).Run();
}

void Collector::RunMajor() {
  const PauseTimer timer(major_pauses_);
  const Space space(*heap_);
  MajorCollection(space).Run();
  // The old generation may double, or take four nurseries, until the next.
  const std::uint64_t nursery_bytes = space.old_begin() - space.begin();
  state_->major_threshold_bytes =
      state_->old_bytes +
      std::max<std::uint64_t>(state_->old_bytes, 4 * nursery_bytes);
}

void Collector::CollectMinor() {
  RequireIntact();
  RunMinor();
}

void Collector::CollectMajor() {
  RequireIntact();
  RunMinor();
  RunMajor();
}

void Collector::SetStress(bool stress) {
  RequireIntact();
  state_->stress = stress ? 1 : 0;
  Nursery(Space(*heap_)).UpdateFastEnd();
}

// ---- allocating ------------------------------------------------------------

Address Collector::Allocate(ObjectHeader header) {
  const std::uint64_t footprint = header.footprint_bytes();
  KHEAP_CHECK(footprint != 0, "a type of no collector has no objects");
  KHEAP_CHECK(header.type() < TypeTable(*heap_, *state_).count(),
              "an object's type is registered");
  RequireIntact();
  if (state_->stress != 0) CollectMajor();
  const std::uint64_t at = header.size_class() == SizeClass::kLarge
                               ? TakeLarge(footprint)
                               : TakeSmall(footprint);
  return at == 0 ? kNullAddress : StartObject(at, header);
}

std::uint64_t Collector::TakeSmall(std::uint64_t footprint_bytes) {
  const Space space(*heap_);
  Nursery nursery(space);
  std::uint64_t at = nursery.Take(footprint_bytes);
  if (at != 0) return at;
  RunMinor();
  if (state_->old_bytes > state_->major_threshold_bytes) RunMajor();
  for (bool last : {false, true}) {
    at = nursery.Take(footprint_bytes);
    if (at != 0) return at;
    // What stays in the nursery leaves no room there.
    at = OldSpace(space).TakeSmall(footprint_bytes);
    if (at != 0 || last) return at;
    RunMajor();
    RunMinor();
  }
  return 0;
}

std::uint64_t Collector::TakeLarge(std::uint64_t footprint_bytes) {
  if (OldSpace::BlocksFor(footprint_bytes) > state_->block_count) return 0;
  if (state_->old_bytes + footprint_bytes > state_->major_threshold_bytes) {
    CollectMajor();
  }
  const Space space(*heap_);
  const std::uint64_t at = OldSpace(space).TakeLarge(footprint_bytes);
  if (at != 0) return at;
  CollectMajor();
  return OldSpace(space).TakeLarge(footprint_bytes);
}

Address Collector::StartObject(std::uint64_t at, ObjectHeader header) {
  const Space space(*heap_);
  if (space.IsOldPosition(at)) {
    header = header.Without(ObjectHeader::kNursery);
    state_->old_bytes += header.footprint_bytes();
    state_->old_objects += 1;
    state_->counters.allocated_bytes += header.footprint_bytes();
    state_->counters.allocated_objects += 1;
  } else {
    state_->nursery_objects += 1;
  }
  space.SetHeader(at, header);
  std::memset(space.host(at + kHeaderBytes), 0,
              header.footprint_bytes() - kHeaderBytes);
  space.shading().Object(at, header);
  return Address(at + kHeaderBytes);
}

}  // namespace kheap::gc
