// SPDX-License-Identifier: Apache-2.0
// Every rule of executable memory is broken once, and found: by name and place.
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "exec/executable_memory.h"
#include "gtest/gtest.h"
#include "tests/exec/host_permissions.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kPages = 12;

// Pages 1 and 2 are writable, 4 and 5 are sealed, 7 is freed; the rest never
// was anything.
struct Scene {
  explicit Scene(bool checked)
      : heap(MakeHeap({.layout = {.code_bytes = kPages * kCodePageBytes},
                       .checked = checked})),
        code(ExecutableMemory::Create(*heap).value()),
        writable(code.Allocate(kCodePageBytes + 1).value()),
        sealed(code.Allocate(kCodePageBytes + 1).value()),
        freed(code.Allocate(1).value()) {
    EXPECT_EQ(code.Seal(sealed), absl::OkStatus());
    EXPECT_EQ(code.Free(freed), absl::OkStatus());
  }

  CodeRecords& records() {
    return *reinterpret_cast<CodeRecords*>(
        heap->base() + heap->layout().begin(Region::kCode).offset());
  }
  CodeRecord& record(Address block) {
    return records().blocks[CodePageOf(block)];
  }
  void SetState(std::uint64_t page, CodeState state) {
    EXPECT_TRUE(heap->SetCodeState(page, 1, state));
  }

  std::unique_ptr<GlobalHeap> heap;
  ExecutableMemory code;
  Address writable;
  Address sealed;
  Address freed;
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
  ASSERT_EQ(scene.code.CheckInvariants(), absl::OkStatus());
  const std::string rest = breach.commit(scene);
  EXPECT_EQ(scene.code.CheckInvariants(),
            absl::InternalError(absl::StrCat(breach.said, rest)));
}

const Breach kBlocks[] = {
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.SetState(2, CodeState::kSealed);
       return ToString(s.writable);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.SetState(5, CodeState::kNone);
       return ToString(s.sealed);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.SetState(0, CodeState::kWritable);
       return ToString(s.writable);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.SetState(6, CodeState::kSealed);
       return ToString(s.sealed);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.record(s.freed).page_count = kPages;
       return ToString(s.freed);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.record(s.freed).page_count = ~std::uint64_t{0};
       return ToString(s.freed);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.records().blocks[0].size_bytes = 1;
       return ToString(kCodePagesBegin);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.record(s.freed).size_bytes = kCodePageBytes + 1;
       return ToString(s.freed);
     }},
    {"exec.block: not the pages of one state between two guards, at ",
     [](Scene& s) {
       s.SetState(7, CodeState::kNone);
       return ToString(s.freed);
     }},
};

const Breach kLive[] = {
    {"exec.live: 5 live pages, 4 in blocks, and 262144 bytes are counted of "
     "786432",
     [](Scene& s) {
       s.SetState(9, CodeState::kWritable);
       return "";
     }},
    {"exec.live: 4 live pages, 2 in blocks, and 262144 bytes are counted of "
     "786432",
     [](Scene& s) {
       s.record(s.sealed).size_bytes = 0;
       return "";
     }},
    {"exec.live: 4 live pages, 4 in blocks, and 262143 bytes are counted of "
     "786432",
     [](Scene& s) {
       s.records().header.live_bytes -= 1;
       return "";
     }},
    // Above the quota.
    {"exec.live: 4 live pages, 4 in blocks, and 262144 bytes are counted of "
     "262143",
     [](Scene& s) {
       s.records().header.quota_bytes = 4 * kCodePageBytes - 1;
       return "";
     }},
};

std::string NameOfBreach(
    const testing::TestParamInfo<std::tuple<Breach, bool>>& info) {
  return absl::StrCat(info.index,
                      std::get<1>(info.param) ? "_Checked" : "_Fast");
}

INSTANTIATE_TEST_SUITE_P(Blocks, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kBlocks),
                                          testing::Bool()),
                         NameOfBreach);
INSTANTIATE_TEST_SUITE_P(Live, InvariantsTest,
                         testing::Combine(testing::ValuesIn(kLive),
                                          testing::Bool()),
                         NameOfBreach);

// The rule that only the host can answer for: its page tables agree with the
// states.
TEST(HostInvariantTest, AStateWithoutItsProtectionIsFound) {
  if (!HostTellsPermissions()) GTEST_SKIP() << kHostTellsNoPermissions;
  for (const auto& [page, state, host] :
       {std::tuple(1, CodeState::kSealed, "rw-"),
        std::tuple(4, CodeState::kWritable, "r-x"),
        std::tuple(5, CodeState::kFreed, "r-x"),
        std::tuple(7, CodeState::kWritable, "r--"),
        std::tuple(11, CodeState::kSealed, "r--")}) {
    Scene scene(false);
    ASSERT_EQ(HostDisagreement(*scene.heap), "");
    scene.records().states[static_cast<std::size_t>(page)] =
        static_cast<std::uint8_t>(state);
    EXPECT_EQ(HostDisagreement(*scene.heap),
              absl::StrCat("page ", page, " of code is ", host));
  }
}

}  // namespace
}  // namespace kheap
