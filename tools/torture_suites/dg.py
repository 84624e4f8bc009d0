"""What gcc 12 has for its own sanitizers: programs that are wrong, and programs that are right but look it.

Of gcc.dg and c-c++-common, those that run and are about C alone. One that should fail has to end in a fault. Of one at
which a sanitizer complains and goes on, kheap may make a fault or what it is natively. The others end as natively.
"""

import re

from torture_suites.judging import DoubtfulProgram, Program, WrongProgram
from torture_suites.packages import gcc_testsuite

FOLDERS = ("gcc.dg/asan", "gcc.dg/ubsan", "c-c++-common/asan", "c-c++-common/ubsan")
# What a program is about that is not C: a sanitizer's functions, errors that it is to overlook, the host, a processor.
NOT_ABOUT_C = re.compile(
    r"sanitizer/\w+\.h|__asan_|__ubsan_|__lsan_|__sanitizer_|no_sanitize|no_address_safety|pthread|sys/mman\.h"
    r"|dlfcn\.h|sched\.h|ucontext\.h|x86intrin\.h|__float128|__asm|asm volatile|RLIMIT")
DIRECTIVE = re.compile(r"\{\s*dg-(do\s+run|should-?fail|output|(?:additional-)?options)\b(.*)")
KEPT_FLAG = re.compile(r"-(?:D\S+|U\S+|std=\S+)")


class Directives:
    """What the comments of a test say about how it is run."""

    def __init__(self, text):
        found = DIRECTIVE.findall(text)
        self.runs = any(name.startswith("do") for name, _ in found)
        self.should_fail = any(name.startswith("should") for name, _ in found)
        self.complains = any(name == "output" for name, _ in found)
        self.flags = [flag for name, rest in found if name.endswith("options")
                      for flag in KEPT_FLAG.findall(rest.replace('"', " "))]


def programs(place):
    testsuite = gcc_testsuite()
    chosen = []
    for folder in FOLDERS:
        for path in sorted((testsuite / folder).glob("*.c")):
            text = path.read_text(errors="replace")
            directives = Directives(text)
            if not directives.runs or NOT_ABOUT_C.search(text):
                continue
            kind = (WrongProgram if directives.should_fail else
                    DoubtfulProgram if directives.complains else Program)
            chosen.append(kind(str(path.relative_to(testsuite)), [path], directives.flags))
    return chosen
