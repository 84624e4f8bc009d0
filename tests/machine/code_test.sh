#!/usr/bin/env bash
# What the optimiser has left of code_samples.cc: zeros of secrets are written, volatile accesses happen, a comparison
# in constant time is one straight line but for its loop, and atomic operations, fences, prefetches and the like are
# this processor's instructions, as docs/design/machine.md lists them.
source tests/support/instructions.sh

expect_more KheapForgetsSecurely KheapForgetsByMemset 2
for bits in 8 16 32 64; do
  expect_more "KheapStoresTwiceVolatile$bits" "KheapStoresTwice$bits" 1
  expect_more "KheapLoadsVolatile$bits" KheapLoadsForNothing 1
done
expect_more KheapStoresTwiceFenced KheapStoresTwice32 1
expect_more KheapStoresTwiceSignalFenced KheapStoresTwice32 1
expect_more KheapStoresTwiceReleased KheapStoresTwice32 1
# A final test and a loop, both of which only what cannot be known keeps.
expect_more KheapComparesWordsWithThemselves KheapComparesWithThemselves 4
expect_more KheapComparesBytesWithThemselves KheapComparesWithThemselves 4

# The instructions of the processor whose code this is; `loads` is what loads a word, `fence` what a full fence is.
case $processor in
  elf64-x86-64)
    loads='(mov|add) +\(%' fence='mfence|lock or'
    expect_code KheapPauses 1 'pause'
    expect_code KheapCounts 1 'rdtsc'
    expect_code KheapCounts 0 'lfence'
    expect_code KheapCountsSerialised 1 'rdtsc'
    expect_code KheapCountsSerialised 2 'lfence'
    expect_code KheapPrefetches 1 'prefetcht0 '
    expect_code KheapPrefetchesNone 1 'prefetchnta '
    expect_code KheapPrefetchesLow 1 'prefetcht2 '
    expect_code KheapPrefetchesModerate 1 'prefetcht1 '
    expect_code KheapPrefetchesHigh 1 'prefetcht0 '
    for locality in '' None Low Moderate High; do
      expect_code "KheapPrefetchesForWrite$locality" 1 'prefetchw '
    done
    expect_code KheapFlushes some 'clflush '
    expect_code KheapFlushes 1 'mfence'
    expect_code KheapCopiesNonTemporally some 'movnt(dq|ps) '
    expect_code KheapCopiesNonTemporally 1 'sfence'
    # The others are ordinary loads and stores, or have LOCK in every order.
    expect_code KheapStoresRelaxed 0 'xchg|mfence|lock '
    expect_code KheapStoresReleasing 0 'xchg|mfence|lock '
    expect_code KheapStoresSequentially 1 'xchg|mfence|lock '
    for order in Relaxed Sequentially; do
      expect_code "KheapExchanges$order" 1 'xchg'
      expect_code "KheapAdds$order" 1 'lock xadd'
      expect_code "KheapSwaps$order" 1 'lock cmpxchg'
    done
    ;;
  elf64-littleaarch64)
    loads='ldr\s' fence='dmb\s+ish$'
    expect_code KheapPauses 1 'yield'
    expect_code KheapCounts 1 'mrs.*cntvct_el0'
    expect_code KheapCounts 0 'isb'
    expect_code KheapCountsSerialised 1 'mrs.*cntvct_el0'
    expect_code KheapCountsSerialised 2 'isb'
    expect_code KheapPrefetches 1 'prfm\s+pldl1keep'
    expect_code KheapPrefetchesForWrite 1 'prfm\s+pstl1keep'
    for places in None:l1strm Low:l3keep Moderate:l2keep High:l1keep; do
      expect_code "KheapPrefetches${places%:*}" 1 "prfm\s+pld${places#*:}"
      expect_code "KheapPrefetchesForWrite${places%:*}" 1 "prfm\s+pst${places#*:}"
    done
    expect_code KheapFlushes some 'dc\s+civac'
    expect_code KheapFlushes 1 'dsb\s+ish$'
    expect_code KheapCopiesNonTemporally some 'stnp\s+q'
    expect_code KheapCopiesNonTemporally 1 'dmb\s+ishst'
    expect_code KheapStoresTwiceReleased 1 "$fence"
    expect_code KheapLoadsTwiceAcquired 1 'dmb\s+ish(ld)?$'
    expect_code KheapStoresRelaxed 0 'stlr\s'
    expect_code KheapStoresReleasing 1 'stlr\s'
    expect_code KheapStoresSequentially 1 'stlr\s'
    expect_code KheapLoadsRelaxed 0 'ldap?r\s'
    expect_code KheapLoadsAcquiring 1 'ldap?r\s'
    expect_code KheapLoadsSequentially 1 'ldar\s'
    # Loops, instructions of later processors, or calls of functions that choose.
    for operation in Exchanges:swp Adds:ldadd Swaps:cas; do
      ordered="ldaxr\s|${operation#*:}al\s|bl\s+<__aarch64_${operation#*:}4_acq_rel>"
      expect_code "Kheap${operation%:*}Relaxed" 0 "$ordered"
      expect_code "Kheap${operation%:*}Sequentially" 1 "$ordered"
    done
    ;;
  elf64-littleriscv)
    loads='lw\s' fence='fence'
    expect_code KheapPauses 1 'pause|\.word\s+0x0100000f'
    expect_code KheapCounts 1 'rdtime'
    expect_code KheapCounts 0 'fence'
    expect_code KheapCountsSerialised 1 'rdtime'
    expect_code KheapCountsSerialised 2 'fence'
    for locality in '' None Low Moderate High; do
      expect_code "KheapPrefetches$locality" 1 'prefetch\.r|ori?\s+zero,a0,1$'
      expect_code "KheapPrefetchesForWrite$locality" 1 'prefetch\.w|ori?\s+zero,a0,3$'
    done
    expect_code KheapFlushes 1 'fence\s+rw,rw'
    expect_code KheapCopiesNonTemporally some 'ntl\.all|\.word\s+0x00500033|add\s+zero,zero,t0'
    expect_code KheapCopiesNonTemporally 1 'fence\s+w,w'
    expect_code KheapStoresTwiceReleased 1 "$fence"
    expect_code KheapLoadsTwiceAcquired 1 "$fence"
    expect_code KheapStoresRelaxed 0 'fence|\S+\.aq'
    expect_code KheapStoresReleasing 1 'fence'
    expect_code KheapStoresReleasing 0 '\S+\.aq|fence\s+rw,rw'
    expect_code KheapStoresSequentially 1 '\S+\.aq|fence\s+rw,rw'
    expect_code KheapLoadsRelaxed 0 'fence'
    expect_code KheapLoadsAcquiring 1 'fence'
    expect_code KheapLoadsSequentially 2 'fence'
    for operation in Exchanges Adds Swaps; do
      expect_code "Kheap${operation}Relaxed" 0 'fence|\S+\.aq'
      expect_code "Kheap${operation}Sequentially" some '\S+\.aq'
    done
    ;;
  elf64-s390)
    loads='(l|a)\s' fence='bn?[eo]r\s+%r0|bcr\s'
    for locality in '' None Low Moderate High; do
      expect_code "KheapPrefetches$locality" 1 'pfd\s+1'
      expect_code "KheapPrefetchesForWrite$locality" 1 'pfd\s+2'
    done
    # The others are ordered by themselves.
    expect_code KheapStoresRelaxed 0 "$fence"
    expect_code KheapStoresReleasing 0 "$fence"
    expect_code KheapStoresSequentially 1 "$fence"
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
