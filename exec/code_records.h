// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_EXEC_CODE_RECORDS_H_
#define KHEAP_EXEC_CODE_RECORDS_H_

// What ExecutableMemory knows, as it lies before the pages of Region::kCode,
// where no guest can reach it:
//
//   states       1 byte for each page (heap/code_pages.h)
//   CodeHeader
//   CodeRecord[] one for each page; that of a block's first page is the block's
//   AuditRecord[] the log, a ring

#include <array>
#include <cstdint>

#include "heap/code_pages.h"
#include "heap/little_endian.h"

namespace kheap {

struct CodeHeader {
  std::array<char, 8> magic;
  LittleEndian<std::uint64_t> quota_bytes;
  LittleEndian<std::uint64_t> live_bytes;   // whole pages of live blocks
  LittleEndian<std::uint64_t> event_count;  // ever
};
inline constexpr std::array<char, 8> kCodeMagic = {'C', 'O', 'D', 'E'};

struct CodeRecord {
  LittleEndian<std::uint64_t> size_bytes;  // as asked for; 0: no block begins
  LittleEndian<std::uint64_t> page_count;
  LittleEndian<std::uint64_t> hash_high;  // of a sealed block
  LittleEndian<std::uint64_t> hash_low;
};
static_assert(sizeof(CodeRecord) == 32);

// A CodeEvent (executable_memory.h).
struct AuditRecord {
  LittleEndian<std::uint64_t> serial;
  LittleEndian<std::uint64_t> address;
  LittleEndian<std::uint64_t> size_bytes;
  LittleEndian<std::uint32_t> action;
  LittleEndian<std::uint32_t> outcome;
};
static_assert(sizeof(AuditRecord) == 32);
inline constexpr std::uint64_t kAuditRecordCount = 1024;

struct CodeRecords {
  std::array<std::uint8_t, kCodePageCountMax> states;
  CodeHeader header;
  std::array<CodeRecord, kCodePageCountMax> blocks;
  std::array<AuditRecord, kAuditRecordCount> log;
};
static_assert(sizeof(CodeRecords) <= 65536 - 8192,
              "the records lie between the control page and page 0");

}  // namespace kheap

#endif  // KHEAP_EXEC_CODE_RECORDS_H_
