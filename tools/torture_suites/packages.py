"""Unpacking the packages that the suites come from, each once, into the cache."""

import os
import pathlib
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "kheap"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GCC_ARCHIVES = pathlib.Path("/usr/src/gcc-12")
# The parts of gcc's test suite that run here.
GCC_TESTSUITE = ("gcc/testsuite/gcc.c-torture/execute", "gcc/testsuite/gcc.dg/asan", "gcc/testsuite/gcc.dg/ubsan",
                 "gcc/testsuite/c-c++-common/asan", "gcc/testsuite/c-c++-common/ubsan")


def unpack(archive, folder, members):
    """Unpacks these folders of an archive, without its own top folder, whole or not at all. Returns where they are."""
    if not folder.exists():
        print(f"tools/torture: unpacking {archive.name}", file=sys.stderr)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            content = pathlib.Path(work) / "content"
            content.mkdir()
            subprocess.run(["tar", "--extract", "--file", archive, "--directory", content, "--strip-components=1",
                            "--wildcards", *(f"*/{member}/*" for member in members)], check=True)
            content.rename(folder)
    return folder


def gcc_testsuite():
    """The folder gcc/testsuite of gcc 12, with what runs here."""
    archives = sorted(GCC_ARCHIVES.glob("gcc-12*.tar.xz"))
    if not archives:
        sys.exit("tools/torture: no sources of gcc here; tools/setup torture installs them")
    name = archives[0].name.removesuffix(".tar.xz")
    return unpack(archives[0], CACHE / "torture" / name, GCC_TESTSUITE) / "gcc/testsuite"


def sqlite():
    """The folder with SQLite's amalgamation, from the npm package that tools/sources names."""
    archives = sorted((ROOT / "third_party/sqlite").glob("better-sqlite3-12*.tgz"))
    if not archives:
        sys.exit("tools/torture: no SQLite here; tools/setup torture fetches it")
    folder = CACHE / "torture" / archives[0].name.removesuffix(".tgz")
    return unpack(archives[0], folder, ["deps/sqlite3"]) / "deps/sqlite3"
