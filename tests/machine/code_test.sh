#!/usr/bin/env bash
# What the optimiser has left of code_samples.cc: zeros of secrets are written, volatile accesses happen, a comparison
# in constant time is one straight line but for its loop, and fences, prefetches and the like are this processor's
# instructions, as docs/design/machine.md lists them.
# OBJDUMP names the disassembler for another processor than this.
set -euo pipefail

object=
for file in "$@"; do
  [[ $file != *.[ao] ]] || object=$file
done
listing=$("${OBJDUMP:-objdump}" --disassemble --no-show-raw-insn --no-addresses "$object")

# Prints the instructions of a function, but for the padding behind it. RISC-V's listings have labels within one.
code() {
  awk -v label="<$1>:" '/^<[^.]/ { inside = $0 == label } inside' <<<"$listing" |
    grep -vE '^<|^$|nop|endbr|xchg +%ax,%ax|cs |data16' || true
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
expect_more KheapStoresTwiceSignalFenced KheapStoresTwice 1
expect_more KheapStoresTwiceReleased KheapStoresTwice 1
expect_more KheapLoadsVolatile KheapLoadsForNothing 1

# Expects that a function has so many instructions that match, or with "some" one at least.
expect_code() {
  local found
  found=$(code "$1" | grep -cE "[[:space:]]($3)" || true)
  if [[ $found != "$2" && ($2 != some || $found == 0) ]]; then
    echo "$1 has $found instructions like '$3', wanted $2:"
    code "$1"
    failures=$((failures + 1))
  fi
}

# The instructions of the processor whose code this is; `loads` is what loads a word, `fence` what a full fence is.
case $(grep -m 1 -oE 'elf64-[a-z0-9-]+' <<<"$listing") in
  elf64-x86-64)
    loads='(mov|add) +\(%' fence='mfence|lock or'
    expect_code KheapPauses 1 'pause'
    expect_code KheapCounts 1 'rdtsc'
    expect_code KheapCounts 0 'lfence'
    expect_code KheapCountsSerialised 1 'rdtsc'
    expect_code KheapCountsSerialised 2 'lfence'
    expect_code KheapPrefetches 1 'prefetcht0 '
    expect_code KheapPrefetchesOnce 1 'prefetchnta '
    expect_code KheapPrefetchesForWrite 1 'prefetchw '
    expect_code KheapFlushes some 'clflush '
    expect_code KheapFlushes 1 'mfence'
    expect_code KheapCopiesNonTemporally some 'movnt(dq|ps) '
    expect_code KheapCopiesNonTemporally 1 'sfence'
    ;;
  elf64-littleaarch64)
    loads='ldr\s' fence='dmb\s+ish$'
    expect_code KheapPauses 1 'yield'
    expect_code KheapCounts 1 'mrs.*cntvct_el0'
    expect_code KheapCounts 0 'isb'
    expect_code KheapCountsSerialised 1 'mrs.*cntvct_el0'
    expect_code KheapCountsSerialised 2 'isb'
    expect_code KheapPrefetches 1 'prfm\s+pldl1keep'
    expect_code KheapPrefetchesOnce 1 'prfm\s+pldl1strm'
    expect_code KheapPrefetchesForWrite 1 'prfm\s+pstl1keep'
    expect_code KheapFlushes some 'dc\s+civac'
    expect_code KheapFlushes 1 'dsb\s+ish$'
    expect_code KheapCopiesNonTemporally some 'stnp\s+q'
    expect_code KheapCopiesNonTemporally 1 'dmb\s+ishst'
    expect_code KheapStoresTwiceReleased 1 "$fence"
    expect_code KheapLoadsTwiceAcquired 1 'dmb\s+ish(ld)?$'
    ;;
  elf64-littleriscv)
    loads='lw\s' fence='fence'
    expect_code KheapPauses 1 'pause|\.word\s+0x0100000f'
    expect_code KheapCounts 1 'rdtime'
    expect_code KheapCounts 0 'fence'
    expect_code KheapCountsSerialised 1 'rdtime'
    expect_code KheapCountsSerialised 2 'fence'
    expect_code KheapPrefetches 1 'prefetch\.r|ori?\s+zero,a0,1$'
    expect_code KheapPrefetchesForWrite 1 'prefetch\.w|ori?\s+zero,a0,3$'
    expect_code KheapFlushes 1 'fence\s+rw,rw'
    expect_code KheapCopiesNonTemporally some 'ntl\.all|\.word\s+0x00500033|add\s+zero,zero,t0'
    expect_code KheapCopiesNonTemporally 1 'fence\s+w,w'
    expect_code KheapStoresTwiceReleased 1 "$fence"
    expect_code KheapLoadsTwiceAcquired 1 "$fence"
    ;;
  elf64-s390)
    loads='(l|a)\s' fence='bn?[eo]r\s+%r0|bcr\s'
    expect_code KheapPrefetches 1 'pfd\s+1'
    expect_code KheapPrefetchesForWrite 1 'pfd\s+2'
    ;;
  *)
    echo "the instructions of this processor are not known here"
    failures=$((failures + 1))
    loads='.' fence='.'
    ;;
esac
expect_code KheapFences 1 "$fence"
expect_code KheapStoresTwiceSignalFenced 0 "$fence"
expect_code KheapStoresTwiceFenced 0 "$fence"
expect_code KheapLoadsTwice 1 "$loads"
expect_code KheapLoadsTwiceAcquired 2 "$loads"

# Prints how many conditional branches a function has.
branches() {
  code "$1" | grep -cE '\b(j[a-z]+|b\.[a-z]+|cbn?z|tbn?z|b(eq|ne|lt|ge|ltu|geu|eqz|nez))\b' || true
}
calls() { code "$1" | grep -cE 'call|\bbl\b|\bjal\b|brasl' || true; }

# Expects that a function is there, and has no more branches than it has loops.
expect_loops() {
  if (($(count "$1") == 0 || $(branches "$1") > $2 || $(calls "$1") > 0)); then
    echo "$1 branches on more than its loops, of which there are $2:"
    code "$1"
    failures=$((failures + 1))
  fi
}
expect_loops KheapComparesWordsConstantly 1
expect_loops KheapComparesBytesConstantly 1
expect_loops KheapComparesBothConstantly 2
if (($(branches KheapComparesQuickly) + $(calls KheapComparesQuickly) < 1)); then
  echo "KheapComparesQuickly shows no branch, so the test above could not fail"
  failures=$((failures + 1))
fi
((failures == 0))
