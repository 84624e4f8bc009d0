#!/usr/bin/env bash
# What the optimiser has left of code_samples.cc: zeros of secrets are written, volatile accesses happen, and a
# comparison in constant time is one straight line but for its loop. Counts instructions, on any processor.
# OBJDUMP names the disassembler for another processor than this.
set -euo pipefail

object=
for file in "$@"; do
  [[ $file != *.a ]] || object=$file
done
listing=$("${OBJDUMP:-objdump}" --disassemble --no-show-raw-insn --no-addresses "$object")

# Prints the instructions of a function, but for the padding behind it.
code() {
  sed -n "/^<$1>:/,/^\$/p" <<<"$listing" | grep -vE '^<|^$|nop|endbr|xchg +%ax,%ax|cs |data16' || true
}
count() { code "$1" | wc -l; }

failures=0
# Expects that the first function has more instructions than the second, by at least as many as said.
expect_more() {
  local more less
  more=$(count "$1")
  less=$(count "$2")
  if ((less == 0 || more < less + $3)); then
    echo "$1 has $more instructions, $2 has $less; wanted $3 more"
    code "$1"
    failures=$((failures + 1))
  fi
}

expect_more KheapForgetsSecurely KheapForgetsByMemset 2
expect_more KheapStoresTwiceVolatile KheapStoresTwice 1
expect_more KheapStoresTwiceFenced KheapStoresTwice 1
expect_more KheapLoadsVolatile KheapLoadsForNothing 1

# Prints how many conditional branches a function has.
branches() {
  code "$1" | grep -cE '\b(j[a-z]+|b\.[a-z]+|cbn?z|tbn?z|b(eq|ne|lt|ge|ltu|geu|eqz|nez))\b' || true
}
calls() { code "$1" | grep -cE 'call|\bbl\b|\bjal\b|brasl' || true; }

if (($(branches KheapComparesConstantly) > 1 || $(calls KheapComparesConstantly) > 0)); then
  echo "KheapComparesConstantly branches on more than its loop:"
  code KheapComparesConstantly
  failures=$((failures + 1))
fi
if (($(branches KheapComparesQuickly) + $(calls KheapComparesQuickly) < 1)); then
  echo "KheapComparesQuickly shows no branch, so the test above could not fail"
  failures=$((failures + 1))
fi
((failures == 0))
