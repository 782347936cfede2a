"""Become a command: the terminal, the signals and the exit code are its own."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from shoal.drivers.process.keeper import names
from shoal.errors import ToolMissing, UsageError


def invoke(found: dict[str, Any]) -> NoReturn:
    """Replace this process. Raises `ToolMissing` when there is no such program."""
    sys.stdout.flush()
    command = found["command"]
    if found["via"]:
        os.execv(found["via"][0], [*found["via"], *command])
    if found["hosts"]:
        names.enter(found["hosts"])
    try:
        os.chdir(found["cwd"])
    except OSError as problem:
        raise UsageError(f"{found['cwd']}: {problem.strerror}") from None
    try:
        os.execvpe(command[0], command, found["env"])
    except OSError as problem:
        hint = "It is looked for on the service's own PATH."
        raise ToolMissing(f"{command[0]}: {problem.strerror}", hint=hint) from None
