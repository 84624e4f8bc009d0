#!/usr/bin/env bash
# What docs/design/runner.md shows in C++ compiles, and does what the page says.
set -euo pipefail

# Code without comments, spaces and line ends.
code() { sed 's|//.*||' | tr -d ' \n'; }

shown=$(sed -n '/^```cpp$/,/^```$/p' docs/design/runner.md | sed '/^```/d' | code)
[[ -n $shown && $(code <tests/docs/runner_example.cc) == *"$shown"* ]] ||
  { echo 'tests/docs/runner_example.cc is not what docs/design/runner.md shows' >&2; exit 1; }

example=$PWD/tests/docs/runner_example
cd "$TEST_TMPDIR"
cat >geometry.c <<'C'
#include <stdio.h>
#include <string.h>
struct point { double x, y; };
struct box { struct point low, high; };
int calls;
double area(struct box box) {
  ++calls;
  return (box.high.x - box.low.x) * (box.high.y - box.low.y);
}
int main(int argc, char **argv) {
  char line[80];
  puts(argc == 2 && strcmp(argv[1], "-v") == 0 ? fgets(line, sizeof line, stdin) : "no");
  return 0;
}
C
printed=$($example) || { echo "the example fails after: $printed" >&2; exit 1; }
[[ $printed == '12 1 input' ]] ||
  { echo "the example prints: $printed" >&2; exit 1; }
