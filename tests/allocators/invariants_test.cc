// SPDX-License-Identifier: Apache-2.0
// Every rule of CheckInvariants is broken once, and found: by name and place.
#include <array>
#include <functional>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

// Three page blocks of each allocator that has some, live and free objects,
// manual buffers.
struct Scene {
  explicit Scene(bool checked)
      : arena(checked),
        pages(arena.registry()),
        bump(BumpAllocator::Create(arena.registry(), {.block_bytes = 4000})
                 .value()),
        pool(Pool::Create(arena.registry(),
                          {.object_bytes = 1000, .block_bytes = 4000})
                 .value()),
        buffers(arena.registry()) {
    for (Address& block : blocks) {
      block = pages.Allocate(9000) - sizeof(PageHeader);
    }
    Address in_bump;
    for (int i = 0; i < 3; ++i) in_bump = bump.Allocate(3000);
    for (Address& object : objects) object = pool.Allocate();
    for (std::size_t i = 0; i < 4; ++i) pool.Free(objects[i]);
    buffer = buffers.Buffer(100);
    bump_number = registry().OwnerOf(in_bump).value();
    pool_number = registry().OwnerOf(objects[0]).value();
  }

  Registry& registry() { return arena.registry(); }
  AllocatorRecord& page_record() { return registry().record(kDirectPages); }
  AllocatorRecord& bump_record() { return registry().record(bump_number); }
  AllocatorRecord& pool_record() { return registry().record(pool_number); }
  std::uint64_t manual_bytes() {
    return arena.TallyOf(Holder::kManual).live_bytes;
  }
  std::string RecordPlace(RecordNumber number) {
    return ToString(registry().AddressOf(number));
  }
  std::byte& ByteAt(Address address) {
    return arena.heap().base()[address.offset()];
  }
  // Changes a header and keeps its magic number right.
  template <typename Change>
  void ChangeHeader(Address begin, Change change) {
    PageBlock block = ReadPageHeader(arena.heap(), begin).value();
    change(block);
    WritePageHeader(arena.heap(), block);
  }

  absl::Status CheckInvariants() {
    for (const absl::Status& status :
         {pages.CheckInvariants(), bump.CheckInvariants(),
          pool.CheckInvariants(), buffers.CheckInvariants()}) {
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  RegistryArena arena;
  PageAllocator pages;
  BumpAllocator bump;
  Pool pool;
  Buffers buffers;
  std::array<Address, 3> blocks;    // the page allocator's, of two pages each
  std::array<Address, 10> objects;  // the first four were freed, in this order
  Address buffer;
  RecordNumber bump_number;
  RecordNumber pool_number;
};

// What is said of it, and how it is done; that returns the rest of what is
// said.
struct Breach {
  std::string said;
  std::function<std::string(Scene&)> commit;
};
void PrintTo(const Breach& breach, std::ostream* out) { *out << breach.said; }

class InvariantsTest : public testing::TestWithParam<std::tuple<Breach, bool>> {
};

TEST_P(InvariantsTest, ABreachIsFound) {
  const auto& [breach, checked] = GetParam();
  Scene scene(checked);
  ASSERT_EQ(scene.CheckInvariants(), absl::OkStatus());
  const std::string rest = breach.commit(scene);
  EXPECT_EQ(scene.CheckInvariants(),
            absl::InternalError(absl::StrCat(breach.said, rest)));
}

const Breach kPages[] = {
    {"pages.header: the header of the page block at ",
     [](Scene& s) {
       s.ByteAt(s.blocks[1] + 24) ^= std::byte{1};
       return absl::StrCat(ToString(s.blocks[1]), " was overwritten");
     }},
    // The chain goes on beyond the number of blocks that the record has.
    {"pages.header: the header of the page block at ",
     [](Scene& s) {
       s.page_record().block_count -= 1;
       return absl::StrCat(ToString(s.blocks[2]), " was overwritten");
     }},
    {"pages.links: a block does not lead back at ",
     [](Scene& s) {
       s.ChangeHeader(s.blocks[2],
                      [&](PageBlock& b) { b.previous = s.blocks[0]; });
       return ToString(s.blocks[2]);
     }},
    {"pages.owner: a page of a block is another's at ",
     [](Scene& s) {
       const Address second = s.blocks[1] + kOwnedPageBytes;
       s.registry().SetOwner(second, kOwnedPageBytes, s.bump_number);
       return ToString(second);
     }},
    {"pages.owner: a page of a block is another's at ",
     [](Scene& s) {
       const Address second = s.blocks[2] + kOwnedPageBytes;
       s.registry().ClearOwner(second, kOwnedPageBytes);
       return ToString(second);
     }},
    {"pages.live: malloc has not all of a block as live at ",
     [](Scene& s) {
       const PageBlock block =
           ReadPageHeader(s.arena.heap(), s.blocks[0]).value();
       s.arena.malloc().Free(block.begin);
       // In checked mode a free overwrites what was freed.
       WritePageHeader(s.arena.heap(), block);
       return ToString(block.begin);
     }},
    {"pages.live: malloc has not all of a block as live at ",
     [](Scene& s) {
       s.registry().SetOwner(s.blocks[0] + 3 * kOwnedPageBytes, kOwnedPageBytes,
                             kDirectPages);
       s.ChangeHeader(s.blocks[0],
                      [](PageBlock& b) { b.size_bytes += kOwnedPageBytes; });
       return ToString(s.blocks[0]);
     }},
    {"pages.count: the record counts other blocks at ",
     [](Scene& s) {
       s.page_record().block_count += 1;
       return s.RecordPlace(kDirectPages);
     }},
    {"pages.count: the record counts other blocks at ",
     [](Scene& s) {
       s.page_record().block_bytes += 1;
       return s.RecordPlace(kDirectPages);
     }},
    {"pages.count: the record counts other blocks at ",
     [](Scene& s) {
       s.page_record().last_block = s.blocks[1].offset();
       return s.RecordPlace(kDirectPages);
     }},
};

const Breach kBump[] = {
    {"bump.limit: not the last block's at ",
     [](Scene& s) {
       s.bump_record().limit -= 8;
       return ToString(Address(s.bump_record().last_block));
     }},
    {"bump.limit: not the last block's at ",
     [](Scene& s) {
       s.bump_record().closed_bytes += 8;
       return ToString(Address(s.bump_record().last_block));
     }},
    {"bump.cursor: outside of the last block at ",
     [](Scene& s) {
       s.bump_record().cursor = s.bump_record().limit + 1;
       return ToString(Address(s.bump_record().cursor));
     }},
    {"bump.cursor: outside of the last block at ",
     [](Scene& s) {
       s.bump_record().cursor =
           s.bump_record().last_block + sizeof(PageHeader) - 1;
       return ToString(Address(s.bump_record().cursor));
     }},
    // A bump allocator's blocks keep the rules of every chain.
    {"pages.count: the record counts other blocks at ",
     [](Scene& s) {
       s.bump_record().block_bytes += 1;
       return s.RecordPlace(s.bump_number);
     }},
};

const Breach kPool[] = {
    {"pool.live: an object that was never made at ",
     [](Scene& s) {
       const Address never(s.pool_record().cursor);
       s.registry().SetObject(never);
       return ToString(never);
     }},
    {"pool.count: the record counts other objects at ",
     [](Scene& s) {
       s.registry().SetObject(s.objects[5] + 8);
       return s.RecordPlace(s.pool_number);
     }},
    {"pool.count: the record counts other objects at ",
     [](Scene& s) {
       s.pool_record().live_objects += 1;
       return s.RecordPlace(s.pool_number);
     }},
    {"pool.count: the record counts other objects at ",
     [](Scene& s) {
       s.pool_record().made_objects += 1;
       return s.RecordPlace(s.pool_number);
     }},
    {"pool.link: a link was overwritten at ",
     [](Scene& s) {
       s.ByteAt(s.objects[2] + 7) ^= std::byte{1};
       return ToString(s.objects[2]);
     }},
    {"pool.free: what is in the list is no free object at ",
     [](Scene& s) {
       s.pool_record().newest_free = s.objects[5].offset();
       return ToString(s.objects[5]);
     }},
    {"pool.free: what is in the list is no free object at ",
     [](Scene& s) {
       s.pool_record().newest_free = s.blocks[0].offset();
       return ToString(s.blocks[0]);
     }},
    {"pool.free: the list has not every free object once at ",
     [](Scene& s) {
       s.pool_record().newest_free = s.objects[2].offset();
       return s.RecordPlace(s.pool_number);
     }},
    // An object leads to itself, and as many steps are free as objects were
    // made.
    {"pool.free: the list has not every free object once at ",
     [](Scene& s) {
       for (std::size_t i = 4; i < s.objects.size(); ++i) {
         s.pool.Free(s.objects[i]);
       }
       const Address object = s.pool.Allocate();
       s.pool_record().newest_free = object.offset();
       s.pool.Free(object);
       return s.RecordPlace(s.pool_number);
     }},
};

const Breach kBuffers[] = {
    {"buffers.ledger: ",
     [](Scene& s) {
       const std::uint64_t bytes = s.manual_bytes();
       s.registry().ledger().Hold(Holder::kManual, 16);
       return absl::StrCat("1 live buffers of ", bytes,
                           " bytes, and the ledger has 1 of ", bytes + 16);
     }},
    {"buffers.ledger: ",
     [](Scene& s) {
       const std::uint64_t bytes = s.manual_bytes();
       s.registry().ledger().AddThing(Holder::kManual);
       return absl::StrCat("1 live buffers of ", bytes,
                           " bytes, and the ledger has 2 of ", bytes);
     }},
    {"buffers.ledger: ",
     [](Scene& s) {
       const std::uint64_t bytes = s.manual_bytes();
       s.arena.malloc().Free(s.buffer);
       return absl::StrCat(
           "0 live buffers of 0 bytes, and the ledger has 1 of ", bytes);
     }},
};

std::string NameOfBreach(
    const testing::TestParamInfo<std::tuple<Breach, bool>>& info) {
  const std::string& said = std::get<0>(info.param).said;
  std::string rule = said.substr(0, said.find(':'));
  rule[rule.find('.')] = '_';
  return absl::StrCat(rule, "_", info.index,
                      std::get<1>(info.param) ? "_Checked" : "_Fast");
}

INSTANTIATE_TEST_SUITE_P(Pages, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kPages),
                                          testing::Bool()),
                         NameOfBreach);
INSTANTIATE_TEST_SUITE_P(Bump, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kBump),
                                          testing::Bool()),
                         NameOfBreach);
INSTANTIATE_TEST_SUITE_P(Pool, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kPool),
                                          testing::Bool()),
                         NameOfBreach);
INSTANTIATE_TEST_SUITE_P(Buffers, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kBuffers),
                                          testing::Bool()),
                         NameOfBreach);

}  // namespace
}  // namespace kheap
