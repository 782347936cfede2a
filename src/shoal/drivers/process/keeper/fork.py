"""Forking one child: a session of its own, its identity on disk before it runs, its output into a file."""

# ruff: noqa: PTH118, PTH123

from __future__ import annotations

import json
import os
import signal

from shoal.drivers.process.keeper import journal, names
from shoal.drivers.process.keeper.descriptors import raise_limit
from shoal.drivers.process.keeper.unprivileged import become_unprivileged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SpawnFailed(Exception):
    """`stage` is what was tried (groups, identity, log, names, unprivileged, cwd, exec); `errno` and `text` say what
    came of it."""

    def __init__(self, stage: str, errno: int, text: str) -> None:
        super().__init__(f"{stage}: {text}")
        self.stage = stage
        self.errno = errno
        self.text = text


def spawn(order: dict[str, Any]) -> int:
    """Forks and executes `order`; its pid, once the program has replaced the fork. Raises SpawnFailed.

    order: command, env, cwd, log; optional: instance and folder (where its identity goes), groups (control groups that
    it enters), hosts (the file that it sees as /etc/hosts), unprivileged and folders (what it must be able to write
    then), descriptors (as many as are allowed).
    """
    reader, writer = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _become(order, writer)
    os.close(writer)
    with open(reader, "rb") as pipe:
        report = pipe.read()
    if report:
        os.waitpid(pid, 0)
        raise SpawnFailed(**json.loads(report))
    return pid


def _become(order: dict[str, Any], pipe: int) -> None:
    """In the child; never returns."""
    stage = "session"
    try:
        for step in _STEPS:
            stage = step.__name__.strip("_")
            step(order)
    except BaseException as error:
        number = getattr(error, "errno", None) or 0
        report = {"stage": stage, "errno": number, "text": _text(error)}
        os.write(pipe, json.dumps(report).encode())
    os._exit(127)


def _text(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    filename = getattr(error, "filename", None)
    return f"{text}: {filename}" if filename else text


def _session(order: dict[str, Any]) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP) and signal.getsignal(number) != signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _groups(order: dict[str, Any]) -> None:
    for folder in order.get("groups", ()):
        with open(os.path.join(folder, "cgroup.procs"), "w") as file:
            file.write("0")


def _identity(order: dict[str, Any]) -> None:
    if "folder" in order:
        journal.write_identity(order["folder"], order["instance"])


def _log(order: dict[str, Any]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)


def _unprivileged(order: dict[str, Any]) -> None:
    if order.get("unprivileged"):
        become_unprivileged(order.get("folders", []))


def _descriptors(order: dict[str, Any]) -> None:
    if order.get("descriptors"):
        raise_limit()


def _names(order: dict[str, Any]) -> None:
    if order.get("hosts"):
        names.enter(order["hosts"])


def _cwd(order: dict[str, Any]) -> None:
    os.chdir(order["cwd"])


def _exec(order: dict[str, Any]) -> None:
    command = order["command"]
    os.execvpe(command[0], command, order["env"])


_STEPS = (_session, _groups, _identity, _log, _names, _unprivileged, _descriptors, _cwd, _exec)
