"""Counting what was judged, and the exceptions that are listed."""

import typing


class Exceptions:
    """The programs that need not pass: a suite, a mode (or both) and a program a line, and indented below the reason."""

    def __init__(self, text):
        self._reasons = {}
        keys = None
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith(" ") and keys:
                for key in keys:
                    self._reasons[key] += [line.strip()]
                continue
            fields = line.split()
            if len(fields) != 3 or fields[1] not in ("fast", "checked", "both"):
                raise ValueError(f"line {number} is not a suite, a mode and a program: {line}")
            suite, mode, program = fields
            keys = [(suite, one, program) for one in (("fast", "checked") if mode == "both" else (mode,))]
            self._reasons.update((key, []) for key in keys)
        if bare := [key for key, reason in self._reasons.items() if not reason]:
            raise ValueError(f"no reason for {bare[0]}")

    def reason(self, suite, mode, program):
        return " ".join(self._reasons.get((suite, mode, program), []))


class Row(typing.NamedTuple):
    suite: str
    mode: str
    passed: int
    failed: int
    excepted: int

    @property
    def programs(self):
        return self.passed + self.failed + self.excepted


class Tally:
    """What came of one suite in some modes."""

    def __init__(self, suite, modes, exceptions):
        self.suite = suite
        self.modes = modes
        self.left_out = {}
        self._exceptions = exceptions
        self._passed = {mode: [] for mode in modes}
        self._failed = {mode: [] for mode in modes}
        self._excepted = {mode: [] for mode in modes}

    def leave_out(self, reason):
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def add(self, program, mode, failure):
        """Notes a failure, or that there was none (an empty text). Returns what is wrong with that, or an empty text."""
        reason = self._exceptions.reason(self.suite, mode, program)
        if failure and reason:
            self._excepted[mode].append(program)
            return ""
        if reason:
            self._failed[mode].append(program)
            return "passes, and is a listed exception"
        (self._failed if failure else self._passed)[mode].append(program)
        return failure

    def rows(self):
        return [Row(self.suite, mode, len(self._passed[mode]), len(self._failed[mode]), len(self._excepted[mode]))
                for mode in self.modes]


def table(rows):
    """The lines of the table of these rows."""
    lines = [f"{'suite':8} {'mode':8} {'programs':>9} {'passed':>7} {'rate':>8} {'failed':>7}  listed exceptions"]
    for row in rows:
        rate = row.passed / row.programs if row.programs else 1
        lines.append(f"{row.suite:8} {row.mode:8} {row.programs:9} {row.passed:7} {rate:8.2%} {row.failed:7}"
                     f"  {row.excepted}")
    return lines


def good_enough(rows, rate_min):
    """Whether nothing failed that is not listed, and each suite named in `rate_min` passes at that rate."""
    return all(row.failed == 0 and row.passed >= rate_min.get(row.suite, 0) * row.programs for row in rows)
