#!/usr/bin/env bash
# tools/fetch_source: what it makes of the machine's source lists, what it asks npm for, and which file it accepts.
source tests/tools/stand_ins.sh

# A machine with lists of both formats, whose mirror has the file $work/mirror under the name in $work/name.
machine=$work/machine
mkdir -p "$machine/parts"
cat >"$machine/sources.list" <<'END'
# deb a comment
deb [signed-by=/key.gpg] mirror:/debian bookworm main
deb-src mirror:/debian bookworm main
END
echo ' deb mirror:/debian bookworm-updates main' >"$machine/parts/updates.list"
cat >"$machine/parts/debian.sources" <<'END'
# Types: a comment
Types: deb deb-src
URIs: mirror:/debian

Types: deb
URIs: mirror:/security
END
echo 'deb mirror:/off stable main' >"$machine/parts/off.list.disabled"

stand_in apt-config <<'END'
echo "list='$work/machine/sources.list'; parts='$work/machine/parts'"
END
# Keeps the lists that it was given in $work/lists.
stand_in apt-get <<'END'
case " $* " in
  *" update "*)
    for option in "$@"; do
      [[ $option != Dir::Etc::SourceParts=* ]] || { rm -rf "$work/lists"; cp -r "${option#*=}" "$work/lists"; }
    done
    [[ ! -e $work/no_network ]]
    ;;
  *" source "*)
    [[ ! -e $work/no_package ]] || { echo 'E: Unable to find a source package'; exit 100; }
    cp "$work/mirror" "./$(cat "$work/name")"
    ;;
esac
END

echo 'the archive' >"$work/mirror"
echo 'guest_1.0.orig.tar.gz' >"$work/name"
file=$work/place/guest_1.0.orig.tar.gz
sum=$(sha256sum "$work/mirror")
sum=${sum%% *}
package=guest
fetch() { run tools/fetch_source "$package" "$file" "$sum"; }

fetch
expect_status 0
expect_silence
expect_call '^apt-get .* update$'
expect_call '^apt-get .* source --download-only --tar-only guest$'
cmp "$work/mirror" "$file"
[[ $(ls "$work/place") == guest_1.0.orig.tar.gz ]] || fail 'expected one file'

# The lists, each as it was but for what it is a list of.
diff - "$work/lists/machine.list" <<'END'
deb-src [signed-by=/key.gpg] mirror:/debian bookworm main
deb-src mirror:/debian bookworm main
deb-src mirror:/debian bookworm-updates main
END
diff - "$work/lists/debian.sources" <<'END'
# Types: a comment
Types: deb-src
URIs: mirror:/debian

Types: deb-src
URIs: mirror:/security
END
[[ $(ls "$work/lists") == $'debian.sources\nmachine.list' ]] || fail 'expected two lists'
grep -qx 'deb \[signed-by=/key.gpg\] .*' "$machine/sources.list" || fail 'expected the lists of the machine untouched'

# What is there is not fetched again, unless it is another file.
fetch
expect_status 0
expect_no_call apt-get
echo 'half an arch' >"$file"
fetch
expect_status 0
cmp "$work/mirror" "$file"

# A list that cannot be fetched does not matter if another has the package.
rm "$file"
touch "$work/no_network"
fetch
expect_status 0
rm "$file"
touch "$work/no_package"
fetch
expect_status 1
expect_err 'Unable to find a source package'
expect_err 'is there a network?'
rm "$work/no_network"
fetch
expect_status 1
expect_err 'apt-get could not fetch the source package guest'
rm "$work/no_package"

echo 'guest_2.0.orig.tar.gz' >"$work/name"
fetch
expect_status 1
expect_err 'has no guest_1.0.orig.tar.gz: guest_2.0.orig.tar.gz'
echo 'guest_1.0.orig.tar.gz' >"$work/name"

echo 'another archive' >"$work/mirror"
fetch
expect_status 1
expect_err 'its SHA-256 is another'
[[ ! -e $file ]] || fail 'expected no file'

# npm writes the package's archive where it is called.
stand_in npm <<'END'
[[ ! -e $work/no_package ]] || { echo 'npm ERR! 404'; exit 1; }
cp "$work/mirror" "./$(cat "$work/name")"
END
echo 'an npm package' >"$work/mirror"
echo 'sql-12.0.0.tgz' >"$work/name"
package=npm:sql@12.0.0
file=$work/place/sql-12.0.0.tgz
sum=$(sha256sum "$work/mirror")
sum=${sum%% *}
fetch
expect_status 0
expect_silence
expect_call '^npm pack --silent sql@12\.0\.0$'
expect_no_call apt-get
cmp "$work/mirror" "$file"
rm "$file"
touch "$work/no_package"
fetch
expect_status 1
expect_err 'npm could not fetch sql@12.0.0'
