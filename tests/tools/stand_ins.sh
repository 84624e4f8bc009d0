# shellcheck shell=bash
# What the tests of scripts share: a temporary folder, stand-ins for programs, and expectations.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
PATH=$work/bin:$PATH

# Puts a program of this name first on the path; its text comes from standard input. It finds `work` set, and each call
# leaves a line in $work/calls.
stand_in() {
  { printf '#!/usr/bin/env bash\nwork=%q\necho "%s $*" >>%q\n' "$work" "$1" "$work/calls"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# Runs a command; leaves its exit status in `status`, its output in $work/out and $work/err, and the calls that it made
# of stand-ins in $work/calls.
run() {
  : >"$work/calls"
  status=0
  "$@" >"$work/out" 2>"$work/err" || status=$?
}

fail() {
  printf '%s\n' "$*" "status $status" "--- out" "$(cat "$work/out")" "--- err" "$(cat "$work/err")" \
    "--- calls" "$(cat "$work/calls")" >&2
  exit 1
}

expect_status() { [[ $status == "$1" ]] || fail "expected status $1"; }
expect_out() { [[ $(cat "$work/out") == "$1" ]] || fail "expected output: $1"; }
expect_silence() { [[ ! -s $work/out && ! -s $work/err ]] || fail "expected no output"; }
expect_err() { grep -qF -e "$1" "$work/err" || fail "expected in the errors: $1"; }
expect_call() { grep -qE -e "$1" "$work/calls" || fail "expected a call: $1"; }
expect_no_call() { ! grep -qE -e "$1" "$work/calls" || fail "expected no call: $1"; }
