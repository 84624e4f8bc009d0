// SPDX-License-Identifier: Apache-2.0
#include "allocators/scope_stack.h"

#include <vector>

#include "gtest/gtest.h"

namespace kheap {
namespace {

// Scopes as they are opened and closed on the host, with what each returns to.
struct Scopes {
  struct Scope {
    int allocator;  // 0 once that is gone
    std::uint64_t outer_depth;
  };

  void Open(int allocator) {
    open.push_back({allocator, stack.depth});
    stack.Open(static_cast<std::uint8_t>(allocator));
  }
  void Close() {
    if (open.empty()) return;
    stack.CloseTo(open.back().outer_depth);
    open.pop_back();
  }
  void End(int allocator) {
    for (Scope& scope : open) {
      if (scope.allocator == allocator) scope.allocator = 0;
    }
    stack.End(static_cast<std::uint8_t>(allocator));
  }
  int Innermost() const {
    for (auto scope = open.rbegin(); scope != open.rend(); ++scope) {
      if (scope->allocator != 0) return scope->allocator;
    }
    return 0;
  }

  ScopeStack stack = {};
  std::vector<Scope> open;
};

void ExpectSound(const Scopes& scopes) {
  ASSERT_EQ(scopes.stack.innermost(), scopes.Innermost());
  ASSERT_EQ(scopes.stack.depth == 0, scopes.Innermost() == 0);
  for (std::uint64_t i = scopes.stack.depth; i < kScopeDepthMax; ++i) {
    ASSERT_EQ(scopes.stack.records[i], 0);
  }
}

// All sequences of so many more calls.
void TryAllCalls(const Scopes& before, int calls) {
  ExpectSound(before);
  if (calls == 0 || testing::Test::HasFatalFailure()) return;
  for (int allocator = 1; allocator <= 2; ++allocator) {
    Scopes opened = before;
    opened.Open(allocator);
    TryAllCalls(opened, calls - 1);
    Scopes ended = before;
    ended.End(allocator);
    TryAllCalls(ended, calls - 1);
  }
  Scopes closed = before;
  closed.Close();
  TryAllCalls(closed, calls - 1);
}

TEST(ScopeStackTest, TheInnermostOneThatHasNotEndedCounts) {
  TryAllCalls({}, 6);
}

TEST(ScopeStackTest, ClosingAnOuterScopeClosesThoseWithin) {
  ScopeStack stack = {};
  stack.Open(1);
  stack.Open(2);
  stack.CloseTo(0);
  stack.CloseTo(1);
  EXPECT_EQ(stack.innermost(), 0);
}

TEST(ScopeStackTest, OneAllocatorNestsAsDeepAsItWill) {
  ScopeStack stack = {};
  for (std::uint64_t i = 0; i < kScopeDepthMax + 1; ++i) stack.Open(7);
  EXPECT_EQ(stack.depth, 1u);
}

TEST(ScopeStackDeathTest, ScopesOfSeveralNestUpToALimit) {
  ScopeStack stack = {};
  for (std::uint64_t i = 0; i < kScopeDepthMax; ++i) {
    stack.Open(static_cast<std::uint8_t>(1 + i % 2));
  }
  EXPECT_EQ(stack.innermost(), 2);
  EXPECT_DEATH(stack.Open(1), "scopes nest at most 2048 deep");
}

}  // namespace
}  // namespace kheap
