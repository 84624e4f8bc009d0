// SPDX-License-Identifier: Apache-2.0
// What docs/design/runner.md shows, with what the page leaves out around it.
#include <cstdint>
#include <iostream>

#include "runner/program.h"

struct Point {
  double x, y;
};
struct Box {
  Point low, high;
};

using namespace kheap;

int main() {
  const auto program = Program::Compile({}, {{"geometry.c"}}).value();
  const auto process = program.Start().value();  // globals in place
  const auto area = process->Find<double(Box)>("area").value();
  const double twelve = *area(Box{{0, 0}, {3, 4}}).value;
  const Ptr<std::int32_t> calls =
      process->Symbol<std::int32_t>("calls").value();
  const RunResult run = program.Run({"geometry", "-v"}, "input").value();
  std::cout << twelve << " " << *calls << " " << run.output;
}
