"""Counting what was judged, and the exceptions that are listed."""

import typing


class Exceptions:
    """The programs that need not pass: a suite, a mode (or both) and a program a line, and indented below the reason.

    A line may end in "wrong": the program breaks a rule of C, so that a fault is what it is to end in.
    """

    def __init__(self, text):
        self._reasons = {}
        self._wrong = set()
        keys = None
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith(" ") and keys:
                for key in keys:
                    self._reasons[key] += [line.strip()]
                continue
            fields = line.split()
            is_wrong = fields[3:] == ["wrong"]
            if len(fields) != 3 + is_wrong or fields[1] not in ("fast", "checked", "both"):
                raise ValueError(f"line {number} is not a suite, a mode and a program: {line}")
            suite, mode, program = fields[:3]
            keys = [(suite, one, program) for one in (("fast", "checked") if mode == "both" else (mode,))]
            self._reasons.update((key, []) for key in keys)
            self._wrong.update(keys if is_wrong else ())
        if bare := [key for key, reason in self._reasons.items() if not reason]:
            raise ValueError(f"no reason for {bare[0]}")

    def reason(self, suite, mode, program):
        return " ".join(self._reasons.get((suite, mode, program), []))

    def is_wrong(self, suite, mode, program):
        return (suite, mode, program) in self._wrong


class Row(typing.NamedTuple):
    suite: str
    mode: str
    passed: int
    failed: int
    excepted: int  # and right C
    wrong: int = 0

    @property
    def programs(self):
        return self.passed + self.failed + self.excepted + self.wrong

    @property
    def right(self):
        return self.programs - self.wrong


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
        self._wrong = {mode: [] for mode in modes}

    def leave_out(self, reason):
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def add(self, program, mode, failure):
        """Notes a failure, or that there was none (an empty text). Returns what is wrong with that, or an empty text."""
        reason = self._exceptions.reason(self.suite, mode, program)
        if failure and reason:
            is_wrong = self._exceptions.is_wrong(self.suite, mode, program)
            (self._wrong if is_wrong else self._excepted)[mode].append(program)
            return ""
        if reason:
            self._failed[mode].append(program)
            return "passes, and is a listed exception"
        (self._failed if failure else self._passed)[mode].append(program)
        return failure

    def rows(self):
        return [Row(self.suite, mode, *(len(programs[mode]) for programs in
                                        (self._passed, self._failed, self._excepted, self._wrong)))
                for mode in self.modes]


def table(rows):
    """The lines of the table of these rows."""
    lines = [f"{'suite':8} {'mode':8} {'programs':>9} {'wrong':>6} {'passed':>7} {'rate':>8} {'failed':>7}"
             "  listed exceptions"]
    for row in rows:
        rate = row.passed / row.right if row.right else 1
        lines.append(f"{row.suite:8} {row.mode:8} {row.programs:9} {row.wrong:6} {row.passed:7} {rate:8.2%}"
                     f" {row.failed:7}  {row.excepted}")
    return lines


def good_enough(rows, rate_min):
    """Whether nothing failed that is not listed, and the right programs of suites in `rate_min` pass at that rate."""
    return all(row.failed == 0 and row.passed >= rate_min.get(row.suite, 0) * row.right for row in rows)
