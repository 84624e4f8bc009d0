// SPDX-License-Identifier: Apache-2.0
#include "heap/global_heap.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "machine/check.h"

namespace kheap {

namespace {

constexpr std::uint64_t kScalarBytesMax = 16;

// A break that moves down by less than this has its bytes zeroed in place: they
// were in use a moment ago and may soon be again, and pages that go back to the
// host and come again cost thirty times as much (BM_Regrow).
constexpr std::uint64_t kDiscardBytesMin = 4 * 1024 * 1024;

// How many of the addresses from `begin` on have `room_bytes` bytes ahead of
// them below `end`.
std::uint64_t CountWithRoom(std::uint64_t begin, std::uint64_t end,
                            std::uint64_t room_bytes) {
  return std::max(end - begin, room_bytes - 1) - (room_bytes - 1);
}

bool Overlaps(Address a, Address b, std::uint64_t size_bytes) {
  return size_bytes != 0 && (a <= b ? b - a < size_bytes : a - b < size_bytes);
}

// Whether the access depends on what the bytes hold.
bool Loads(Access access) {
  return access == Access::kLoad || access == Access::kUpdate;
}
// Whether the access may change the bytes.
bool Stores(Access access) {
  return access == Access::kStore || access == Access::kUpdate ||
         access == Access::kPush;
}

FaultCode CodeFor(ShadowByte state) {
  switch (state) {
    case ShadowByte::kUninitialised:
      return FaultCode::kUninitialisedRead;
    case ShadowByte::kFreed:
    case ShadowByte::kFreedRedZone:
      return FaultCode::kUseAfterFree;
    case ShadowByte::kPoppedFrame:
      return FaultCode::kStackUseAfterReturn;
    case ShadowByte::kStackGuard:
      return FaultCode::kStackOverflow;
    default:
      return FaultCode::kOutOfBounds;
  }
}

}  // namespace

std::string ToString(const Digest& digest) {
  return absl::StrCat(absl::Hex(digest.high, absl::kZeroPad16),
                      absl::Hex(digest.low, absl::kZeroPad16));
}

// ---- making and resetting --------------------------------------------------

absl::StatusOr<std::unique_ptr<GlobalHeap>> GlobalHeap::Reserve(
    const MemoryLayout& layout, bool checked) {
  const std::uint64_t reserved_bytes =
      layout.capacity_bytes() + kReadableBehindBreakBytes;
  auto memory =
      machine::ReservedMemory::Reserve(kContextBytes + reserved_bytes);
  std::optional<Shadow> shadow;
  if (checked) shadow = Shadow::Create(reserved_bytes);
  if (!memory.has_value() || (checked && !shadow.has_value())) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the host has no address range of ", reserved_bytes,
                     " bytes left for the arena"));
  }
  return std::unique_ptr<GlobalHeap>(
      new GlobalHeap(layout, *std::move(memory), std::move(shadow)));
}

absl::StatusOr<std::unique_ptr<GlobalHeap>> GlobalHeap::Create(
    const HeapOptions& options) {
  const absl::StatusOr<MemoryLayout> layout =
      MemoryLayout::Create(options.layout);
  if (!layout.ok()) return layout.status();
  auto heap = Reserve(*layout, options.checked);
  if (heap.ok() && !(*heap)->Format()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the host has no memory for the first ",
        layout->begin(Region::kHeap).offset(), " bytes of the arena"));
  }
  return heap;
}

absl::StatusOr<std::unique_ptr<GlobalHeap>> GlobalHeap::CreateFrom(
    const HeapImage& image) {
  auto heap = Reserve(image.layout, image.shadow.has_value());
  if (!heap.ok()) return heap;
  if (!(*heap)->CommitUpTo(image.break_address)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the host has no memory for the first ",
                     image.break_address.offset(), " bytes of the arena"));
  }
  (*heap)->memory_.Load(kContextBytes, image.arena);
  if (image.shadow.has_value()) (*heap)->shadow_->Load(*image.shadow);
  for (std::uint64_t i = 0; i < (*heap)->code_page_count(); ++i) {
    if (!(*heap)->ProtectCode(i, 1, (*heap)->code_state(i))) {
      return absl::ResourceExhaustedError(
          "the host does not let the arena's code be protected");
    }
  }
  (*heap)->UpdateWindows();
  return heap;
}

absl::StatusOr<HeapImage> GlobalHeap::CaptureImage() const {
  const auto page_end = [](Address address) {
    return Address(bits::AlignUp(address.offset(), kRegionAlignment));
  };
  std::vector<machine::MemoryImage::Extent> extents;
  for (int i = 0; i < kRegionCount; ++i) {
    const auto region = static_cast<Region>(i);
    const Address begin = layout_.begin(region);
    extents.push_back(
        {begin.offset(), page_end(begin + UsedBytes(region).size()).offset()});
  }
  auto arena = machine::MemoryImage::Of(base_, extents);
  std::optional<machine::MemoryImage> shadow;
  if (checked()) {
    // Below the constants nothing but code is the guest's, or has a state.
    shadow = shadow_->ImageOf(
        layout_.begin(code_page_count() == 0 ? Region::kReadOnly
                                             : Region::kCode),
        page_end(break_address()));
  }
  if (!arena.has_value() || (checked() && !shadow.has_value())) {
    return absl::ResourceExhaustedError(
        "the host has no memory for an arena's image");
  }
  return HeapImage{layout_, break_address(), *std::move(arena),
                   std::move(shadow)};
}

bool GlobalHeap::Format() {
  const Address heap_begin = layout_.begin(Region::kHeap);
  if (!CommitUpTo(heap_begin)) return false;
  ControlPage& page = control();
  page.magic = kControlMagic;
  page.version = kControlVersion;
  page.capacity_bytes = layout_.capacity_bytes();
  for (int i = 0; i < kRegionCount; ++i) {
    page.regions[i].begin = layout_.begin(static_cast<Region>(i)).offset();
    WriteUsedEnd(static_cast<Region>(i), layout_.begin(static_cast<Region>(i)));
  }
  for (const Region region :
       {Region::kControl, Region::kLibrary, Region::kStack, Region::kData}) {
    WriteUsedEnd(region, layout_.end(region));
  }
  if (code_page_count() != 0) {
    // The records; exec/ says how many pages are used.
    WriteUsedEnd(Region::kCode, kCodePagesBegin);
    if (!ProtectCode(0, code_page_count(), CodeState::kNone)) return false;
  }
  page.stack_pointer = layout_.end(Region::kStack).offset();
  if (shadow_.has_value()) {
    const auto set = [this](Region region, ShadowByte state) {
      shadow_->Set(layout_.begin(region), layout_.size_bytes(region), state);
    };
    set(Region::kReadOnly, ShadowByte::kUndefinedData);
    set(Region::kStackGuard, ShadowByte::kStackGuard);
    set(Region::kStack, ShadowByte::kUnusedStack);
    set(Region::kData, ShadowByte::kUndefinedData);
  }
  UpdateWindows();
  return true;
}

void GlobalHeap::Reset() {
  KHEAP_CHECK(ProtectCode(0, code_page_count(), CodeState::kWritable),
              "memory that was writable can be so again");
  memory_.Discard(kContextBytes, memory_.committed());
  if (shadow_.has_value()) shadow_->Clear();
  KHEAP_CHECK(Format(), "memory that was committed stays so");
}

bool GlobalHeap::CommitUpTo(Address end) {
  const Address readable_end = end + kReadableBehindBreakBytes;
  if (!memory_.Commit(kContextBytes + readable_end.offset()) ||
      (shadow_.has_value() && !shadow_->Commit(readable_end))) {
    return false;
  }
  break_max_ = std::max(break_max_, end.offset());
  return true;
}

void GlobalHeap::UpdateWindows() {
  if (checked()) return;
  const auto window = [this](Region first) {
    Window window;
    window.begin = layout_.begin(first).offset();
    window.end = break_address().offset();
    window.scalar_count =
        CountWithRoom(window.begin, window.end, kScalarBytesMax);
    return window;
  };
  loadable_ = window(Region::kLibrary);
  storable_ = window(Region::kStack);
  free_heap_begin_ = layout_.begin(Region::kHeap).offset();
  free_heap_end_ = break_address().offset();
  free_heap_count_ =
      CountWithRoom(free_heap_begin_, free_heap_end_, kAheadBytes);
}

bool GlobalHeap::SetBreak(Address address) {
  const Address old_break = break_address();
  if (address < layout_.begin(Region::kHeap) ||
      address > layout_.end(Region::kHeap)) {
    return false;
  }
  if (address > old_break) {
    if (!CommitUpTo(address)) return false;
    if (shadow_.has_value()) {
      shadow_->Set(old_break, address - old_break, ShadowByte::kNeverAllocated);
    }
  } else if (old_break - address < kDiscardBytesMin) {
    std::memset(base_ + address.offset(), 0, old_break - address);
  } else {
    memory_.Discard(kContextBytes + address.offset(),
                    kContextBytes + old_break.offset());
  }
  WriteUsedEnd(Region::kHeap, address);
  UpdateWindows();
  return true;
}

void GlobalHeap::SetUsedEnd(Region region, Address end) {
  KHEAP_CHECK(region != Region::kHeap, "SetBreak alone moves the break");
  KHEAP_CHECK(layout_.begin(region) <= end && end <= layout_.end(region),
              "a region's used bytes lie within it");
  WriteUsedEnd(region, end);
}

void GlobalHeap::WriteUsedEnd(Region region, Address end) {
  control().regions[IndexOf(region)].used_end = end.offset();
}

// ---- guest access ----------------------------------------------------------

std::optional<FaultCode> GlobalHeap::FindRangeFault(Address address,
                                                    std::uint64_t size_bytes,
                                                    Access access) const {
  const Address begin =
      layout_.begin(Stores(access) ? Region::kStack : Region::kLibrary);
  const std::uint64_t window_bytes = break_address() - begin;
  if (size_bytes <= window_bytes &&
      address - begin <= window_bytes - size_bytes) {
    return std::nullopt;
  }
  if (address < kControlBase) return FaultCode::kNullDereference;
  if (address >= layout_.begin(Region::kCode) &&
      address < layout_.end(Region::kCode)) {
    return FindCodeFault(address, size_bytes, access);
  }
  if (address < layout_.begin(Region::kLibrary) || address >= begin) {
    return FaultCode::kOutOfBounds;
  }
  return address < layout_.begin(Region::kStackGuard)
             ? FaultCode::kReadOnlyWrite
             : FaultCode::kStackOverflow;
}

std::optional<FaultCode> GlobalHeap::FindShadowFault(Address address,
                                                     std::uint64_t size_bytes,
                                                     Access access) const {
  if (!shadow_.has_value()) return std::nullopt;
  // An access that leaves its object is wrong whatever its bytes hold.
  std::optional<Address> bad = shadow_->FindUnaddressable(address, size_bytes);
  if (!bad.has_value() && Loads(access)) {
    bad = shadow_->FindUnreadable(address, size_bytes);
  }
  if (!bad.has_value()) return std::nullopt;
  return CodeFor(shadow_->At(*bad));
}

std::optional<MemoryFault> GlobalHeap::FindFault(Address address,
                                                 std::uint64_t size_bytes,
                                                 Access access) const {
  if (size_bytes == 0) return std::nullopt;
  std::optional<FaultCode> code = FindRangeFault(address, size_bytes, access);
  if (!code.has_value()) code = FindShadowFault(address, size_bytes, access);
  if (!code.has_value()) return std::nullopt;
  return MemoryFault{*code, access, address, size_bytes};
}

void GlobalHeap::RequireLoad(Address address, std::uint64_t size_bytes) const {
  if (const auto fault = FindFault(address, size_bytes, Access::kLoad)) {
    throw *fault;
  }
}

void GlobalHeap::RequireStore(Address address, std::uint64_t size_bytes,
                              Access access) {
  if (const auto fault = FindFault(address, size_bytes, access)) throw *fault;
  if (shadow_.has_value() && size_bytes != 0) {
    shadow_->MarkInitialised(address, size_bytes);
  }
}

void GlobalHeap::RequireScalarLoad(Address address,
                                   std::uint64_t size_bytes) const {
  RequireLoad(address, size_bytes);
}

void GlobalHeap::RequireScalarStore(Address address, std::uint64_t size_bytes) {
  RequireStore(address, size_bytes, Access::kStore);
}

void GlobalHeap::RequireScalarUpdate(Address address,
                                     std::uint64_t size_bytes) {
  RequireStore(address, size_bytes, Access::kUpdate);
}

std::span<std::byte> GlobalHeap::CheckedSpan(Address address,
                                             std::uint64_t size_bytes,
                                             Access access) {
  if (size_bytes == 0) return {base_, 0};
  if (Stores(access)) {
    RequireStore(address, size_bytes, access);
  } else {
    RequireLoad(address, size_bytes);
  }
  return {base_ + address.offset(), size_bytes};
}

std::span<const std::byte> GlobalHeap::CheckedSpan(
    Address address, std::uint64_t size_bytes) const {
  if (size_bytes == 0) return {base_, 0};
  RequireLoad(address, size_bytes);
  return {base_ + address.offset(), size_bytes};
}

std::optional<std::span<std::byte>> GlobalHeap::TrySpan(
    Address address, std::uint64_t size_bytes, Access access) {
  if (FindFault(address, size_bytes, access)) return std::nullopt;
  return Span(address, size_bytes, access);
}

std::optional<std::span<const std::byte>> GlobalHeap::TrySpan(
    Address address, std::uint64_t size_bytes) const {
  if (FindFault(address, size_bytes, Access::kLoad)) return std::nullopt;
  return Span(address, size_bytes);
}

std::byte* GlobalHeap::CheckedSharedPlace(Address address,
                                          std::uint64_t size_bytes,
                                          Access access) {
  std::optional<FaultCode> code = FindRangeFault(address, size_bytes, access);
  if (!code.has_value() && shadow_.has_value()) {
    const auto bad =
        shadow_->FindSharedFault(address, size_bytes, Loads(access));
    if (bad.has_value()) code = CodeFor(*bad);
  }
  if (!code.has_value() && address.offset() % size_bytes != 0) {
    code = FaultCode::kMisaligned;
  }
  if (code.has_value()) RaiseFault(*code, access, address, size_bytes);
  if (shadow_.has_value() && access == Access::kStore) {
    shadow_->MarkSharedInitialised(address, size_bytes);
  }
  return base_ + address.offset();
}

void GlobalHeap::Fill(Address destination, std::byte value,
                      std::uint64_t size_bytes) {
  if (size_bytes == 0) return;
  std::memset(Span(destination, size_bytes, Access::kStore).data(),
              std::to_integer<int>(value), size_bytes);
}

void GlobalHeap::Copy(Address destination, Address source,
                      std::uint64_t size_bytes) {
  if (checked() && Overlaps(destination, source, size_bytes)) {
    RequireMove(destination, source, size_bytes);
    RaiseFault(FaultCode::kOverlappingCopy, Access::kStore, destination,
               size_bytes);
  }
  Move(destination, source, size_bytes);
}

void GlobalHeap::RequireMove(Address destination, Address source,
                             std::uint64_t size_bytes) const {
  auto fault = FindRangeFault(source, size_bytes, Access::kLoad);
  // Uninitialised bytes may be moved: the source only has to be addressable.
  if (!fault.has_value()) {
    fault = FindShadowFault(source, size_bytes, Access::kStore);
  }
  if (fault.has_value()) {
    RaiseFault(*fault, Access::kLoad, source, size_bytes);
  }
  if (const auto store_fault =
          FindFault(destination, size_bytes, Access::kStore)) {
    throw *store_fault;
  }
}

void GlobalHeap::Move(Address destination, Address source,
                      std::uint64_t size_bytes) {
  if (size_bytes == 0) return;
  if (!loadable_.Holds(source, size_bytes) ||
      !storable_.Holds(destination, size_bytes)) {
    RequireMove(destination, source, size_bytes);
    if (checked()) shadow_->Copy(destination, source, size_bytes);
  }
  std::memmove(base_ + destination.offset(), base_ + source.offset(),
               size_bytes);
}

int GlobalHeap::Compare(Address a, Address b, std::uint64_t size_bytes) const {
  if (size_bytes == 0) return 0;
  return std::memcmp(Span(a, size_bytes).data(), Span(b, size_bytes).data(),
                     size_bytes);
}

std::uint64_t GlobalHeap::LoadableBytesInRegion(Address address) const {
  const Address heap_end = break_address();
  if (address >= layout_.begin(Region::kHeap)) {
    return address < heap_end ? heap_end - address : 0;
  }
  if (address < layout_.begin(Region::kLibrary)) return 0;
  return layout_.end(layout_.RegionOf(address)) - address;
}

// ---- runtime access --------------------------------------------------------

std::span<std::byte> GlobalHeap::RuntimeSpan(Address address,
                                             std::uint64_t size_bytes) {
  const auto span = std::as_const(*this).RuntimeSpan(address, size_bytes);
  return {base_ + address.offset(), span.size()};
}

std::span<const std::byte> GlobalHeap::RuntimeSpan(
    Address address, std::uint64_t size_bytes) const {
  const Address begin = layout_.begin(Region::kSymbols);
  const std::uint64_t limit = break_address() - begin;
  if (size_bytes > limit || address - begin > limit - size_bytes) {
    RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, address, size_bytes);
  }
  return {base_ + address.offset(), size_bytes};
}

// ---- the state as a whole --------------------------------------------------

std::span<const std::byte> GlobalHeap::UsedBytes(Region region) const {
  const Address begin = layout_.begin(region);
  const Address end = region == Region::kHeap
                          ? break_address()
                          : Address(std::clamp<std::uint64_t>(
                                control().regions[IndexOf(region)].used_end,
                                begin.offset(), layout_.end(region).offset()));
  return {base_ + begin.offset(), end - begin};
}

Digest GlobalHeap::ComputeDigest() const {
  XXH3_state_t* const state = XXH3_createState();
  KHEAP_CHECK(state != nullptr, "the host has memory for a hash state");
  XXH3_128bits_reset(state);
  for (int i = 0; i < kRegionCount; ++i) {
    const auto bytes = UsedBytes(static_cast<Region>(i));
    XXH3_128bits_update(state, bytes.data(), bytes.size());
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  return {hash.high64, hash.low64};
}

bool operator==(const GlobalHeap& a, const GlobalHeap& b) {
  if (a.layout_ != b.layout_) return false;
  for (int i = 0; i < kRegionCount; ++i) {
    const auto bytes_a = a.UsedBytes(static_cast<Region>(i));
    const auto bytes_b = b.UsedBytes(static_cast<Region>(i));
    if (bytes_a.size() != bytes_b.size() ||
        std::memcmp(bytes_a.data(), bytes_b.data(), bytes_a.size()) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace kheap
