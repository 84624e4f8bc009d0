#!/usr/bin/env bash
# tools/shorten_trace: a prefix of a trace is a trace.
source tests/tools/stand_ins.sh

printf '%s\n' 900 3 6 7 'a 2 100' 'a 0 50' 'r 2 20' 'f 0' 'a 1 400' 'f 2' >"$work/trace.rep"
shorten() { tools/shorten_trace "$work/trace.rep" "$1"; }
expect_lines() { diff <(printf '%s\n' "$@") "$work/out" || fail 'expected other lines'; }

run shorten 4
expect_status 0
expect_lines 150 2 4 7 'a 0 100' 'a 1 50' 'r 0 20' 'f 1'
run shorten 6
expect_lines 420 3 6 7 'a 0 100' 'a 1 50' 'r 0 20' 'f 1' 'a 2 400' 'f 0'
run shorten 99
expect_lines 420 3 6 7 'a 0 100' 'a 1 50' 'r 0 20' 'f 1' 'a 2 400' 'f 0'
run shorten 0
expect_lines 0 0 0 7

run tools/shorten_trace "$work/missing.rep" 4
expect_status 2
run shorten many
expect_status 2
expect_err 'usage: tools/shorten_trace FILE COUNT'
