#!/usr/bin/env bash
# tools/setup: what it finds missing, how it installs, and what it says when it cannot.
source tests/tools/stand_ins.sh

root=$work/root
mkdir -p "$root/tools"
cp -L tools/setup tools/packages tools/sources "$root/tools"
setup=$root/tools/setup
stand_in fetch_source <<'END'
[[ ! -e $work/no_network ]] || exit 1
mkdir -p "$(dirname "$2")"
touch "$2"
END
mv "$work/bin/fetch_source" "$root/tools"

# A machine on which the packages in $work/installed are installed, that knows those in $work/known. The packages in
# $work/provided come with another one.
: >"$work/provided"
stand_in dpkg-query <<'END'
[[ $* != *Provides* ]] || { cat "$work/provided"; exit; }
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

# Source packages: with all else installed, only for their purpose.
archive=$(sed -nE 's/^build  musl  ([^ ]+)  .*/\1/p' tools/sources)
sum=$(sed -nE 's/^build  musl  .*  ([^ ]+)$/\1/p' tools/sources)
echo "$all" >"$work/installed"
run "$setup" --check
expect_status 1
expect_out "$(sed -nE '/^[a-z]/s/^([^ ]+ +){2}([^ ]+) .*/\2/p' tools/sources)"
run "$setup" --check test
expect_status 0
touch "$work/no_network"
run "$setup" build
expect_status 1
expect_no_call apt-get
rm "$work/no_network"
run "$setup" build
expect_status 0
expect_err "tools/setup: fetching $archive"
expect_call "^fetch_source musl $root/$archive $sum\$"

run "$setup"
expect_status 0
expect_call '^fetch_source npm:better-sqlite3@'
expect_no_call '^fetch_source musl'
run "$setup"
expect_status 0
expect_silence
expect_no_call apt-get
run "$setup" --check
expect_status 0
expect_silence

grep -vx -e g++ -e clang-tidy <<<"$all" >"$work/installed"
run "$setup" --check
expect_status 1
expect_out $'g++\nclang-tidy'
expect_no_call apt-get
run "$setup" --check test bench
expect_status 0

# What another package provides is there.
printf 'nodejs-dev, clang-tidy, other, ' >"$work/provided"
run "$setup" --check
expect_status 1
expect_out g++
printf 'clang-tidy (= 1:14), g++ (= 4:12), ' >"$work/provided"
run "$setup" --check
expect_status 0
printf 'clang-tidy-14, libg++, ' >"$work/provided"

run "$setup"
expect_status 0
expect_out ''
expect_err 'tools/setup: installing g++ clang-tidy'
expect_call '^apt-get .*install .*--no-install-recommends g\+\+ clang-tidy$'
expect_no_call 'apt-get.* update'
expect_no_call '^sudo'
run "$setup" build
expect_call '^apt-get .* g\+\+$'

# Package lists that are not there yet are fetched first.
: >"$work/known"
run "$setup"
expect_status 0
expect_call '^apt-get .*update$'

# A mirror that has moved on: fetch the lists, try again, then give up.
touch "$work/broken"
run "$setup"
expect_status 1
expect_call '^apt-get .*update$'
expect_err 'apt-get could not install: g++ clang-tidy'
rm "$work/broken"

touch "$work/no_network"
: >"$work/known"
run "$setup"
expect_status 1
expect_err 'is there a network?'
rm "$work/no_network"

echo 1000 >"$work/uid"
run "$setup"
expect_status 0
expect_call '^sudo env .*apt-get .*install'

# Without sudo and without Debian: only what bash itself and these few can do.
for program in bash cat dirname env; do ln -s "$(command -v "$program")" "$work/few_$program"; done
mkdir "$work/few"
for program in bash cat dirname env; do mv "$work/few_$program" "$work/few/$program"; done
cp "$work/bin/"{dpkg-query,apt-get,apt-cache,id} "$work/few"
PATH=$work/few run "$setup"
expect_status 1
expect_err 'run as root: apt-get install g++ clang-tidy'
rm "$work/few/apt-get"
PATH=$work/few run "$setup"
expect_status 1
expect_err 'this needs Debian 12'
rm "$work/few/dpkg-query"
PATH=$work/few run "$setup" build
expect_status 1
expect_err 'this is not Debian; install the equivalents of: bazel-bootstrap'

run "$setup" nonsense
expect_status 1
expect_err "no packages for 'nonsense'"
run "$setup" --help
expect_status 0
grep -q -- '--check' "$work/out" || fail 'expected help'
