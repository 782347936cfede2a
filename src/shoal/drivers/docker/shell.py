"""A command within a container, for whoever sits at a terminal; ends with its exit code.

python -m shoal.drivers.docker.shell exec ENGINE CONTAINER FOLDER COMMAND...
python -m shoal.drivers.docker.shell run ENGINE FILE [COMMAND...]
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import termios
import tty
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import aiodocker
from aiodocker import Docker
from aiodocker.stream import Stream

from shoal.drivers.docker.connection import asking, connect, end_input
from shoal.errors import ShoalError

PIECE = 1 << 16
STDERR = 2

Resize = Callable[..., Awaitable[None]]


async def execute(docker: Docker, container: str, cwd: str, command: list[str]) -> int:
    """Within a container that runs."""
    made = await docker.containers.container(container).exec(
        command, stdin=True, tty=_terminal(), workdir=cwd, environment=_kind() if _terminal() else None
    )
    stream = made.start()
    await _join(stream, made.resize)
    return int((await made.inspect())["ExitCode"] or 0)


async def run(docker: Docker, file: str, command: list[str]) -> int:
    """In a container of its own, which is gone afterwards. `file` holds what it is made of, and is deleted."""
    path = Path(file)
    told = json.loads(path.read_text())
    path.unlink()
    attached = {f"Attach{name}": True for name in ("Stdin", "Stdout", "Stderr")}
    body = told["body"] | attached | {"OpenStdin": True, "StdinOnce": True, "Tty": _terminal()}
    if command:
        body |= {"Entrypoint": command[:1], "Cmd": command[1:]}
    made = await docker.containers.create(body, name=told["name"])
    try:
        for at, packed in told["files"]:
            await made.put_archive(at, base64.b64decode(packed))  # type: ignore[no-untyped-call]
        stream = made.attach(stdin=True, stdout=True, stderr=True)
        await stream._init()
        await made.start()
        await _join(stream, made.resize)
        return int((await made.wait())["StatusCode"])
    finally:
        await made.delete(force=True, v=True)


async def whole(what: str, engine: str, *words: str) -> int:
    docker = connect(engine)
    try:
        with asking(what):
            if what == "exec":
                return await execute(docker, words[0], words[1], list(words[2:]))
            return await run(docker, words[0], list(words[1:]))
    finally:
        await docker.close()


async def _join(stream: Stream, resize: Resize) -> None:
    """Until it has ended."""
    async with stream:
        if _terminal():
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGWINCH, lambda: asyncio.ensure_future(_sized(resize)))
        with _raw():
            typing = asyncio.create_task(_type(stream))
            try:
                await _print(stream, resize)
            finally:
                typing.cancel()
                await asyncio.gather(typing, return_exceptions=True)


async def _print(stream: Stream, resize: Resize) -> None:
    if _terminal():
        await _sized(resize)
    while message := await stream.read_out():
        out = sys.stderr.buffer if message.stream == STDERR else sys.stdout.buffer
        out.write(message.data)
        out.flush()


async def _type(stream: Stream) -> None:
    """What is typed goes there, until it ends."""
    while data := await _typed():
        await stream.write_in(data)
    end_input(stream)


async def _typed() -> bytes:
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(0, there.set)
    except PermissionError:  # a file: it never lets anybody wait
        return os.read(0, PIECE)
    try:
        await there.wait()
        return os.read(0, PIECE)
    finally:
        loop.remove_reader(0)


async def _sized(resize: Resize) -> None:
    with contextlib.suppress(OSError, aiodocker.DockerError):
        size = os.get_terminal_size(sys.stdout.fileno())
        await resize(h=size.lines, w=size.columns)


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _kind() -> dict[str, str]:
    return {"TERM": os.environ.get("TERM", "xterm")}


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    """Keys as they are pressed: the other side makes sense of them."""
    if not _terminal():
        yield
        return
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def main(arguments: list[str]) -> int:
    try:
        return asyncio.run(whole(*arguments))
    except ShoalError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
