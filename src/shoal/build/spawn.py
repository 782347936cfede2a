"""Running one step here, for whoever has no keeper at hand: tests, `shoal build` without a daemon."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Spawn(Protocol):
    """Runs a command to its end, appending both streams to `log`; returns the exit code (negative: a signal's number).
    Must end the whole process group when cancelled. May raise `OSError` if the program can't be started."""

    async def __call__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> int: ...


async def spawn_here(command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> int:
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(env),
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise
