#!/usr/bin/env bash
# tools/test: how it counts, and what it asks Bazel for.
source tests/tools/stand_ins.sh

root=$work/root
mkdir -p "$root/tools"
cp -L tools/test tools/quiet_bazel "$root/tools"
printf '#!/usr/bin/env bash\n' >"$root/tools/setup"
chmod +x "$root/tools/setup"

# Hands out the events in $work/events, and ends with the status in $work/status.
stand_in bazel <<'END'
for argument in "$@"; do
  [[ $argument != --build_event_json_file=* ]] || cp "$work/events" "${argument#*=}"
done
exit "$(cat "$work/status")"
END

# Starts a run of Bazel that will end with this status.
bazel_ends() {
  echo "$1" >"$work/status"
  : >"$work/events"
}
# completed TARGET true|false: the target was built, or not.
completed() {
  local success=
  [[ $2 == false ]] || success='"success":true'
  printf '{"id":{"targetCompleted":{"label":"%s","configuration":{"id":"0"}}},"completed":{%s}}\n' "$1" "$success" \
    >>"$work/events"
}
# ended TARGET STATUS [REPORT]: the test program ended so, and wrote this.
ended() {
  local folder=$work/logs/${1##*:}
  mkdir -p "$folder"
  echo "log of $1" >"$folder/test.log"
  [[ $# -lt 3 ]] || printf '<?xml version="1.0"?>\n%s\n' "$3" >"$folder/test.xml"
  {
    printf '{"id":{"testResult":{"label":"%s","run":1}},"testResult":{"testActionOutput":[' "$1"
    printf '{"name":"test.log","uri":"file://%s/test.log"},' "$folder"
    printf '{"name":"test.xml","uri":"file://%s/test.xml"}],"status":"%s"}}\n' "$folder" "$2"
  } >>"$work/events"
}
gtest_report() {
  printf '<testsuites tests="%s" failures="%s" disabled="0" errors="0" time="1">\n<testsuite tests="99" ' "$1" "$2"
  printf 'failures="9" errors="9">'
}

bazel_ends 0
completed //a:a true
ended //a:a PASSED "$(gtest_report 7 0)"
completed //a:script true
ended //a:script PASSED '<testsuites> <testsuite name="script" tests="1" failures="0" errors="0">'
run "$root/tools/test"
expect_status 0
expect_out '8 passed, 0 failed'
expect_call '^bazel test .*--build_tests_only .* //\.\.\.$'

run "$root/tools/test" --config=asan //heap/...
expect_call '--config=asan //heap/\.\.\.$'
expect_no_call '//\.\.\.$'
run "$root/tools/test" --config=asan
expect_call '--config=asan //\.\.\.$'

# What a machine cannot run is neither passed nor failed. GoogleTest counts it for each suite, not for the program.
bazel_ends 0
ended //a:a PASSED "$(gtest_report 7 0)
  <testsuite name=\"One\" tests=\"4\" failures=\"0\" disabled=\"0\" skipped=\"2\" errors=\"0\">
  <testsuite name=\"Two\" tests=\"3\" failures=\"0\" disabled=\"0\" skipped=\"1\" errors=\"0\">"
ended //a:b PASSED "$(gtest_report 1 0)
  <testsuite name=\"Three\" tests=\"1\" failures=\"0\" disabled=\"0\" skipped=\"0\" errors=\"0\">"
run "$root/tools/test"
expect_status 0
expect_out '5 passed, 0 failed, 3 skipped'

# Failures count by test case; the log is shown, and the target named before the last line.
bazel_ends 3
completed //a:a true
ended //a:a FAILED "$(gtest_report 7 2)"
ended //a:b PASSED "$(gtest_report 1 0)"
run "$root/tools/test"
expect_status 1
expect_out $'FAILED: //a:a\n6 passed, 2 failed'
expect_err 'log of //a:a'

# A program that dies has a report by Bazel, or none.
bazel_ends 3
ended //a:died FAILED '<testsuites> <testsuite name="died" tests="1" failures="0" errors="1">'
ended //a:hung TIMEOUT
run "$root/tools/test"
expect_status 1
expect_out $'FAILED: //a:died\nTIMEOUT: //a:hung\n0 passed, 2 failed'

# A sanitizer ends a program whose test cases have all passed.
bazel_ends 3
ended //a:race FAILED "$(gtest_report 5 0)"
run "$root/tools/test"
expect_status 1
expect_out $'FAILED: //a:race\n5 passed, 1 failed'

bazel_ends 1
completed //a:broken false
ended //a:b PASSED "$(gtest_report 1 0)"
run "$root/tools/test"
expect_status 1
expect_out $'UNBUILT: //a:broken\n1 passed, 1 failed'

# Bazel could not even begin.
bazel_ends 1
run "$root/tools/test"
expect_status 1
expect_out '0 passed, 1 failed'
