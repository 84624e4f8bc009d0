#!/usr/bin/env bash
# The kheap binary as a shell sees it: texts, exit statuses, streams.
source tests/tools/stand_ins.sh

kheap=cli/kheap
trace=tests/cli/data/sqlite3.rep

expect_golden() { diff "tests/cli/golden/$1" "$work/out" || fail "expected tests/cli/golden/$1"; }

run $kheap --help
expect_status 0
expect_golden help.txt
for command in run check replay; do
  run $kheap help $command
  expect_status 0
  expect_golden ${command}_help.txt
done

run $kheap
expect_status 2
expect_out ''
run $kheap replay missing.rep
expect_status 2
expect_err 'kheap replay: missing.rep: No such file or directory'
[[ $(wc -l <"$work/err") == 1 ]] || fail 'expected one line of errors'

# Progress is for terminals only.
run $kheap replay --rounds=1 $trace
expect_status 0
[[ ! -s $work/err ]] || fail 'expected no errors'
grep -q '^utilisation  ' "$work/out" || fail 'expected the report'

from_input() { $kheap replay --rounds=1 --json - <$trace; }
run from_input
expect_status 0
grep -q '^{"trace":"<stdin>",' "$work/out" || fail 'expected JSON'
without_input() { $kheap replay - <&-; }
run without_input
expect_status 2
expect_err 'kheap replay: <stdin>: Bad file descriptor'

run $kheap replay --max-memory=3M $trace
expect_status 1
expect_out ''
expect_err ': out of memory: '

# Output that does not arrive is an error.
to_full_disk() { $kheap "$@" >/dev/full; }
to_nowhere() { $kheap "$@" >&-; }
run to_full_disk --help
expect_status 1
expect_err 'kheap: cannot write the output: No space left on device'
run to_full_disk replay --rounds=1 $trace
expect_status 1
expect_err 'kheap: cannot write the output: No space left on device'
run to_nowhere --version
expect_status 1
expect_err 'kheap: cannot write the output: Bad file descriptor'
run to_nowhere replay missing.rep
expect_status 2
