// SPDX-License-Identifier: Apache-2.0
#include "kernel/directory.h"

#include <cstring>

#include "bitshift/bits.h"
#include "machine/check.h"

namespace kheap::kernel {

struct Directory::Record {
  Uint32 inode;
  Uint16 record_bytes;
  std::uint8_t name_bytes;
  std::uint8_t type;

  // What a record with a name of that size takes.
  static std::uint64_t BytesFor(std::uint64_t name_bytes) {
    return bits::AlignUp(sizeof(Record) + name_bytes, std::uint64_t{8});
  }
  std::uint64_t used_bytes() const {
    return inode == kNoInode ? 0 : BytesFor(name_bytes);
  }
};

std::uint8_t DirectoryTypeOf(std::uint32_t mode) {
  return static_cast<std::uint8_t>(mode / 4096 % 16);
}

Directory::Record& Directory::RecordAt(std::uint64_t block,
                                       std::uint64_t offset) {
  const BlockNumber number = content_.blocks().Find(*inode_, block);
  KHEAP_CHECK(number != kNoBlock, "a directory has no holes");
  return reinterpret_cast<Record&>(
      content_.blocks().store().Bytes(number)[offset]);
}

std::string_view Directory::NameOf(const Record& record) const {
  return {reinterpret_cast<const char*>(&record + 1), record.name_bytes};
}

std::optional<Directory::Place> Directory::PlaceOf(std::string_view name) {
  for (std::uint64_t block = 0; block < BlockCount(); ++block) {
    std::uint64_t previous = 0;
    for (std::uint64_t offset = 0; offset < kBlockBytes;) {
      const Record& record = RecordAt(block, offset);
      if (record.inode != kNoInode && NameOf(record) == name) {
        return Place{block, offset, previous};
      }
      previous = offset;
      offset += record.record_bytes;
    }
  }
  return std::nullopt;
}

InodeNumber Directory::Find(std::string_view name) {
  const std::optional<Place> place = PlaceOf(name);
  if (!place.has_value()) return kNoInode;
  return RecordAt(place->block, place->offset).inode;
}

void Directory::Fill(Record& record, std::string_view name, InodeNumber inode,
                     std::uint32_t mode) {
  record.inode = inode;
  record.name_bytes = static_cast<std::uint8_t>(name.size());
  record.type = DirectoryTypeOf(mode);
  std::memcpy(&record + 1, name.data(), name.size());
}

void Directory::Add(std::string_view name, InodeNumber inode,
                    std::uint32_t mode) {
  const std::uint64_t needed = Record::BytesFor(name.size());
  for (std::uint64_t block = 0; block < BlockCount(); ++block) {
    for (std::uint64_t offset = 0; offset < kBlockBytes;) {
      Record& record = RecordAt(block, offset);
      const std::uint64_t used = record.used_bytes();
      const std::uint64_t size = record.record_bytes;
      if (size - used >= needed) {
        Record& added = RecordAt(block, offset + used);
        if (used != 0) record.record_bytes = static_cast<std::uint16_t>(used);
        added.record_bytes = static_cast<std::uint16_t>(size - used);
        Fill(added, name, inode, mode);
        return;
      }
      offset += size;
    }
  }
  const std::uint64_t block = BlockCount();
  KHEAP_CHECK(content_.blocks().Obtain(*inode_, block) != kNoBlock,
              "the caller saw to free blocks");
  inode_->size_bytes += kBlockBytes;
  RecordAt(block, 0).record_bytes = std::uint16_t{kBlockBytes};
  Fill(RecordAt(block, 0), name, inode, mode);
}

void Directory::Remove(std::string_view name) {
  const std::optional<Place> place = PlaceOf(name);
  KHEAP_CHECK(place.has_value(), "the caller found the name");
  Record& record = RecordAt(place->block, place->offset);
  if (place->offset == 0) {
    record.inode = kNoInode;
    return;
  }
  RecordAt(place->block, place->previous).record_bytes += record.record_bytes;
}

void Directory::Replace(std::string_view name, InodeNumber inode,
                        std::uint32_t mode) {
  const std::optional<Place> place = PlaceOf(name);
  KHEAP_CHECK(place.has_value(), "the caller found the name");
  Fill(RecordAt(place->block, place->offset), name, inode, mode);
}

std::optional<DirectoryEntry> Directory::Next(std::uint64_t position) {
  std::uint64_t block = position / kBlockBytes;
  std::uint64_t wanted = position % kBlockBytes;
  for (; block < BlockCount(); ++block, wanted = 0) {
    for (std::uint64_t offset = 0; offset < kBlockBytes;) {
      const Record& record = RecordAt(block, offset);
      const std::uint64_t next = offset + record.record_bytes;
      if (offset >= wanted && record.inode != kNoInode) {
        return DirectoryEntry{record.inode, record.type, NameOf(record),
                              block * kBlockBytes + next};
      }
      offset = next;
    }
  }
  return std::nullopt;
}

bool Directory::IsEmpty() {
  std::uint64_t position = 0;
  while (const std::optional<DirectoryEntry> entry = Next(position)) {
    if (entry->name != "." && entry->name != "..") return false;
    position = entry->next_position;
  }
  return true;
}

bool Directory::IsWellFormed() {
  if (inode_->size_bytes % kBlockBytes != 0) return false;
  for (std::uint64_t block = 0; block < BlockCount(); ++block) {
    if (content_.blocks().Find(*inode_, block) == kNoBlock) return false;
    for (std::uint64_t offset = 0; offset < kBlockBytes;) {
      const Record& record = RecordAt(block, offset);
      const std::uint64_t size = record.record_bytes;
      if (size < sizeof(Record) || size % 8 != 0 ||
          size > kBlockBytes - offset || record.used_bytes() > size) {
        return false;
      }
      offset += size;
    }
  }
  return true;
}

}  // namespace kheap::kernel
