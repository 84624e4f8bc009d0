"""gcc.c-torture/execute of gcc 12: thousands of corners of C, each once a bug of gcc's."""

from torture_suites.judging import Program
from torture_suites.packages import gcc_testsuite


def programs(place):
    folder = gcc_testsuite() / "gcc.c-torture/execute"
    paths = sorted(folder.glob("*.c")) + sorted((folder / "ieee").glob("*.c"))
    return [Program(str(path.relative_to(folder)), [path]) for path in paths]
