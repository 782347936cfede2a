"""Why a container couldn't be started, in our words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from shoal.errors import DriverFailed, PortInUse, ShoalError, StartFailed, ToolMissing
from shoal.model.workload import Workload

_NO_PROGRAM = re.compile(
    r'exec: \\?"(.+?)\\?": (stat .*no such file|executable file not found)|exec (\S+): no such file'
)
_NOT_ALLOWED = re.compile(r'exec: \\?"(.+?)\\?".*permission denied|exec (\S+): permission denied')
_NO_FORMAT = re.compile(r"exec (format error|user process caused)|exec format error")
_PORT = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|\d+(?:\.\d+){3}):(\d+).*(?:already allocated|already in use)")


@contextlib.contextmanager
def refused(workload: Workload) -> Iterator[None]:
    try:
        yield
    except DriverFailed as problem:
        raise told(workload.name, str(problem.what), problem) from None


def told(name: str, said: str, problem: ShoalError) -> ShoalError:
    """A more telling error where the engine's text allows one."""
    if found := _NO_PROGRAM.search(said):
        hint = "is it in the image, and spelled as it should be? (A script: is the program of its first line there?)"
        return ToolMissing(f"{name}: the program {(found[1] or found[3])!r} isn't there", hint=hint)
    if found := _NOT_ALLOWED.search(said):
        return StartFailed(f"{name}: {(found[1] or found[2])!r} can't be executed: permission denied")
    if _NO_FORMAT.search(said):
        hint = "is the image of this engine's architecture?"
        return StartFailed(f"{name}: its program can't be executed here", hint=hint)
    if found := _PORT.search(said):
        return PortInUse(f"port {found[1]} for {name} is taken", hint="end who listens there, or choose another port")
    return problem
