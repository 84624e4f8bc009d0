#!/usr/bin/env bash
# kheap run as a shell sees it: each option, and that nothing of the host shows.
source tests/tools/stand_ins.sh

kheap=$PWD/cli/kheap
export XDG_CACHE_HOME=$work/cache
mkdir "$work/programs"
cd "$work/programs"

expect_err_like() { grep -qE -e "$1" "$work/err" || fail "expected in the errors, as a pattern: $1"; }
modes=(--checked --fast)

# ---- what the host might show -----------------------------------------------

cat >shown.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
extern char **environ;
int global;
int main(int argc, char **argv) {
  int local;
  unsigned long random;
  struct utsname system;
  struct stat input;
  memset(&input, 0, sizeof input);
  getrandom(&random, sizeof random, 0);
  uname(&system);
  fstat(0, &input);
  printf("%p %p %p %p %p\n", (void *)&local, (void *)&global, malloc(10), (void *)main, (void *)argv);
  printf("%ld %ld %d %d %lu %d\n", (long)time(0), (long)clock(), getpid(), getppid(), random, rand());
  printf("%d %s %p %s %s\n", argc, argv[0], (void *)environ[0], getenv("HOME") ? "home" : "", getcwd(0, 0));
  printf("%s %s %s %ld\n", system.sysname, system.nodename, system.release, (long)input.st_mtime);
}
C
# Bazel's name for the folder with the C library stays.
elsewhere() { env -i TEST_SRCDIR="$TEST_SRCDIR" "$@"; }
for mode in "${modes[@]}"; do
  run "$kheap" run "$mode" --digest --seed=5 shown.c
  expect_status 0
  cp "$work/out" "$work/first_out"
  cp "$work/err" "$work/first_err"
  expect_err_like '^digest: [0-9a-f]{32}$'
  for number in 1 2 3 4 5; do
    run "$kheap" run "$mode" --digest --seed=5 shown.c
    cmp "$work/out" "$work/first_out" || fail "run $number differs"
    cmp "$work/err" "$work/first_err" || fail "run $number leaves other bytes"
  done
  # Another environment, no randomised addresses, another limit, a compilation of its own.
  ulimit -S -s 4096
  run elsewhere PATH="$PATH" TZ=Asia/Tokyo LANG=de_DE.UTF-8 HOME=/nowhere USER=somebody LD_BIND_NOW=1 \
    setarch -R "$kheap" run --no-cache "$mode" --digest --seed=5 shown.c
  cmp "$work/out" "$work/first_out" || fail 'another host environment shows'
  cmp "$work/err" "$work/first_err" || fail 'another host environment leaves other bytes'
  run "$kheap" run "$mode" --digest --seed=6 shown.c
  ! cmp -s "$work/out" "$work/first_out" || fail 'another seed does not show'
done
run "$kheap" run --seed=x shown.c
expect_status 2
expect_err "kheap run: --seed=x is not a number"

# ---- steps ------------------------------------------------------------------

cat >endless.c <<'C'
#include <stdio.h>
int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  for (int i = 0;; i++) printf("%d\n", i);
}
C
for mode in "${modes[@]}"; do
  run "$kheap" run "$mode" --max-steps=20000 --digest endless.c
  expect_status 124
  expect_err 'kheap run: the steps are used up'
  expect_err_like '^ +(at )?endless.c:4(:[0-9]+)? in main$'
  cp "$work/out" "$work/first_out"
  cp "$work/err" "$work/first_err"
  [[ $(wc -l <"$work/out") -gt 10 ]] || fail 'expected some lines'
  for number in 1 2 3; do
    run "$kheap" run "$mode" --max-steps=20000 --digest endless.c
    cmp "$work/out" "$work/first_out" || fail "run $number stops elsewhere"
    cmp "$work/err" "$work/first_err" || fail "run $number leaves other bytes"
  done
done

# ---- reports ----------------------------------------------------------------

cat >leaky.c <<'C'
#include <stdlib.h>
static void *keep(unsigned long size) { return malloc(size); }
void *kept[3];
void *volatile lost;
int main(void) {
  kept[0] = keep(24);
  lost = calloc(10, 10);
  lost = 0;
  free(keep(5000));
  return 0;
}
C
run "$kheap" run --leaks --stats leaky.c
expect_status 0
expect_out ''
expect_err_like '^leak: 24 bytes at 0x[0-9a-f]+, allocated at leaky.c:2 in keep, still kept by `kept`$'
expect_err_like '^leak: 100 bytes at 0x[0-9a-f]+, allocated at leaky.c:7 in main$'
expect_err 'leaks: 2 blocks, 124 bytes; still kept: 1 block, 24 bytes'
expect_err_like '^malloc: 2 blocks of 124 bytes live, at most 3 of 5124; footprint [0-9]+ bytes$'
# With a seed and without places of calls there are as many.
run "$kheap" run --leaks --stats --seed=3 leaky.c
expect_err 'leaks: 2 blocks, 124 bytes; still kept: 1 block, 24 bytes'
expect_err_like '^malloc: 2 blocks of 124 bytes live, at most 3 of 5124; '
run "$kheap" run --fast --leaks leaky.c
expect_err_like '^leak: 24 bytes at 0x[0-9a-f]+, still kept by `kept`$'
expect_err_like '^leaks: 2 blocks, '

cat >unknown.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  for (int i = 0; i < 3; i++) {
    if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != ENOSYS) return 1;
  }
  if (syscall(4000) != -1 || errno != ENOSYS) return 2;
  return fork() == -1 && errno == ENOSYS ? 0 : 3;
}
C
for mode in "${modes[@]}"; do
  run "$kheap" run "$mode" --verbose unknown.c
  expect_status 0
  expect_err 'system call 198 (socket) is not supported, called 3 times'
  expect_err 'system call 4000 is not supported, called 1 time'
  run "$kheap" run "$mode" unknown.c
  expect_silence
done

run "$kheap" run --time leaky.c
expect_err_like '^time: compile [0-9.]+ ms, start [0-9.]+ ms, run [0-9.]+ ms$'

# ---- what is compiled -------------------------------------------------------

run "$kheap" run --emit=ir leaky.c
expect_status 0
grep -q 'guest.main' "$work/out" || fail 'expected the translated main'
run "$kheap" run --emit=bitcode leaky.c
expect_status 0
cp "$work/out" leaky.bc
[[ $(head -c 2 leaky.bc) == BC ]] || fail 'expected bitcode'
run "$kheap" run --leaks leaky.bc
expect_status 0
expect_err 'leaks: 2 blocks, 124 bytes; still kept: 1 block, 24 bytes'
run "$kheap" run --emit=text leaky.c
expect_status 2
expect_err 'is neither ir nor bitcode'

# ---- limits -----------------------------------------------------------------

cat >limits.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) static int deeper(int depth) {
  volatile char room[1000];
  room[depth % 1000] = 1;
  return depth == 0 ? 0 : deeper(depth - 1) + room[depth % 1000];
}
int main(int argc, char **argv) {
  if (argc == 3) return deeper(atoi(argv[2])) != atoi(argv[2]);
  size_t largest = atol(argv[1]);
  char *block = malloc(largest);
  if (block) memset(block, 1, largest);
  puts(block ? "enough" : "too little");
}
C
for mode in "${modes[@]}"; do
  run "$kheap" run "$mode" --max-memory=200M limits.c -- 90000000
  expect_out enough
  run "$kheap" run "$mode" --max-memory=100M limits.c -- 90000000
  expect_out 'too little'
  expect_status 0
  run "$kheap" run "$mode" --max-stack=1M limits.c -- deep 500
  expect_status 0
  run "$kheap" run "$mode" --max-stack=1M limits.c -- deep 1500
  expect_status 112
  expect_err 'fault 112: stack overflow'
  run "$kheap" run "$mode" --max-stack=4M limits.c -- deep 1500
  expect_status 0
done
run "$kheap" run --max-memory=many limits.c
expect_status 2
expect_err '--max-memory=many is not a number of bytes'
run "$kheap" run --max-memory=1M limits.c
expect_status 2
expect_err '--max-memory: an arena of 1048576 bytes is too small'
