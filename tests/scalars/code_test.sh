#!/usr/bin/env bash
# What the optimiser has left of code_samples.cc: a volatile number of the guest is loaded, though nobody wants it.
source tests/support/instructions.sh

# `load` is this processor's load of 32 bits.
case $processor in
  elf64-x86-64) load='mov +[0-9a-fx]*\(%[a-z0-9,%]+\),%(e[a-z]+|r[0-9]+d)$' ;;
  elf64-littleaarch64) load='ldr\s+w' ;;
  elf64-littleriscv) load='lw\s' ;;
  *)
    echo "the instructions of this processor are not known here"
    exit 1
    ;;
esac
expect_code KheapReadsForNothing 0 "$load"
expect_code KheapReadsVolatile some "$load"
((failures == 0))
