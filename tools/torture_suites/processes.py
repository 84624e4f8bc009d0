"""Running a command, with a limit on the processor time that it takes: other work on the machine ends nothing early."""

import os
import signal
import subprocess
import typing

# A command that waits takes no processor time; after this many times the limit, in real time, it is ended all the same.
PATIENCE = 30


class Ending(typing.NamedTuple):
    """How a command ended."""

    status: int | None  # None: it took too long; below 0: a signal
    output: bytes
    errors: bytes = b""


def run(command, cpu_seconds, folder=None, environment=None):
    """Runs a command in a process group of its own, all of which ends with it."""
    limited = ["prlimit", f"--cpu={int(cpu_seconds)}", "--core=0", "--", *map(str, command)]
    with subprocess.Popen(limited, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder,
                          env={**os.environ, **(environment or {})}, start_new_session=True) as process:
        try:
            output, errors = process.communicate(timeout=PATIENCE * cpu_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Ending(None, b"")
    # The first signal of the limit, and the one that follows where it is not heeded.
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return Ending(None, b"")
    return Ending(process.returncode, output, errors)
