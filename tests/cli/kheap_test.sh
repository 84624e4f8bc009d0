#!/usr/bin/env bash
# The kheap binary as a shell sees it: texts, exit statuses, streams.
source tests/tools/stand_ins.sh
export XDG_CACHE_HOME=$work/cache
cat >"$work/hello.c" <<'C'
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
C
echo 'int main(void) { return 7; }' >"$work/silent.c"

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
run to_full_disk check "$work/hello.c"
expect_status 1
expect_err 'kheap: cannot write the output: No space left on device'
run to_full_disk run --emit=ir "$work/hello.c"
expect_status 1
expect_err 'kheap: cannot write the output: No space left on device'
run to_full_disk run "$work/hello.c"
expect_status 1
expect_err 'kheap: cannot write the output: No space left on device'
[[ $(wc -l <"$work/err") == 1 ]] || fail 'expected one line of errors'
run to_nowhere run "$work/hello.c"
expect_status 1
expect_err 'kheap: cannot write the output: Bad file descriptor'
run to_nowhere run "$work/silent.c"
expect_status 7
expect_silence
run to_nowhere --version
expect_status 1
expect_err 'kheap: cannot write the output: Bad file descriptor'
run to_nowhere replay missing.rep
expect_status 2

# What the compiler says is said each time, not only when it compiles.
echo 'int main(void) { int unused; return 0; }' >"$work/warned.c"
run $kheap run -Wall "$work/warned.c"
expect_status 0
expect_err 'warning: unused variable'
cp "$work/err" "$work/first"
run $kheap run -Wall "$work/warned.c"
expect_status 0
diff "$work/first" "$work/err" || fail 'expected the same warnings'

# Preprocessed C and modules are compiled without a word about options of no use to them.
clang-19 -E "$work/hello.c" -o "$work/hello.i"
$kheap run --emit=bitcode "$work/hello.c" >"$work/hello.bc"
for form in i bc; do
  run $kheap run --no-cache -DX "$work/hello.$form"
  expect_status 0
  expect_out hello
  [[ ! -s $work/err ]] || fail 'expected no errors'
done

# A deadly signal is told.
cat >"$work/abort.c" <<'C'
#include <signal.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  if (argc > 1) raise(atoi(argv[1]));
  abort();
}
C
run $kheap run "$work/abort.c"
expect_status 134
[[ $(cat "$work/err") == 'kheap run: killed by signal 6 (SIGABRT)' ]] || fail 'expected the signal'
run $kheap run "$work/abort.c" -- 11
expect_status 139
expect_err 'kheap run: killed by signal 11 (SIGSEGV)'
run $kheap run "$work/abort.c" -- 40
expect_status 168
expect_err 'kheap run: killed by signal 40'
run $kheap check "$work/abort.c" "$work/silent.c"
expect_status 1
expect_out "$work/abort.c: killed by signal 6 (SIGABRT)
$work/silent.c: ok, status 7
1 ok, 0 faults, 0 did not compile, 1 killed by a signal"
