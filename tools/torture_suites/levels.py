"""The same output at each level of optimisation, and the same bytes in each of ten runs."""

from torture_suites import csmith, gcc, stb
from torture_suites.judging import SteadyProgram
from torture_suites.packages import ROOT

# Of gcc's programs, every so many.
STEP = 40
SEEDS = range(1001, 1021)


class SteadyCsmithProgram(csmith.CsmithProgram, SteadyProgram):
    """A random program, made when it is asked about."""


def programs(place):
    paths = sorted((ROOT / "examples").glob("*.c"))
    steady = [SteadyProgram(path.name, [path]) for path in paths]
    for program in [*stb.programs(place), *gcc.programs(place)[::STEP]]:
        steady.append(SteadyProgram(program.name, program.sources, program.flags, program.arguments, program.folder))
    return steady + [SteadyCsmithProgram(seed, place) for seed in SEEDS]
