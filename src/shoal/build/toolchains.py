"""Versions of programs that this machine has: found on PATH, asked once as long as they stay the same file."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from shoal.stacks import Tool

PYTHONS = tuple(f"python3.{minor}" for minor in range(20, 7, -1))
QUESTIONS = ("--version", "version", "-version")
PATIENCE = 10.0
_NUMBER = re.compile(r"\d+(\.\d+)+")


def on_this_machine(program: str) -> tuple[Tool, ...]:
    """Versions of `program`, the newest first. For `python` those that are called `python3.N`."""
    names = PYTHONS if program == "python" else (program,)
    return tuple(tool for name in names if (tool := _tool(name)))


def _tool(name: str) -> Tool | None:
    found = shutil.which(name)
    if found is None:
        return None
    look = Path(found).stat()
    version = _asked(found, look.st_size, look.st_mtime_ns)
    return Tool(version, found) if version else None


@cache
def _asked(path: str, size: int, time: int) -> str:
    """What it says of itself; empty for one that says nothing that looks like a version."""
    for question in QUESTIONS:
        try:
            done = subprocess.run([path, question], capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return ""
        match = _NUMBER.search(done.stdout + done.stderr)
        if done.returncode == 0 and match:
            return match[0]
    return ""
