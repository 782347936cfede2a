"""The keeper's loop: requests, ended children, the daemon's restarts."""

# ruff: noqa: PTH118

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import time

from shoal.drivers.process.keeper import journal, wire
from shoal.drivers.process.keeper.client import Client
from shoal.drivers.process.keeper.descriptors import limit
from shoal.drivers.process.keeper.fork import SpawnFailed, spawn
from shoal.drivers.process.keeper.ward import Ward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PR_SET_CHILD_SUBREAPER = 36
IDLE = 15.0
"""Seconds with no child, no client and no ward after which a keeper has nothing left to keep, and ends."""


class Keeper:
    def __init__(self, folder: str, server: socket.socket) -> None:
        self._folder = folder
        self._server = server
        self._poll = select.poll()
        self._clients: dict[int, Client] = {}
        self._children: dict[int, tuple[str, str]] = {}
        self._ward: Ward | None = None
        self._quit = False
        self._busy = time.monotonic()
        self._signals = _signals()
        self._poll.register(server, select.POLLIN)
        self._poll.register(self._signals, select.POLLIN)

    def run(self) -> None:
        while not self._quit and not self._idle():
            for descriptor, event in self._poll.poll(self._patience() * 1000):
                self._serve(descriptor, event)
            self._reap()
            if self._ward and 0 < self._ward.due <= time.monotonic():
                self._ward.restart(time.monotonic())

    def _idle(self) -> bool:
        now = time.monotonic()
        if self._clients or self._children or self._ward:
            self._busy = now
        return now - self._busy > IDLE

    def _patience(self) -> float:
        """Seconds to the next thing that has to be done without being asked."""
        due = self._ward.due - time.monotonic() if self._ward and self._ward.due else IDLE / 3
        return max(0.0, min(due, IDLE / 3))

    def _serve(self, descriptor: int, event: int) -> None:
        if descriptor == self._server.fileno():
            self._accept()
        elif descriptor == self._signals.fileno():
            self._signals.recv(4096)
        elif self._ward and descriptor == self._ward.pidfd:
            self._poll.unregister(descriptor)
            self._ward_ended(None)
        elif client := self._clients.get(descriptor):
            self._talk(client, event)

    def _accept(self) -> None:
        sock, _ = self._server.accept()
        if not wire.same_user(sock):
            sock.close()
            return
        self._clients[sock.fileno()] = Client(sock)
        self._poll.register(sock, select.POLLIN)

    def _talk(self, client: Client, event: int) -> None:
        try:
            if event & select.POLLOUT:
                client.flush()
            if event & ~select.POLLOUT:
                for request in client.receive():
                    client.send({"seq": request.get("seq"), **self._answer(request)})
            self._watch(client)
        except (OSError, ValueError):
            self._drop(client)

    def _watch(self, client: Client) -> None:
        self._poll.modify(client.sock, select.POLLIN | (select.POLLOUT if client.behind else 0))

    def _drop(self, client: Client) -> None:
        self._poll.unregister(client.sock)
        del self._clients[client.sock.fileno()]
        client.sock.close()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        verb = _VERBS.get(str(request.get("do")))
        if verb is None:
            return {"error": {"stage": "request", "errno": 0, "text": f"unknown request {request.get('do')!r}"}}
        try:
            return verb(self, request)
        except SpawnFailed as error:
            return {"error": {"stage": error.stage, "errno": error.errno, "text": error.text}}
        except (OSError, KeyError) as error:
            return {"error": {"stage": "request", "errno": getattr(error, "errno", 0) or 0, "text": repr(error)}}

    def _spawn(self, request: dict[str, Any]) -> dict[str, Any]:
        pid = spawn(request)
        self._children[pid] = (request["instance"], request["folder"])
        return {"pid": pid, "start": journal.start_time(pid)}

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        children = [{"instance": instance, "pid": pid} for pid, (instance, _) in self._children.items()]
        daemon = self._ward.pid if self._ward else 0
        told = {"protocol": wire.PROTOCOL, "pid": os.getpid(), "children": children}
        return {**told, "daemon": daemon, "returns": self._ward is not None}

    def _supervise(self, request: dict[str, Any]) -> dict[str, Any]:
        """Starts the daemon, or takes on the running one `adopt`; one that is already looked after stays."""
        if self._ward and self._ward.pid and request.get("adopt", self._ward.pid) == self._ward.pid:
            self._ward.order = request
            return {"pid": self._ward.pid}
        ward = Ward(request)
        if pid := request.get("adopt"):
            ward.adopt(pid, time.monotonic())
            self._poll.register(ward.pidfd, select.POLLIN)
        else:
            ward.start(time.monotonic())
        self._release()
        self._ward = ward
        return {"pid": ward.pid}

    def _unsupervise(self, request: dict[str, Any]) -> dict[str, Any]:
        self._release()
        return {}

    def _release(self) -> None:
        if self._ward and self._ward.pidfd >= 0:
            self._poll.unregister(self._ward.pidfd)
            self._ward.let_go()
        self._ward = None

    def _end(self, request: dict[str, Any]) -> dict[str, Any]:
        self._quit = True
        return {}

    def _reap(self) -> None:
        """Journals every ended child before it is reaped: until then its pid can't be anybody else's."""
        options = os.WEXITED | os.WNOHANG
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, options | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            self._ended(ended.si_pid, ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
            os.waitid(os.P_PID, ended.si_pid, options)

    def _ended(self, pid: int, code: int) -> None:
        if self._ward and pid == self._ward.pid and self._ward.pidfd < 0:
            self._ward_ended(code)
        elif pid in self._children:
            instance, folder = self._children.pop(pid)
            self._journal(folder, pid, code)
            self._notify({"exit": {"instance": instance, "pid": pid, "code": code}})

    def _journal(self, folder: str, pid: int, code: int) -> None:
        # The record was dropped, or the disk is full: whoever listens is told all the same.
        with contextlib.suppress(OSError):
            journal.write_exit(folder, pid, code, time.time())

    def _ward_ended(self, code: int | None) -> None:
        if self._ward and not self._ward.ended(code, time.monotonic()):
            self._ward = None

    def _notify(self, message: dict[str, Any]) -> None:
        for client in list(self._clients.values()):
            try:
                client.send(message)
                self._watch(client)
            except OSError:
                self._drop(client)


_VERBS = {
    "spawn": Keeper._spawn,
    "list": Keeper._list,
    "supervise": Keeper._supervise,
    "unsupervise": Keeper._unsupervise,
    "quit": Keeper._end,
}


def _signals() -> socket.socket:
    """A socket that becomes readable on SIGCHLD. Terminal signals are ignored; SIGTERM keeps its plain meaning:
    the keeper's death stops nothing."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    return reader


def _lock(folder: str) -> int:
    """The lock's descriptor, held as long as we live, or -1 when another keeper has it."""
    descriptor = os.open(os.path.join(folder, wire.LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return -1
    return descriptor


def _detach() -> None:
    """Our own session, no child of the one who started us."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def _ready(word: bytes) -> bool:
    """Tells the one who started us, then lets go of the pipe; whether anybody heard it."""
    try:
        os.write(1, word + b"\n")
    except BrokenPipeError:
        return False
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return True


def _settle(folder: str) -> socket.socket | None:
    """Where we are reached from now on; None when another keeper is there, or the folder doesn't let us. Whoever
    started us is told."""
    try:
        if _lock(folder) < 0:
            _ready(b"taken")
            return None
        return wire.listen(folder)
    except OSError as problem:
        _ready(f"refused {problem.errno} {problem.filename or folder}".encode())
        return None


def main(folder: str, descriptors: int) -> int:
    """`descriptors`: how many its children may have open each; the daemon that starts us may have more."""
    _detach()
    server = _settle(folder)
    if server is None:
        return 0
    limit(descriptors)
    os.chdir("/")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = Keeper(folder, server)
    if _ready(b"ready"):  # else the one who wanted us was interrupted: nothing has been given to us yet
        keeper.run()
    return 0
