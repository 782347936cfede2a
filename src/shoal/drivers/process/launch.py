"""Starting a keeper, and through it the daemon. Blocking, standard library only: the CLI uses it as it is.

sock = reach_keeper(state)                                   # connects, or starts one first
pid = start_daemon(state, [...], env, cwd=..., log=...)      # restarted by the keeper until it exits with 0
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.drivers.process.keeper import wire
from shoal.drivers.process.keeper.descriptors import GIVEN
from shoal.errors import DriverFailed, of_system

PATIENCE = 10.0
"""Seconds a keeper may take to start or to answer."""


class KeeperGone(DriverFailed):
    """It ended, or hangs: the request may or may not have been done."""


def find_keeper(state: Path) -> socket.socket | None:
    """A connection to the keeper of a state folder, if one runs."""
    try:
        return wire.connect(str(state))
    except OSError:
        return None


def reach_keeper(state: Path) -> socket.socket:
    """A connection to the keeper of a state folder; starts it if none runs. Raises DriverFailed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if sock := find_keeper(state):
            return sock
        try:
            said, _, more = _launch(state).partition(" ")
        except OSError as problem:
            raise _refused(problem) from None
        if said == "taken":
            time.sleep(0.02)  # another one is just starting, or ending
        elif said == "refused":
            number, _, path = more.partition(" ")
            raise _refused(OSError(int(number), os.strerror(int(number)), path))
    raise DriverFailed("the keeper doesn't answer", hint=f"its own output is in {state / 'keeper.log'}")


def _refused(problem: OSError) -> DriverFailed:
    return of_system(problem) or DriverFailed(f"{problem.filename}: {problem.strerror}")


def _launch(state: Path) -> str:
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(Path(wire.__file__).parent), str(state), str(GIVEN)]
    env = {"PATH": os.environ.get("PATH", os.defpath)}
    with (state / "keeper.log").open("ab") as log:
        nothing = subprocess.DEVNULL
        ran = subprocess.run(command, env=env, stdin=nothing, stdout=subprocess.PIPE, stderr=log, check=False)
    return ran.stdout.decode().strip()


def ask(sock: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    """One request, one answer, on a connection used for nothing else at the time. Raises DriverFailed, KeeperGone."""
    sock.settimeout(PATIENCE)
    lines = wire.Lines()
    try:
        sock.sendall(wire.encode({"seq": 0, **request}))
        while data := sock.recv(1 << 16):
            for message in lines.feed(data):
                if message.get("seq") == 0:
                    return _checked(message)
    except (OSError, ValueError) as error:
        raise KeeperGone(f"the keeper doesn't answer: {error}") from error
    raise KeeperGone("the keeper ended while it was asked")


def _checked(message: dict[str, Any]) -> dict[str, Any]:
    if error := message.get("error"):
        raise DriverFailed(f"the keeper refused: {error['stage']}: {error['text']}")
    return message


def start_daemon(state: Path, command: Sequence[str], env: Mapping[str, str], *, cwd: Path, log: Path) -> int:
    """The pid of the daemon, started now or running already under the keeper's eyes. Raises DriverFailed."""
    request = supervision(command, env, cwd=cwd, log=log)
    try:
        return _supervised(state, request)
    except KeeperGone:
        return _supervised(state, request)  # one that had nothing to do was just about to end


def _supervised(state: Path, request: dict[str, Any]) -> int:
    with reach_keeper(state) as sock:
        return int(ask(sock, request)["pid"])


def supervision(
    command: Sequence[str], env: Mapping[str, str], *, cwd: Path, log: Path, adopt: int = 0
) -> dict[str, Any]:
    """The request that makes a keeper look after a daemon; `adopt` is the pid of one that runs already."""
    request = {"do": "supervise", "command": list(command), "env": dict(env), "cwd": str(cwd), "log": str(log)}
    return {**request, "adopt": adopt} if adopt else request


def release_daemon(state: Path) -> None:
    """From now on the daemon's end is final. Does nothing when there is no keeper."""
    if sock := find_keeper(state):
        with sock:
            ask(sock, {"do": "unsupervise"})


def returns(state: Path) -> bool:
    """Whether a daemon is looked after there: one that is away is only just coming back."""
    if sock := find_keeper(state):
        with sock, contextlib.suppress(DriverFailed):
            return bool(ask(sock, {"do": "list"}).get("returns"))
    return False


def end_keeper(state: Path) -> None:
    """Ends the keeper; what it started goes on. Does nothing when there is none."""
    if sock := find_keeper(state):
        with sock, contextlib.suppress(ProcessLookupError):
            keeper = os.pidfd_open(ask(sock, {"do": "list"})["pid"])
            try:
                ask(sock, {"do": "quit"})
                select.select([keeper], [], [], PATIENCE)
            finally:
                os.close(keeper)
