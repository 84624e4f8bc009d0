"""What a program has to do to pass: end as natively, or in a fault.

A program of a suite is of one of the kinds below, each with the same two questions:

  left_out(setting)       why it says nothing about kheap, or an empty text
  failure(setting, mode)  how its run in this mode is wrong, or an empty text
"""

import hashlib
import pathlib
import tempfile
import typing

from torture_suites import processes

MODES = ("fast", "checked")
NATIVE = ("clang-19", "-w")
# C has lost implicit declarations and implicit int since the older programs were written.
DIALECTS = ((), ("-std=gnu89",))
# The exit statuses that say what was wrong with an access.
FAULTS = range(110, 124)
# A program that natively takes longer, as a few random ones do, says nothing: in checked mode it would take minutes.
NATIVE_RUN_SECONDS = 10


class Setting(typing.NamedTuple):
    """What all programs of a run share."""

    kheap: tuple  # the command
    cpu_seconds: float  # limit of each run
    cache: pathlib.Path  # where native outcomes are kept


class Reference(typing.NamedTuple):
    """What native clang made of a program."""

    dialect: tuple
    ending: processes.Ending


def first_line(text):
    lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
    return lines[0][:150] if lines else ""


def difference(found, wanted):
    """How a run differs from the native one, or an empty text."""
    if found.status is None:
        return "takes too long"
    if found.status != wanted.status:
        return f"exit status {found.status}, natively {wanted.status}: {first_line(found.errors)}"
    if found.output != wanted.output:
        return "other output than natively"
    return ""


class Program:
    """One program, of one or more files, that ends as natively."""

    # Whether it has to end with status 0 natively.
    must_succeed = True
    modes = MODES

    def __init__(self, name, sources, flags=(), arguments=(), folder=None):
        self.name = name
        self.sources = tuple(sources)
        self.flags = tuple(flags)  # for both compilers
        self.arguments = tuple(arguments)
        self.folder = folder  # of the host's that it may read
        self._reference = None

    # ---- natively ----------------------------------------------------------

    def _digest(self):
        digest = hashlib.sha256(repr((NATIVE, self.flags, self.arguments, self.must_succeed)).encode())
        for source in self.sources:
            digest.update(pathlib.Path(source).read_bytes())
        return digest.hexdigest()

    def _run_natively(self, setting):
        with tempfile.TemporaryDirectory() as folder:
            for dialect in DIALECTS:
                command = [*NATIVE, *dialect, *self.flags, *self.sources, "-o", f"{folder}/program", "-lm"]
                if processes.run(command, setting.cpu_seconds, folder).status == 0:
                    break
            else:
                return "does not compile natively"
            seconds = min(NATIVE_RUN_SECONDS, setting.cpu_seconds)
            ending = processes.run([f"{folder}/program", *self.arguments], seconds, folder)
        if ending.status is None:
            return "takes too long natively"
        if ending.status < 0 or (self.must_succeed and ending.status != 0):
            return "fails natively"
        return Reference(dialect, ending)

    def reference(self, setting):
        """The native outcome or, as a text, why there is none; from the cache where it is known for these sources."""
        if self._reference is None:
            entry = setting.cache / self._digest()
            if not entry.exists():
                write_reference(entry, self._run_natively(setting))
            self._reference = read_reference(entry)
        return self._reference

    # ---- in the arena ------------------------------------------------------

    def _run_in_arena(self, setting, options, environment=None):
        with tempfile.TemporaryDirectory() as folder:
            shown = ["--dir", f"{self.folder}:{self.folder}"] if self.folder else []
            reference = self.reference(setting)
            dialect = reference.dialect if isinstance(reference, Reference) else ()
            # The native program is not optimised; neither may say that it is.
            command = [*setting.kheap, *options, "-w", "-U__OPTIMIZE__", *dialect, *self.flags, *shown, *self.sources,
                       "--", *self.arguments]
            return processes.run(command, setting.cpu_seconds, folder, environment)

    # ---- the two questions -------------------------------------------------

    def left_out(self, setting):
        reference = self.reference(setting)
        return reference if isinstance(reference, str) else ""

    def failure(self, setting, mode):
        return difference(self._run_in_arena(setting, [f"--{mode}", "--no-cache"]), self.reference(setting).ending)


class AnyStatusProgram(Program):
    """A program whose exit status says something else than whether it did well."""

    must_succeed = False


class WrongProgram(Program):
    """A program that breaks a rule of memory: checked mode says so, where fast mode may run on."""

    modes = ("checked",)

    def left_out(self, setting):
        reason = super().left_out(setting)
        return reason if "compile" in reason else ""

    def failure(self, setting, mode):
        ending = self._run_in_arena(setting, [f"--{mode}", "--no-cache"])
        if ending.status in FAULTS:
            return ""
        if ending.status is None:
            return "takes too long"
        return f"exit status {ending.status}, no fault: {first_line(ending.errors)}"


class DoubtfulProgram(Program):
    """A program that breaks a rule of C, for which kheap may have an answer: it ends in a fault or as natively."""

    def failure(self, setting, mode):
        ending = self._run_in_arena(setting, [f"--{mode}", "--no-cache"])
        return "" if ending.status in FAULTS else difference(ending, self.reference(setting).ending)


class SteadyProgram(Program):
    """A program that does the same at every level of optimisation, and each time that it runs."""

    must_succeed = False
    levels = ("-O0", "-O1", "-O2")
    runs = 10

    def failure(self, setting, mode):
        wanted = self.reference(setting).ending
        with tempfile.TemporaryDirectory() as cache:
            environment = {"XDG_CACHE_HOME": cache}
            for level in self.levels:
                found = self._run_in_arena(setting, [f"--{mode}", level], environment)
                if text := difference(found, wanted):
                    return f"{level}: {text}"
            # The last line of its errors is a digest of all of the arena.
            first = self._run_in_arena(setting, [f"--{mode}", "-O1", "--digest"], environment)
            for run in range(2, self.runs + 1):
                if self._run_in_arena(setting, [f"--{mode}", "-O1", "--digest"], environment) != first:
                    return f"run {run} is not as the first one"
        return ""


# ---- the cache of native outcomes ------------------------------------------


def write_reference(entry, found):
    """Whole or not at all: several runs may fill the cache at once."""
    if isinstance(found, str):
        content = found.encode() + b"\n"
    else:
        content = "\t".join(["ends", str(found.ending.status), *found.dialect]).encode() + b"\n" + found.ending.output
    entry.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as file:
        file.write(content)
    pathlib.Path(file.name).replace(entry)


def read_reference(entry):
    first, output = entry.read_bytes().split(b"\n", 1)
    word, *rest = first.decode().split("\t")
    return Reference(tuple(rest[1:]), processes.Ending(int(rest[0]), output)) if word == "ends" else word
