"""The tests of uthash: hash tables, lists, strings and stacks, all as macros."""

import pathlib

from torture_suites.judging import AnyStatusProgram

EXAMPLES = pathlib.Path("/usr/share/doc/uthash-dev/examples")
# Debian's headers are in /usr/include, which is the host's: the guest sees a folder with links to these alone.
HEADERS = ("utarray.h", "uthash.h", "utlist.h", "utringbuffer.h", "utstack.h", "utstring.h")


def programs(place):
    include = place / "uthash"
    include.mkdir()
    for header in HEADERS:
        (include / header).symlink_to(f"/usr/include/{header}")
    return [AnyStatusProgram(path.name, [path], ["-I", include]) for path in sorted(EXAMPLES.glob("test*.c"))]
