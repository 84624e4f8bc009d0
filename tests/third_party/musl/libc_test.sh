#!/usr/bin/env bash
# libc.bc calls nobody but the built-ins and `main`, is made of what the runner knows, and defines what the headers
# declare.
set -euo pipefail
export LC_ALL=C

musl=third_party/musl
libc=$musl/libc.bc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect_none WHAT: standard input lists what should not be.
expect_none() {
  sed "1i $1:" | tee -a "$work/complaints" >&2
}
# The lines of libc.bc as text that match.
lines_with() { sed -nE "/$1/p" "$work/libc.ll"; }
# The names at the beginning of the lines of a list.
names_of() { sed -nE 's/^([A-Za-z_][A-Za-z_0-9.]*).*/\1/p' "$1" | sort; }

names_of $musl/builtins.txt >"$work/builtins"
names_of $musl/absent.txt >"$work/absent"
llvm-nm-19 --undefined-only --format=just-symbols "$libc" | sort >"$work/called"
llvm-nm-19 --defined-only --extern-only --format=just-symbols "$libc" | sort >"$work/defined"
llvm-dis-19 "$libc" -o "$work/libc.ll"

for list in builtins absent; do
  uniq -d "$work/$list" | expect_none "named twice in $list.txt"
  comm -12 "$work/$list" "$work/defined" | expect_none "in $list.txt, and defined in libc.bc"
done
sort "$work/builtins" - <<<main | comm -13 - "$work/called" | expect_none 'called by libc.bc, and not in builtins.txt'

lines_with '\basm\b|^module asm' | expect_none 'inline assembly'
lines_with '\bthread_local\b|\bifunc\b|\bblockaddress\b|\bindirectbr\b' | expect_none 'not for this machine'
lines_with '\b(atomicrmw|cmpxchg|fence)\b|\batomic ' | expect_none 'an atomic operation'
lines_with '\b(fp128|x86_fp80|half)\b' | expect_none 'a type that the guest has not'
lines_with '^!.*\b(DICompileUnit|DIFile)\b' | expect_none 'debug information'
sed -nE 's/^declare .*@(llvm\.[a-z0-9._]*)\(.*/\1/p' "$work/libc.ll" | sort |
  diff - <(names_of tests/third_party/musl/intrinsics.txt) | expect_none 'other intrinsics than in intrinsics.txt'

# Every function that a header declares is somewhere.
# Those of bits/ are not for programs, and some include Linux's own.
find -L $musl/include -name '*.h' | sed -nE "s|^$musl/include/(.*)|\1|p" | sort |
  grep -vxE 'bits/.*|sys/(kd|soundcard|vt)\.h' | sed 's|.*|#include <&>|' >"$work/headers.c"
clang-19 --target=riscv64-linux-musl -march=rv64gc -mabi=lp64d -Xclang -mlong-double-64 -nostdinc \
  -isystem $musl/include -D_GNU_SOURCE -w -fsyntax-only -Xclang -ast-dump -fno-color-diagnostics \
  "$work/headers.c" >"$work/headers.ast"
sed -nE "/FunctionDecl/{/ (static|implicit) /d;/ static( |\$)/d;s/^[^']* ([A-Za-z_][A-Za-z_0-9]*) '.*/\1/p}" \
  "$work/headers.ast" | sort -u >"$work/declared"
[[ $(wc -l <"$work/declared") -gt 1000 ]] || echo 'the headers declare too little' | expect_none 'headers'
sort "$work/builtins" "$work/absent" "$work/defined" | comm -23 "$work/declared" - |
  expect_none 'declared by a header, and neither defined nor in builtins.txt or absent.txt'
sed '/in C23, not in/d' $musl/builtins.txt >"$work/of_musl"
names_of "$work/of_musl" | comm -23 - <(sort "$work/called" "$work/declared") |
  expect_none 'in builtins.txt, and neither called by libc.bc nor declared by a header'
comm -23 "$work/absent" "$work/declared" | expect_none 'in absent.txt, and declared by no header'

[[ ! -s $work/complaints ]]
