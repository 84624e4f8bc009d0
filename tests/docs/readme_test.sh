#!/usr/bin/env bash
# What README.md shows is what the project does: its example compiles and prints the lines below it, and its set-up
# command finds everything in place where tests run.
set -euo pipefail

# Prints the first fenced block of this kind.
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" README.md | sed '1d;/^```$/,$d'; }

diff <(block cpp) <(sed 1d tests/docs/readme_example.cc)
diff <(block text) <(tests/docs/readme_example)
tools/setup --check build test
