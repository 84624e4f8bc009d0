"""Random programs without undefined behaviour, each from a number: they print a checksum of all that they computed."""

import subprocess

from torture_suites.judging import Program

SEEDS = range(1, 301)
INCLUDE = "/usr/include/csmith"


class CsmithProgram(Program):
    """Made when it is asked about."""

    def __init__(self, seed, place):
        super().__init__(f"seed-{seed}", [place / f"csmith-{seed}.c"], ["-I", INCLUDE])
        self._seed = seed

    def left_out(self, setting):
        # It leaves a file where it runs.
        subprocess.run(["csmith", "--seed", str(self._seed), "--output", *self.sources], check=True,
                       cwd=self.sources[0].parent, stdout=subprocess.DEVNULL)
        return super().left_out(setting)


def programs(place):
    return [CsmithProgram(seed, place) for seed in SEEDS]
