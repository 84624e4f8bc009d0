// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_GC_GCBENCH_H_
#define KHEAP_BENCHMARKS_GC_GCBENCH_H_

// GCBench, after the description by J. Ellis, P. Kovac and H. Boehm: binary
// trees of all depths are built and dropped, top down and bottom up, while a
// tree and an array live on. A node is two references and two numbers.
//
//   stretch   one tree of the full depth, dropped at once
//   long      a tree of the full depth less 2, and an array of 500,000 numbers
//   short     trees of depth 4, 6 … up to the full depth less 2, as many of
//   each
//             as make twice the nodes of the stretch tree; built both ways
//
// A World makes nodes: it has a Root, a scoped reference, and
//   void NewTree(Root& out, int depth)   bottom up
//   void NewNode(Root& out)
//   void Populate(const Root& node, int depth)   top down
//   void Drop(Root& tree)                frees it, where that is done by hand
//   std::uint64_t Count(const Root& tree)
//   void NewArray(int count); void SetNumber(int, double); double Number(int)

#include <cstdint>

#include "bitshift/bits.h"
#include "machine/check.h"

namespace kheap {

inline constexpr int kStretchDepth = 18;
inline constexpr int kLongDepth = kStretchDepth - 2;
inline constexpr int kArrayLength = 500000;

constexpr std::uint64_t TreeNodes(int depth) {
  return std::uint64_t{2} * bits::Bit(depth) - 1;
}

// Returns the number of nodes made. `verify` counts every tree.
template <typename World>
std::uint64_t RunGcBench(World& world, bool verify) {
  using Root = typename World::Root;
  std::uint64_t made = 0;
  const auto check = [&](const Root& tree, int depth, bool always) {
    made += TreeNodes(depth);
    if (!verify && !always) return;
    KHEAP_CHECK(world.Count(tree) == TreeNodes(depth),
                "a tree has all its nodes");
  };
  {
    Root stretch(world);
    world.NewTree(stretch, kStretchDepth);
    check(stretch, kStretchDepth, false);
    world.Drop(stretch);
  }
  Root long_lived(world);
  world.NewNode(long_lived);
  world.Populate(long_lived, kLongDepth);
  world.NewArray(kArrayLength);
  for (int i = 0; i < kArrayLength; ++i) world.SetNumber(i, 1.0 / (i + 1));
  for (int depth = 4; depth <= kLongDepth; depth += 2) {
    const std::uint64_t count = 2 * TreeNodes(kStretchDepth) / TreeNodes(depth);
    for (std::uint64_t i = 0; i < count; ++i) {
      Root tree(world);
      world.NewNode(tree);
      world.Populate(tree, depth);
      check(tree, depth, false);
      world.Drop(tree);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      Root tree(world);
      world.NewTree(tree, depth);
      check(tree, depth, false);
      world.Drop(tree);
    }
  }
  check(long_lived, kLongDepth, true);
  KHEAP_CHECK(world.Number(999) == 1.0 / 1000, "the array lives on");
  world.Drop(long_lived);
  world.DropArray();
  return made;
}

}  // namespace kheap

#endif  // KHEAP_BENCHMARKS_GC_GCBENCH_H_
