"""A Java compiler that stays between two edits: most of what compiling a few files takes is its start."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from shoal.build.cache import cache_folder
from shoal.build.engines import program, version
from shoal.build.environment import build_environment
from shoal.errors import ShoalError

SOURCE = Path(__file__).with_name("Compiler.java")
LEVEL = "17"
# Enough for thousands of files; what it doesn't use it gives back.
FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-Xss4m")
PATIENCE = 120.0


class Unfit(Exception):
    """It can't be done here, for a reason that isn't the code's: somebody else has to."""


class Compiler:
    """Started when it is first needed. It ends with `close`, or when its input does: with us."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._alone = asyncio.Lock()

    async def compile(self, arguments: Sequence[str], log: Path) -> bool:
        """Whether the code is right; what is wrong with it is in `log`. Raises `Unfit`."""
        async with self._alone:
            try:
                return await asyncio.wait_for(self._asked(arguments, log), PATIENCE)
            except (OSError, ShoalError, TimeoutError, subprocess.SubprocessError) as problem:
                await self.close()
                raise Unfit(f"the compiler gives no answer: {problem}".rstrip(": ")) from problem
            except asyncio.CancelledError:  # its answer would be taken for the next one's
                await self.close()
                raise

    async def close(self) -> None:
        """Whoever waits for it gets `Unfit`."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _asked(self, arguments: Sequence[str], log: Path) -> bool:
        process = self._process or await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "arguments"
            file.write_text("".join(f"{argument}\n" for argument in arguments))
            process.stdin.write(os.fsencode(f"{file}\n{log}\n"))
            answer = (await process.stdout.readline()).decode(errors="replace").strip()
        if answer not in ("compiled", "refused"):
            raise OSError(answer or "it ended")
        return answer == "compiled"

    async def _started(self) -> asyncio.subprocess.Process:
        java, path = await asyncio.to_thread(_prepared)
        self._process = await asyncio.create_subprocess_exec(
            *(str(java), *FLAGS, "-cp", path, "Compiler"),
            env=build_environment(os.environ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._process


def _prepared() -> tuple[Path, str]:
    """Java, and the class path: the Eclipse compiler, and ours around it, which it has compiled itself."""
    java, ecj = program("java"), program("ecj")
    digest = hashlib.sha256(SOURCE.read_bytes() + version("ecj").encode()).hexdigest()[:16]
    folder = cache_folder() / "tools" / f"compiler-{digest}"
    if not (folder / "Compiler.class").is_file():
        _make(folder, java, ecj)
    return java, f"{ecj}{os.pathsep}{folder}"


def _make(folder: Path, java: Path, ecj: Path) -> None:
    """Made beside, then moved: whoever finds the folder finds it whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        level = ("-source", LEVEL, "-target", LEVEL, "-nowarn")
        command = (java, *FLAGS, "-jar", ecj, *level, "-cp", ecj, "-d", beside, SOURCE)
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        folder.mkdir(exist_ok=True)
        (Path(beside) / "Compiler.class").replace(folder / "Compiler.class")
