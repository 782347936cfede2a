"""The daemon of a state folder: started through its keeper, awaited when it ends. Blocking."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path
from typing import Any

from shoal.drivers.process.keepership import Daemon
from shoal.drivers.process.launch import find_keeper, release_daemon, returns, start_daemon
from shoal.errors import DriverFailed, StateDamaged

MODULE = "shoal.engine"
PATIENCE = 20.0
# The keeper's first pauses, and a start. One that dies again and again is not waited for.
RETURN = 5.0
LOG = "daemon.log"
# What a daemon is given of the environment of whoever starts it: enough to reach registries and find a home.
KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
        "MAVEN_OPTS", "SSH_AUTH_SOCK")  # fmt: skip
KEPT_PREFIXES = ("LC_", "UV_", "PIP_", "NPM_CONFIG_", "SSL_CERT", "SHOAL_MAVEN", "JAVA_TOOL", "DOCKER_")
KEPT_ENDINGS = ("_PROXY", "_proxy", "_CA_BUNDLE", "_CA_CERTS")


def itself(state: Path) -> Daemon:
    """How the calling daemon is started again."""
    return Daemon(command(state), environment(), Path("/"), state / LOG, os.getpid())


def command(state: Path) -> list[str]:
    return [sys.executable, "-m", MODULE, str(state)]


def environment() -> dict[str, str]:
    def kept(name: str) -> bool:
        return name in KEPT or name.startswith(KEPT_PREFIXES) or name.endswith(KEPT_ENDINGS)

    return {name: value for name, value in os.environ.items() if kept(name)} | {"PYTHONUNBUFFERED": "1"}


def ensure_daemon(state: Path, client: Any) -> bool:
    """Whether one had to be started; returns when it answers `client.alive()`. Raises `DriverFailed`,
    `StateDamaged`."""
    if client.alive():
        return False
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        hint = "shoal keeps what it knows of an app there: make room for it, or set XDG_STATE_HOME to another folder"
        raise StateDamaged(f"{state} can't be made: {problem.strerror}", hint=hint) from None
    start_daemon(state, command(state), environment(), cwd=Path("/"), log=state / LOG)
    deadline = time.monotonic() + PATIENCE
    while not client.alive():
        if time.monotonic() > deadline:
            raise DriverFailed("the daemon doesn't answer", hint=f"its own output is in {state / LOG}")
        time.sleep(0.01)
    return True


def await_return(state: Path, client: Any) -> None:
    """Returns when a daemon that was killed answers again, or nobody brings it back."""
    deadline = time.monotonic() + RETURN
    while not client.alive() and returns(state) and time.monotonic() < deadline:
        time.sleep(0.02)


def let_go(state: Path) -> None:
    """The caller, a daemon, ends for good."""
    try:
        release_daemon(state)
    except DriverFailed:
        return


def await_end(state: Path, client: Any) -> None:
    """Returns when neither daemon nor keeper is there, nor the process whose `client.daemon` answered last: a socket
    is closed before its process has ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        keeper = find_keeper(state)
        if keeper is None and not client.alive():
            _await_process(client.daemon, deadline)
            return
        if keeper is not None:
            keeper.close()
        time.sleep(0.01)


def _await_process(pid: int, deadline: float) -> None:
    try:
        process = os.pidfd_open(pid)
    except OSError:  # gone, or nobody ever answered
        return
    try:
        select.select([process], [], [], max(0.0, deadline - time.monotonic()))
    finally:
        os.close(process)
