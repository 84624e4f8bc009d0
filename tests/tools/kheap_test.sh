#!/usr/bin/env bash
# tools/kheap: builds when a source has changed, and leaves arguments, input, output and exit status alone.
source tests/tools/stand_ins.sh

root=$work/root
mkdir -p "$root/tools" "$root/cli" "$work/output/bin/cli" "$work/execroot/bazel-out"
cp -L tools/kheap tools/quiet_bazel "$root/tools"
echo 'source' >"$root/cli/main.cc"
ln -s "$work/execroot/bazel-out" "$root/bazel-out"
ln -s "$work/output/bin" "$root/bazel-bin"

printf '#!/usr/bin/env bash\n' >"$root/tools/setup"
chmod +x "$root/tools/setup"
# Builds a command that shows what it was given.
stand_in bazel <<'END'
echo 'chatter of the build'
[[ ! -e $work/broken ]] || exit 1
cat >"$work/output/bin/cli/kheap" <<'COMMAND'
#!/usr/bin/env bash
printf '<%s>' "$@"
cat
exit 113
COMMAND
chmod +x "$work/output/bin/cli/kheap"
END

kheap() { (cd / && "$root/tools/kheap" "$@"); }

run kheap replay 'a b' '' <<<'input'
expect_status 113
expect_out '<replay><a b><>input'
expect_call '^bazel build .*//cli:kheap$'

run kheap replay </dev/null
expect_status 113
expect_out '<replay>'
expect_no_call bazel
[[ ! -s $work/err ]] || fail 'expected no errors'

# Makes everything two hours old and the last build one, so that what changes now is newer by any clock.
age() {
  find "$root" -exec touch -h -d '2 hours ago' {} +
  touch -d '1 hour ago' "$root/bazel-out/kheap.stamp"
}

age
run kheap x </dev/null
expect_no_call bazel
touch "$root/cli/main.cc"
run kheap x </dev/null
expect_call bazel
run kheap x </dev/null
expect_no_call bazel

age
touch "$root/cli/new.cc"
run kheap x </dev/null
expect_call bazel
age
rm "$root/cli/new.cc"
run kheap x </dev/null
expect_call bazel

# A build under another configuration moves bazel-bin and must not change what runs.
rm "$root/bazel-bin"
run kheap x </dev/null
expect_status 113
expect_no_call bazel
ln -s "$work/output/bin" "$root/bazel-bin"

age
touch "$work/broken" "$root/cli/main.cc"
run kheap x </dev/null
expect_status 1
expect_out ''
rm "$work/broken"
run kheap x </dev/null
expect_status 113
expect_call bazel
