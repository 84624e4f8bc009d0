// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GLOBALDATA_SYMBOL_TABLE_H_
#define KHEAP_GLOBALDATA_SYMBOL_TABLE_H_

// The symbol table: which global has which name and lies where. It fills the
// symbol region, which the guest cannot reach, from its begin upwards:
//
//   begin(kSymbols)  header
//                    buckets   one record address each, 0 where empty
//                    records   in order of definition, each with its name
//   header.end       unused
//
// A record is in two lists. By name: the bucket of its name's hash, through
// next_in_bucket. By address: the list of its section, in which addresses only
// rise (read-only, DATA) or only fall (BSS) with each definition; `previous`
// leads one back and `jump` further, so that a search visits O(log n) records:
//
//   ordinal  0  1  2  3  4  5  6  7  8  9 10 11 12 13 14
//   jump to  0  0  1  0  3  4  3  0  7  8  7 10 11 10  7
//
// A record jumps over as far as the record before it does if that jump and the
// one from its end are equally far, else to the record before it (E. W. Myers,
// An applicative random-access stack, Information Processing Letters 17, 1983).
//
// Every link leads to a lower record, so every walk ends; a link that does not
// is fault 116.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"

namespace kheap {

enum class Section : std::uint8_t { kReadOnly, kData, kBss };
inline constexpr int kSectionCount = 3;

// "read-only", "DATA", "BSS".
std::string_view ToString(Section section);

// One global variable.
struct Symbol {
  std::string name;
  Section section;
  Address address;
  std::uint64_t size_bytes;
  std::uint64_t alignment;

  Address end() const { return address + size_bytes; }
  bool Contains(Address at) const { return at - address < size_bytes; }

  friend bool operator==(const Symbol&, const Symbol&) = default;
};

class SymbolTable {
 public:
  explicit SymbolTable(GlobalHeap& heap) : heap_(&heap) {}

  // Whether the region is large enough for any symbol at all.
  static bool Fits(const MemoryLayout& layout);
  bool IsFormatted() const;
  // Writes an empty table into a region of zeros that it Fits.
  void Format();

  std::uint64_t size() const { return header().symbol_count; }

  // Where the section's next symbol can begin (or, for BSS, end).
  Address edge(Section section) const;

  bool HasRoomFor(std::string_view name) const;
  // Adds a symbol that is not there, has room, and lies beyond the section's
  // edge, which becomes `new_edge`.
  void Insert(const Symbol& symbol, Address new_edge);

  std::optional<Symbol> Find(std::string_view name) const;

  // A symbol's record, for ReadSymbol; null where there is none.
  using Handle = Address;

  // Of one section: the symbol that holds the address or is the first below it,
  // and the first that lies wholly above it.
  struct Neighbours {
    Handle at_or_below;
    Handle above;
  };
  Neighbours FindAround(Section section, Address address) const;
  // How many bytes from the nearest of the symbol's; 0 if it is one of them.
  std::uint64_t DistanceFrom(Handle symbol, Address address) const;
  Symbol ReadSymbol(Handle symbol) const;

  // Visits the section's symbols, from the newest to the oldest.
  void ForEach(Section section,
               absl::FunctionRef<void(const Symbol&)> visit) const;

  // OK, or the first broken rule and where (docs/design/globaldata.md).
  absl::Status CheckInvariants() const;

 private:
  struct Header {
    struct SectionState {
      LittleEndian<std::uint64_t> edge;
      LittleEndian<std::uint64_t> newest;  // record, 0 in an empty section
      LittleEndian<std::uint64_t> count;
    };
    std::array<char, 8> magic;
    LittleEndian<std::uint64_t> bucket_count;  // a power of two
    LittleEndian<std::uint64_t> symbol_count;
    LittleEndian<std::uint64_t> end;
    std::array<SectionState, kSectionCount> sections;
  };
  static_assert(sizeof(Header) == 32 + 24 * kSectionCount);

  struct Record {
    LittleEndian<std::uint64_t> address;
    LittleEndian<std::uint64_t> size_bytes;
    LittleEndian<std::uint64_t> next_in_bucket;
    LittleEndian<std::uint64_t> previous;
    LittleEndian<std::uint64_t> jump;
    LittleEndian<std::uint32_t> ordinal;  // 0 for the section's first symbol
    LittleEndian<std::uint8_t> section;
    LittleEndian<std::uint8_t> log2_alignment;
    LittleEndian<std::uint16_t> name_size_bytes;
    // The name follows, then zeros up to a multiple of kRecordAlignment.
  };
  static_assert(sizeof(Record) == 48);
  static constexpr std::uint64_t kRecordAlignment = 8;
  using Bucket = LittleEndian<std::uint64_t>;

  static constexpr std::array<char, 8> kMagic = {'S', 'Y', 'M', 'B',
                                                 'O', 'L', 'S'};

  static std::uint64_t BucketCount(const MemoryLayout& layout);
  static std::uint64_t RecordBytes(std::string_view name);

  Address begin() const { return heap_->layout().begin(Region::kSymbols); }
  Address region_end() const { return heap_->layout().end(Region::kSymbols); }
  Address buckets() const { return begin() + sizeof(Header); }
  Address records() const;
  const Header& header() const;
  Header& mutable_header();
  const Record& record(Address at) const;
  std::string_view NameOf(Address at) const;
  Address BucketOf(std::string_view name) const;
  // The record that `link`, a field of the record at `from`, leads to.
  Address Follow(Address from, std::uint64_t link) const;
  Address JumpFor(Address previous) const;
  // Whether a search for `address` goes on to older symbols than this one.
  bool IsBeyond(Address at, Address address) const;

  absl::Status CheckHeader() const;
  absl::Status CheckRecords() const;
  absl::Status CheckBuckets() const;
  absl::Status CheckSection(Section section) const;

  GlobalHeap* heap_;
};

}  // namespace kheap

#endif  // KHEAP_GLOBALDATA_SYMBOL_TABLE_H_
