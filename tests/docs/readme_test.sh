#!/usr/bin/env bash
# What README.md shows is what the project does: its wrong program and the report are the ones in examples/, its C++
# compiles and prints the lines below it, the code in its table of features compiles, and its set-up command finds
# everything in place where tests run.
set -euo pipefail

# Prints the first fenced block of this kind.
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" README.md | sed '1d;/^```$/,$d'; }

wrong=examples/wrong/113_use_after_free
diff <(block c) "$wrong.c"
diff <(block console | sed '1,2d; s/0x[0-9a-f]*/ADDRESS/') <(sed 's|wrong/||g' "$wrong.expected")
diff <(block cpp) <(sed 1d tests/docs/readme_example.cc)
diff <(block text) <(tests/docs/readme_example)

# The code in the last column of the table, a statement a line.
rows=$(sed -n '/^## Features/,/^## Folders/p' README.md | sed -n 's/.*| `\(.*\)` |$/\1/p' | sed 's/; /;\n/g')
[[ $(wc -l <<<"$rows") -ge 8 ]]
while IFS= read -r row; do
  grep -qF -e "$row" tests/docs/readme_rows_test.cc ||
    { echo "README.md shows what tests/docs/readme_rows_test.cc does not compile: $row" >&2; exit 1; }
done <<<"$rows"

tools/setup --check build test
