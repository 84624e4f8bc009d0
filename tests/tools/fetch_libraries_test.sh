#!/usr/bin/env bash
# tools/fetch_libraries: what it asks for, and that its folder is whole or not there.
source tests/tools/stand_ins.sh

# A mirror with two packages; dpkg-deb unpacks each into a file of its own.
stand_in apt-get <<'END'
case " $* " in
  *" update "*) [[ ! -e $work/no_network ]] ;;
  *" install "*)
    [[ ! -e $work/no_package ]] || { echo 'E: Unable to locate package'; exit 100; }
    for option in "$@"; do
      [[ $option != Dir::Cache=* ]] || touch "${option#*=}/archives/"{libone,libtwo}_1_arm64.deb
    done
    ;;
esac
END
stand_in dpkg-deb <<'END'
[[ ! -e $work/disk_full ]] || { echo 'No space left on device' >&2; exit 2; }
touch "$3/$(basename "$2")"
END
folder=$work/place/arm64
fetch() { run tools/fetch_libraries arm64 "$folder"; }

fetch
expect_status 0
expect_err 'fetching for arm64: libabsl-dev '
expect_call '^apt-get .*APT::Architecture=arm64 .* update$'
expect_call '^apt-get .* install --download-only .*libabsl-dev .*libgtest-dev'
[[ $(ls "$folder") == $'libone_1_arm64.deb\nlibtwo_1_arm64.deb' ]] || fail 'expected both packages'
[[ $(ls "$work/place") == arm64 ]] || fail 'expected one folder'

# What is there is not fetched again.
fetch
expect_status 0
expect_silence
expect_no_call apt-get

expect_nothing_left() {
  expect_status "$1"
  expect_err "$2"
  [[ -z $(ls "$work/place") ]] || fail 'expected no folder'
}
rm -r "$folder"
touch "$work/disk_full"
fetch
expect_nothing_left 2 'No space left on device'
rm "$work/disk_full"
touch "$work/no_package" "$work/no_network"
fetch
expect_nothing_left 1 'is there a network?'

# A list that cannot be fetched does not matter if another has the packages.
rm "$work/no_package"
fetch
expect_status 0
