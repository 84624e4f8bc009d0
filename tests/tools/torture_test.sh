#!/usr/bin/env bash
# tools/torture: which programs it runs, how, and what it makes of how they end.
# The programs are shell scripts, to be expanded when they run.
# shellcheck disable=SC2016
source tests/tools/stand_ins.sh

# The machine has the sources of gcc unpacked, and no other suite.
export XDG_CACHE_HOME=$work/cache
suite=$XDG_CACHE_HOME/kheap/torture/gcc-12.2.0/gcc/testsuite/gcc.c-torture/execute
mkdir -p "$suite/ieee" "$work/archives"
touch "$work/archives/gcc-12.2.0.tar.xz"
root=$work/root
mkdir "$root"
cp -RL tools "$root/tools"
sed -i "s|/usr/src/gcc-12|$work/archives|" "$root/tools/torture_suites/packages.py"
exceptions=$root/tools/torture_suites/exceptions.txt
: >"$exceptions"
printf '#!/bin/sh\n' | tee "$root/tools/setup" >"$root/tools/quiet_bazel"

# "Compiles" a shell script, unless its text says that clang refuses it.
stand_in clang-19 <<'END'
for argument in "$@"; do
  [[ $argument != *.c ]] || source=$argument
  [[ $last != -o ]] || program=$argument
  last=$argument
done
! grep -q REFUSED "$source" || exit 1
if grep -q OLD "$source" && [[ " $* " != *" -std=gnu89 "* ]]; then exit 1; fi
{ echo '#!/bin/sh'; cat "$source"; } >"$program"
chmod +x "$program"
END
# Runs the program as it is natively, with the mode as its argument.
stand_in kheap <<'END'
for argument in "$@"; do
  [[ $argument != *.c ]] || source=$argument
  [[ $argument != --fast && $argument != --checked ]] || mode=$argument
done
exec sh "$source" "$mode"
END

# program NAME TEXT: a program of the suite, as a shell script. $1 is empty natively.
program() { printf '%s\n' "$2" >"$suite/$1"; }
torture() { run "$root/tools/torture" --kheap "$work/bin/kheap" --jobs 1 --seconds 5 "$@"; }
expect_row() { grep -qE "^${1// / +}$" "$work/out" || fail "expected the row: $1"; }

program same.c 'echo 42'
program ieee/more.c 'echo 1.5'
program old.c ': OLD'
program refused.c ': REFUSED'
program fails.c 'exit 3'
torture gcc
expect_status 0
expect_row 'gcc fast 3 0 3 100.00% 0 0'
expect_row 'gcc checked 3 0 3 100.00% 0 0'
expect_row 'gcc left out 1 does not compile natively'
expect_row 'gcc left out 1 fails natively'
expect_call '^kheap run --fast --no-cache -w -U__OPTIMIZE__ .*/same\.c --'
expect_call '^kheap run --checked .* -std=gnu89 .*/old\.c'

# What native clang did is known by now.
torture gcc --mode fast
expect_status 0
expect_no_call clang-19
expect_no_call checked

# A failure ends the command, until it is listed; a list that is longer than it need be does, too.
program output.c 'echo "$1"'
program status.c '[ "$1" != --checked ] || { echo "fault 113: use after free" >&2; exit 113; }'
torture gcc
expect_status 1
grep -q 'output.c: other output than natively' "$work/out" || fail 'expected a line on output.c'
grep -q 'checked *status.c: exit status 113, natively 0: fault 113: use after free' "$work/out" ||
  fail 'expected a line on status.c'
expect_row 'gcc fast 5 0 4 80.00% 1 0'
expect_row 'gcc checked 5 0 3 60.00% 2 0'
printf 'gcc both output.c\n  Reasons.\n' >"$exceptions"
torture gcc --file status.c --file output.c --mode fast
expect_row 'gcc fast 2 0 1 50.00% 0 1'
expect_status 1 # below 99 %
printf 'gcc both same.c\n  Reasons.\n' >"$exceptions"
torture gcc --file same.c
expect_status 1
grep -q 'same.c: passes, and is a listed exception' "$work/out" || fail 'expected a line on same.c'
: >"$exceptions"

# Limits: of the number of programs, and of processor time.
torture gcc --limit 2 --mode fast
expect_row 'gcc left out 1 fails natively'
expect_row 'gcc fast 1 0 1 100.00% 0 0'
program slow.c '[ -z "$1" ] || while :; do :; done'
torture gcc --file slow.c --mode fast --seconds 1
expect_status 1
grep -q 'slow.c: takes too long' "$work/out" || fail 'expected a line on slow.c'

torture tortoise
expect_status 2
expect_err "no suite 'tortoise'"
