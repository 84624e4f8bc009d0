"""SQLite: 250,000 lines of C that make, fill, join, shrink and verify a database."""

from torture_suites.judging import Program
from torture_suites.packages import ROOT, sqlite

FLAGS = ("-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION")


def programs(place):
    folder = sqlite()
    driver = ROOT / "tests/programs/sqlite_driver.c"
    return [Program("sqlite_driver.c", [driver, folder / "sqlite3.c"], [*FLAGS, "-I", folder])]
