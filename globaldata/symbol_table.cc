// SPDX-License-Identifier: Apache-2.0
#include "globaldata/symbol_table.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "heap/memory_fault.h"
#include "machine/check.h"

namespace kheap {

namespace {

// One bucket for so many bytes of the region: about two records.
constexpr std::uint64_t kBytesPerBucket = 128;

// XXH3 is defined by its byte order, so a name has the same hash on every host.
std::uint64_t HashOf(std::string_view name) {
  return XXH3_64bits(name.data(), name.size());
}

absl::Status Broken(std::string_view rule, Address address) {
  return absl::InternalError(
      absl::StrCat(std::string(rule), " at ", ToString(address)));
}

}  // namespace

std::string_view ToString(Section section) {
  switch (section) {
    case Section::kReadOnly:
      return "read-only";
    case Section::kData:
      return "DATA";
    case Section::kBss:
      return "BSS";
  }
  return "unknown section";
}

// ---- layout -----------------------------------------------------------------

std::uint64_t SymbolTable::BucketCount(const MemoryLayout& layout) {
  return std::bit_floor(layout.size_bytes(Region::kSymbols) / kBytesPerBucket);
}

std::uint64_t SymbolTable::RecordBytes(std::string_view name) {
  return bits::AlignUp(sizeof(Record) + name.size(), kRecordAlignment);
}

bool SymbolTable::Fits(const MemoryLayout& layout) {
  return layout.size_bytes(Region::kSymbols) >= kRegionAlignment;
}

const SymbolTable::Header& SymbolTable::header() const {
  return std::as_const(*heap_).RuntimeObject<Header>(begin());
}

SymbolTable::Header& SymbolTable::mutable_header() {
  return heap_->RuntimeObject<Header>(begin());
}

Address SymbolTable::records() const {
  return buckets() + header().bucket_count * sizeof(Bucket);
}

bool SymbolTable::IsFormatted() const {
  return Fits(heap_->layout()) && header().magic == kMagic &&
         header().bucket_count == BucketCount(heap_->layout());
}

void SymbolTable::Format() {
  const MemoryLayout& layout = heap_->layout();
  KHEAP_CHECK(Fits(layout), "the symbol region has room for a header");
  Header& fields = mutable_header();
  fields.magic = kMagic;
  fields.bucket_count = BucketCount(layout);
  const auto set_edge = [&fields](Section section, Address edge) {
    fields.sections[static_cast<int>(section)].edge = edge.offset();
  };
  set_edge(Section::kReadOnly, layout.begin(Region::kReadOnly));
  set_edge(Section::kData, layout.begin(Region::kData));
  set_edge(Section::kBss, layout.end(Region::kData));
  fields.end = records().offset();
  heap_->SetUsedEnd(Region::kSymbols, records());
}

Address SymbolTable::edge(Section section) const {
  return Address(header().sections[static_cast<int>(section)].edge);
}

const SymbolTable::Record& SymbolTable::record(Address at) const {
  return std::as_const(*heap_).RuntimeObject<Record>(at);
}

std::string_view SymbolTable::NameOf(Address at) const {
  const auto bytes = std::as_const(*heap_).RuntimeSpan(
      at + sizeof(Record), record(at).name_size_bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Symbol SymbolTable::ReadSymbol(Address at) const {
  const Record& fields = record(at);
  return {std::string(NameOf(at)), static_cast<Section>(fields.section.get()),
          Address(fields.address), fields.size_bytes,
          bits::ShiftLeft(std::uint64_t{1}, fields.log2_alignment)};
}

Address SymbolTable::Follow(Address from, std::uint64_t link) const {
  if (link >= from.offset() || (link != 0 && link < records().offset()))
      [[unlikely]] {
    RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, from, sizeof(Record));
  }
  return Address(link);
}

// ---- by name ----------------------------------------------------------------

Address SymbolTable::BucketOf(std::string_view name) const {
  const std::uint64_t index =
      bits::And(HashOf(name), header().bucket_count - 1);
  return buckets() + index * sizeof(Bucket);
}

std::optional<Symbol> SymbolTable::Find(std::string_view name) const {
  const auto& bucket =
      std::as_const(*heap_).RuntimeObject<Bucket>(BucketOf(name));
  Address at = Follow(region_end(), bucket);
  while (!at.is_null()) {
    if (NameOf(at) == name) return ReadSymbol(at);
    at = Follow(at, record(at).next_in_bucket);
  }
  return std::nullopt;
}

bool SymbolTable::HasRoomFor(std::string_view name) const {
  return RecordBytes(name) <= region_end() - Address(header().end);
}

void SymbolTable::Insert(const Symbol& symbol, Address new_edge) {
  KHEAP_CHECK(HasRoomFor(symbol.name), "a symbol was offered with room for it");
  Header& table = mutable_header();
  auto& section = table.sections[static_cast<int>(symbol.section)];
  auto& bucket = heap_->RuntimeObject<Bucket>(BucketOf(symbol.name));
  const Address at(table.end);
  Record& fields = heap_->RuntimeObject<Record>(at);
  fields.address = symbol.address.offset();
  fields.size_bytes = symbol.size_bytes;
  fields.next_in_bucket = bucket;
  fields.previous = section.newest;
  fields.jump = section.newest == 0 ? at.offset()
                                    : JumpFor(Address(section.newest)).offset();
  fields.ordinal = static_cast<std::uint32_t>(section.count);
  fields.section = static_cast<std::uint8_t>(symbol.section);
  fields.log2_alignment =
      static_cast<std::uint8_t>(bits::Log2Floor(symbol.alignment));
  fields.name_size_bytes = static_cast<std::uint16_t>(symbol.name.size());
  std::copy_n(
      reinterpret_cast<const std::byte*>(symbol.name.data()),
      symbol.name.size(),
      heap_->RuntimeSpan(at + sizeof(Record), symbol.name.size()).begin());
  bucket = at.offset();
  section.newest = at.offset();
  section.count += 1;
  section.edge = new_edge.offset();
  table.symbol_count += 1;
  table.end = (at + RecordBytes(symbol.name)).offset();
  heap_->SetUsedEnd(Region::kSymbols, Address(table.end));
}

Address SymbolTable::JumpFor(Address previous) const {
  const Record& before = record(previous);
  const Record& landing = record(Address(before.jump));
  const std::uint32_t first_hop = before.ordinal - landing.ordinal;
  const std::uint32_t second_hop =
      landing.ordinal - record(Address(landing.jump)).ordinal;
  return first_hop == second_hop ? Address(landing.jump) : previous;
}

// ---- by address -------------------------------------------------------------

bool SymbolTable::IsBeyond(Address at, Address address) const {
  const Record& fields = record(at);
  const Address begin(fields.address);
  return static_cast<Section>(fields.section.get()) == Section::kBss
             ? begin + fields.size_bytes <= address
             : begin > address;
}

SymbolTable::Neighbours SymbolTable::FindAround(Section section,
                                                Address address) const {
  // `passed` is the last symbol beyond the address, `at` the first that is not.
  Address passed;
  Address at =
      Follow(region_end(), header().sections[static_cast<int>(section)].newest);
  while (!at.is_null() && IsBeyond(at, address)) {
    passed = at;
    const Address jump = Follow(at + 1, record(at).jump);
    at = jump != at && IsBeyond(jump, address)
             ? jump
             : Follow(at, record(at).previous);
  }
  if (section == Section::kBss && !at.is_null() &&
      Address(record(at).address) <= address) {
    passed = std::exchange(at, Follow(at, record(at).previous));
  }
  return section == Section::kBss ? Neighbours{passed, at}
                                  : Neighbours{at, passed};
}

std::uint64_t SymbolTable::DistanceFrom(Handle symbol, Address address) const {
  const Record& fields = record(symbol);
  const Address begin(fields.address);
  const Address last = begin + (fields.size_bytes - 1);
  if (address < begin) return begin - address;
  return address <= last ? 0 : address - last;
}

void SymbolTable::ForEach(Section section,
                          absl::FunctionRef<void(const Symbol&)> visit) const {
  Address at =
      Follow(region_end(), header().sections[static_cast<int>(section)].newest);
  while (!at.is_null()) {
    visit(ReadSymbol(at));
    at = Follow(at, record(at).previous);
  }
}

// ---- invariants -------------------------------------------------------------

absl::Status SymbolTable::CheckInvariants() const {
  if (absl::Status status = CheckHeader(); !status.ok()) return status;
  if (absl::Status status = CheckRecords(); !status.ok()) return status;
  if (absl::Status status = CheckBuckets(); !status.ok()) return status;
  for (int i = 0; i < kSectionCount; ++i) {
    absl::Status status = CheckSection(static_cast<Section>(i));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SymbolTable::CheckHeader() const {
  if (!IsFormatted()) return Broken("symbols.header: no table", begin());
  const Address end(header().end);
  if (end < records() || end > region_end()) {
    return Broken("symbols.end: outside the region", end);
  }
  return absl::OkStatus();
}

absl::Status SymbolTable::CheckRecords() const {
  const Address end(header().end);
  std::uint64_t count = 0;
  Address at = records();
  for (; at < end; ++count) {
    if (end - at < sizeof(Record)) {
      return Broken("symbols.records: a record is cut off", at);
    }
    const Record& fields = record(at);
    const std::uint64_t size_bytes = bits::AlignUp(
        sizeof(Record) + fields.name_size_bytes, kRecordAlignment);
    if (size_bytes > end - at) {
      return Broken("symbols.records: a name is cut off", at);
    }
    const auto leads_down = [&](std::uint64_t link) {
      return link == 0 || (link >= records().offset() && link < at.offset());
    };
    if (fields.section >= kSectionCount || !leads_down(fields.next_in_bucket) ||
        !leads_down(fields.previous) ||
        (fields.jump != at.offset() && !leads_down(fields.jump))) {
      return Broken("symbols.links: a link does not lead down", at);
    }
    at += size_bytes;
  }
  if (count != header().symbol_count) {
    return Broken("symbols.count: not the number of records", begin());
  }
  return absl::OkStatus();
}

absl::Status SymbolTable::CheckBuckets() const {
  std::uint64_t count = 0;
  for (Address bucket = buckets(); bucket < records();
       bucket += sizeof(Bucket)) {
    Address at(std::as_const(*heap_).RuntimeObject<Bucket>(bucket));
    for (; !at.is_null(); at = Address(record(at).next_in_bucket)) {
      ++count;
      if (at < records() || at >= Address(header().end)) {
        return Broken("symbols.buckets: a link leads outside the table", at);
      }
      const std::string_view name = NameOf(at);
      if (BucketOf(name) != bucket) {
        return Broken("symbols.buckets: a symbol in the wrong bucket", at);
      }
      if (Find(name)->address != Address(record(at).address)) {
        return Broken("symbols.buckets: a name is there twice", at);
      }
    }
  }
  if (count != header().symbol_count) {
    return Broken("symbols.buckets: a symbol in no bucket", begin());
  }
  return absl::OkStatus();
}

absl::Status SymbolTable::CheckSection(Section section) const {
  const auto& state = header().sections[static_cast<int>(section)];
  std::uint64_t expected = state.count;
  Address at = Follow(region_end(), state.newest);
  for (; !at.is_null(); at = Follow(at, record(at).previous)) {
    const Record& fields = record(at);
    if (expected == 0 || fields.ordinal != --expected ||
        fields.section != static_cast<std::uint8_t>(section)) {
      return Broken("symbols.section: a symbol out of its section's order", at);
    }
    const Address previous(fields.previous);
    const Address jump = previous.is_null() ? at : JumpFor(previous);
    if (fields.jump != jump.offset()) {
      return Broken("symbols.jump: not where the rule says", at);
    }
  }
  if (expected != 0) {
    return Broken("symbols.section: symbols missing from the list", begin());
  }
  return absl::OkStatus();
}

}  // namespace kheap
