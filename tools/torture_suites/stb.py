"""stb's image, font and formatting libraries, with drivers that print what they made."""

from torture_suites.judging import Program
from torture_suites.packages import ROOT

INCLUDE = "/usr/include/stb"
FONTS = "/usr/share/fonts/truetype/dejavu"


def programs(place):
    drivers = sorted((ROOT / "tests/programs").glob("stb_*_driver.c"))
    return [Program(path.name, [path], ["-I", INCLUDE], [f"{FONTS}/DejaVuSans.ttf"], FONTS) for path in drivers]
