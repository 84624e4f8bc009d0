#!/usr/bin/env bash
# Runs every program of examples/: the correct ones in both modes, the wrong ones against the report beside them.
set -euo pipefail

kheap=$PWD/$1
export XDG_CACHE_HOME=$TEST_TMPDIR
failures=0

fail() {
  printf 'FAILED %s\n' "$1"
  failures=$((failures + 1))
}

# Compares standard output and exit status, in both modes, with what is expected.
expect() {
  local program=$1 input=$2 expected=$3 mode output
  for mode in --checked --fast; do
    output=$(printf '%s' "$input" | "$kheap" run "$mode" "examples/$program" 2>&1) || fail "$program $mode: status $?"
    [[ $output == "$expected" ]] || fail "$program $mode: $output"
  done
}

expect word_count.c $'one two\nthree\n' '2 lines, 3 words, 14 characters'
expect hash_table.c '' '1000 keys, key0 100 times, key999 100 times'
expect arena_allocator.c '' '8547 nodes, height 31, 67 chunks'
expect b_tree.c '' '20000 keys in order, 20000 found'
expect matrix_multiply.c '' 'trace 592.500, corner 48.625'

# A wrong program's name begins with the code of its fault. Addresses differ from one layout to another.
cd examples
for program in wrong/*.c; do
  mode=--checked
  if [[ $program == *116* ]]; then mode=--fast; fi
  code=${program#wrong/}
  status=0
  report=$("$kheap" run "$mode" "$program" 2>&1) || status=$?
  [[ $status == "${code%%_*}" ]] || fail "$program: status $status"
  diff -u "${program%.c}.expected" <(sed -E 's/0x[0-9a-f]{4,}/ADDRESS/g' <<<"$report") || fail "$program"
done

[[ $failures == 0 ]]
