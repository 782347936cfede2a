"""The process that has an engine: it makes the images, starts the registry and dockerd, and ends them with itself."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.engine.client import Client
from tests.engine.daemon import Daemon
from tests.engine.registry import Registry
from tests.engine.store import Store, cache_folder

ROOT = Path(__file__).parents[2]
READY, FAILED, LOG, PID = "ready.json", "failed", "keeper.log", "keeper.pid"
STARTS_WITHIN, ENDS_WITHIN = 420.0, 60.0  # the first time; it makes the images


@dataclass(frozen=True)
class Engine:
    """`host` is a value for DOCKER_HOST, `registry` the host and port of the registry it pulls from."""

    host: str
    registry: str

    @property
    def client(self) -> Client:
        return Client(Path(self.host.removeprefix("unix://")))


def keep(folder: Path, owner: int) -> None:
    """Until it is told to end, or the process that it serves has ended (0: none)."""
    if os.fork() != 0:
        os._exit(0)  # whoever began it goes on, and need not wait for its end
    signal.signal(signal.SIGTERM, _told_to_end)
    (folder / PID).write_text(str(os.getpid()))
    try:
        with running(folder) as engine:
            _write(folder / READY, json.dumps(asdict(engine)))
            select.select([os.pidfd_open(owner)] if owner else [], [], [])
    except Exception:
        _write(folder / FAILED, traceback.format_exc())
        raise
    finally:
        if not (folder / FAILED).exists():
            shutil.rmtree(folder)


def _told_to_end(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    store = Store(cache_folder(), lambda line: print(line, flush=True))
    registry = Registry(folder / "registry")
    registry.fill(store, store.images())
    with (folder / "registry.log").open("wb") as log:
        at, process = registry.start(log)
        daemon = Daemon(folder / "engine", at)
        try:
            daemon.start()
            yield Engine(daemon.host, at)
        finally:
            daemon.stop()
            process.terminate()
            process.wait()


def started(folder: Path, owner: int) -> Engine:
    """The engine whose keeper has this folder; a keeper is begun if there is none. Two callers get the same."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _kept(folder):
            (folder / FAILED).unlink(missing_ok=True)
            (folder / READY).unlink(missing_ok=True)
            with (folder / LOG).open("wb") as log:
                command = [sys.executable, "-m", "tests.engine", "keep", str(folder), str(owner)]
                nothing = subprocess.DEVNULL
                subprocess.run(
                    command, cwd=ROOT, stdin=nothing, stdout=log, stderr=log, start_new_session=True, check=True
                )
        deadline = time.monotonic() + STARTS_WITHIN
        while not (folder / READY).exists():
            if (folder / FAILED).exists() or time.monotonic() > deadline:
                raise RuntimeError(f"there is no engine:\n{(folder / LOG).read_text()}")
            time.sleep(0.05)
        return Engine(**json.loads((folder / READY).read_text()))


def ended(folder: Path) -> None:
    """Its keeper is gone, and with it the engine."""
    if pid := _kept(folder):
        handle = os.pidfd_open(pid)
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        gone, _, _ = select.select([handle], [], [], ENDS_WITHIN)
        os.close(handle)
        if not gone:
            raise RuntimeError(f"the engine's keeper, {pid}, doesn't end:\n{(folder / LOG).read_text()}")


def _kept(folder: Path) -> int:
    """The keeper's pid; 0 when there is none."""
    try:
        pid = int((folder / PID).read_text())
        return pid if os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") else 0
    except (OSError, ValueError):
        return 0


def _write(path: Path, text: str) -> None:
    """Whole, or not at all."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)
