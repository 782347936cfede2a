"""A command within a container, for whoever sits at a terminal: `python -m shoal.drivers.docker.shell CONTAINER FOLDER
COMMAND...`. Ends with its exit code."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any

from shoal.drivers.docker.connection import asking, connect
from shoal.errors import ShoalError

PIECE = 1 << 16
STDERR = 2


async def run(container: str, cwd: str, command: list[str]) -> int:
    docker = connect()
    try:
        with asking("exec"):
            terminal = sys.stdin.isatty() and sys.stdout.isatty()
            made = await docker.containers.container(container).exec(
                command, stdin=True, tty=terminal, workdir=cwd, environment=_terminal() if terminal else None
            )
            with _raw(terminal):
                await _join(made, terminal)
            return int((await made.inspect())["ExitCode"] or 0)
    finally:
        await docker.close()


async def _join(made: Any, terminal: bool) -> None:
    async with made.start() as stream:
        if terminal:
            await _sized(made)
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, lambda: asyncio.ensure_future(_sized(made)))
        typing = asyncio.create_task(_type(stream))
        try:
            while message := await stream.read_out():
                out = sys.stderr.buffer if message.stream == STDERR else sys.stdout.buffer
                out.write(message.data)
                out.flush()
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)


async def _type(stream: Any) -> None:
    """What is typed goes there, until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(0), "rb"))
    except ValueError:  # a file: never blocks
        data = sys.stdin.buffer.read()
        await stream.write_in(data)
    else:
        while data := await reader.read(PIECE):
            await stream.write_in(data)
    with contextlib.suppress(Exception):
        stream._resp.connection.transport.write_eof()


async def _sized(made: Any) -> None:
    with contextlib.suppress(OSError, Exception):
        size = os.get_terminal_size(sys.stdout.fileno())
        await made.resize(h=size.lines, w=size.columns)


def _terminal() -> dict[str, str]:
    return {"TERM": os.environ.get("TERM", "xterm")}


@contextlib.contextmanager
def _raw(terminal: bool) -> Iterator[None]:
    """Keys as they are pressed: the other side makes sense of them."""
    if not terminal:
        yield
        return
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def main(arguments: list[str]) -> int:
    container, cwd, *command = arguments
    try:
        return asyncio.run(run(container, cwd, command))
    except ShoalError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
