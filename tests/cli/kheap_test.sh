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

# A program that opens a file of its own folder.
mkdir "$work/own"
echo 'from the host' >"$work/own/input.txt"
cat >"$work/reads.c" <<'C'
#include <stdio.h>
int main(void) {
  char line[80];
  FILE *file = fopen("input.txt", "r");
  if (file == NULL) return 3;
  fputs(fgets(line, sizeof line, file), stdout);
  return 0;
}
C
run $kheap run "$work/reads.c"
expect_status 3
run $kheap run --dir="$work/own:/work" --cwd=/work "$work/reads.c"
expect_status 0
expect_out 'from the host'
in_folder() { (cd "$work/own" && "$OLDPWD/$kheap" "$@"); }
run in_folder run --dir=. --cwd=/work ../reads.c
expect_status 0
expect_out 'from the host'

# C from standard input; headers are found in the working directory.
echo '#define ANSWER 42' >"$work/own/answer.h"
program_from_input() { printf '#include "answer.h"\nint main(void) { return ANSWER; }\n' | in_folder "$@" -; }
run program_from_input run
expect_status 42
run program_from_input check
expect_out '<stdin>: ok, status 42
1 ok, 0 faults, 0 did not compile'
broken_from_input() { echo 'int main(void) { return }' | $kheap run -; }
run broken_from_input
expect_status 2
expect_err '<stdin>:1:25: error: expected expression'
faulty_from_input() { echo 'int main(int argc, char **argv) { return *argv[argc]; }' | $kheap run -; }
run faulty_from_input
expect_status 110
expect_err '  at <stdin>:1:42 in main'

# Refusals are one line that names the option or the file.
refuse() {
  local line=$1
  shift
  run $kheap "$@"
  expect_status 2
  expect_out ''
  [[ $(cat "$work/err") == "kheap $line" ]] || fail "expected: kheap $line"
}
refuse 'run: --dir=/none/there cannot be shown: No such file or directory' run --dir=/none/there "$work/hello.c"
refuse 'run: --dir=/tmp:there needs a guest path that begins with "/": HOST:/NAME' run --dir=/tmp:there "$work/hello.c"
refuse 'run: --dir: something else is at /dev' run --dir=/tmp:/dev "$work/hello.c"
refuse 'run: --cwd: there is no folder /none to work in' run --cwd=/none "$work/hello.c"
refuse 'run: --cwd=work is no path of the program'"'"'s that begins with "/"' run --cwd=work "$work/hello.c"
refuse 'run: --max-stack=0 is too small: at least 4096 bytes' run --max-stack=0 "$work/hello.c"
refuse 'run: --max-memory=65G is too large: at most 68719476736 bytes' run --max-memory=65G "$work/hello.c"
refuse 'run: --seed=18446744073709551616 is above 18446744073709551615' run --seed=18446744073709551616 "$work/hello.c"
refuse 'run: --env==x is not NAME=VALUE' run --env==x "$work/hello.c"
refuse 'run: expected a C file before "--"; behind it are the program'"'"'s own arguments' run -- "$work/hello.c"
refuse 'run: expected a C file, or - for standard input' run
refuse "run: unknown option '-gibberish'" run -gibberish "$work/hello.c"
refuse 'run: - is there twice; standard input can be read once' run - "$work/hello.c" -
refuse 'run: --max-stack: a stack of 68719476736 bytes leaves no room in the largest arena, of 68719476736 bytes' \
  run --max-stack=64G "$work/hello.c"
for command in run check; do
  from_folder() { $kheap $command - </tmp; }
  run from_folder
  expect_status 2
  expect_out ''
  [[ $(cat "$work/err") == "kheap $command: <stdin>: cannot be read: Is a directory" ]] || fail 'expected why'
done
refuse "run: unknown option '-march'" run -march=native "$work/hello.c"
refuse "run: $work/own: is a folder, not a C source" run "$work/own"
refuse "run: $work/none.c: no such file" run "$work/none.c"
refuse "run: $work/abort.c: \`main\` is defined in $work/hello.c too" run "$work/hello.c" "$work/abort.c"
echo 'int answer(void) { return 42; }' >"$work/library.c"
refuse "run: $work/library.c: the program has no main" run "$work/library.c"
run $kheap run --max-memory=1M "$work/hello.c"
expect_status 2
expect_err 'kheap run: --max-memory: an arena of 1048576 bytes is too small: with a stack of 8388608 bytes'

cat >"$work/environment.c" <<'C'
#include <stdio.h>
extern char **environ;
int main(void) {
  for (char **each = environ; *each != NULL; ++each) puts(*each);
  return 0;
}
C
run $kheap run -g -Os -lm -pedantic --env=A=1 --env=B=2 --env=A=3 "$work/environment.c"
expect_status 0
expect_out 'B=2
A=3'
