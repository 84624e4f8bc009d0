# shellcheck shell=bash
# What the tests of optimised code share: the instructions of the functions in the object file or archive among the
# arguments, and expectations of them. OBJDUMP names the disassembler for another processor than this.
set -euo pipefail

object=
for file in "$@"; do
  [[ $file != *.[ao] ]] || object=$file
done
listing=$("${OBJDUMP:-objdump}" --disassemble --no-show-raw-insn --no-addresses "$object")

# Prints the instructions of a function, but for the padding behind it. RISC-V's listings have labels within one.
code() {
  awk -v label="<$1>:" '/^<[^.]/ { inside = $0 == label } inside' <<<"$listing" |
    grep -vE '^<|^$|nop|endbr|xchg +%ax,%ax|cs |data16' || true
}
# Prints how many instructions a function has.
count() { code "$1" | wc -l; }

# Whose instructions these are: elf64-x86-64, elf64-littleaarch64 …
# shellcheck disable=SC2034
processor=$(grep -m 1 -oE 'elf64-[a-z0-9-]+' <<<"$listing" || true)

failures=0
# Expects that the first function has more instructions than the second, by at least as many as said.
expect_more() {
  local more less
  more=$(count "$1")
  less=$(count "$2")
  if ((less == 0 || more < less + $3)); then
    echo "$1 has $more instructions, $2 has $less; wanted $3 more"
    code "$1"
    failures=$((failures + 1))
  fi
}

# Expects that a function has so many instructions that match, or with "some" one at least.
expect_code() {
  local found
  found=$(code "$1" | grep -cE "[[:space:]]($3)" || true)
  if [[ $found != "$2" && ($2 != some || $found == 0) ]]; then
    echo "$1 has $found instructions like '$3', wanted $2:"
    code "$1"
    failures=$((failures + 1))
  fi
}
