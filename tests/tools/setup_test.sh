#!/usr/bin/env bash
# tools/setup: what it finds missing, how it installs, and what it says when it cannot.
source tests/tools/stand_ins.sh

# A machine on which the packages in $work/installed are installed, that knows those in $work/known.
stand_in dpkg-query <<'END'
while read -r package; do echo "$package installed"; done <"$work/installed"
echo "removed config-files"
END
stand_in apt-cache <<'END'
for package in "${@:2}"; do grep -qx "$package" "$work/known" || exit 100; done
END
stand_in apt-get <<'END'
[[ ! -e $work/no_network ]] || exit 100
case " $* " in
  *" update "*) cp "$work/mirror" "$work/known" ;;
  *" install "*) [[ ! -e $work/broken ]] ;;
esac
END
stand_in id <<'END'
cat "$work/uid"
END
stand_in sudo <<'END'
"$@"
END

all=$(sed -nE 's/^[a-z]+ +([a-z].*)$/\1/p' tools/packages)
echo "$all" >"$work/mirror"
echo "$all" >"$work/known"
echo 0 >"$work/uid"

echo "$all" >"$work/installed"
run tools/setup
expect_status 0
expect_silence
expect_no_call apt-get
run tools/setup --check
expect_status 0
expect_silence

grep -vx -e g++ -e clang-tidy <<<"$all" >"$work/installed"
run tools/setup --check
expect_status 1
expect_out $'g++\nclang-tidy'
expect_no_call apt-get
run tools/setup --check test bench
expect_status 0

run tools/setup
expect_status 0
expect_out ''
expect_err 'tools/setup: installing g++ clang-tidy'
expect_call '^apt-get .*install .*--no-install-recommends g\+\+ clang-tidy$'
expect_no_call 'apt-get.* update'
expect_no_call '^sudo'
run tools/setup build
expect_call '^apt-get .* g\+\+$'

# Package lists that are not there yet are fetched first.
: >"$work/known"
run tools/setup
expect_status 0
expect_call '^apt-get .*update$'

# A mirror that has moved on: fetch the lists, try again, then give up.
touch "$work/broken"
run tools/setup
expect_status 1
expect_call '^apt-get .*update$'
expect_err 'apt-get could not install: g++ clang-tidy'
rm "$work/broken"

touch "$work/no_network"
: >"$work/known"
run tools/setup
expect_status 1
expect_err 'is there a network?'
rm "$work/no_network"

echo 1000 >"$work/uid"
run tools/setup
expect_status 0
expect_call '^sudo env .*apt-get .*install'

# Without sudo and without Debian: only what bash itself and these few can do.
for program in bash cat dirname env; do ln -s "$(command -v "$program")" "$work/few_$program"; done
mkdir "$work/few"
for program in bash cat dirname env; do mv "$work/few_$program" "$work/few/$program"; done
cp "$work/bin/"{dpkg-query,apt-get,apt-cache,id} "$work/few"
PATH=$work/few run tools/setup
expect_status 1
expect_err 'run as root: apt-get install g++ clang-tidy'
rm "$work/few/apt-get"
PATH=$work/few run tools/setup
expect_status 1
expect_err 'this needs Debian 12'
rm "$work/few/dpkg-query"
PATH=$work/few run tools/setup build
expect_status 1
expect_err 'this is not Debian; install the equivalents of: bazel-bootstrap'

run tools/setup nonsense
expect_status 1
expect_err "no packages for 'nonsense'"
run tools/setup --help
expect_status 0
grep -q -- '--check' "$work/out" || fail 'expected help'
