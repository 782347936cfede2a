"""One private `dockerd`: all it makes is in one folder, on addresses of its own and in one group of processes."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

from tests.engine.client import Client
from tests.engine.debian import ENVIRONMENT
from tests.engine.network import Network, abandoned, bridged

STARTS_WITHIN = 60.0
ENDS_WITHIN = 30.0
DETACH = 2


class Daemon:
    """Its folder's path is short: that of a socket in it has at most 107 characters."""

    def __init__(self, folder: Path, mirror: str) -> None:
        self.folder, self._mirror = folder, mirror
        self.socket = folder / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.client = Client(self.socket)
        self.name = f"shoal{token_hex(4)}"
        self._network: Network | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for network in abandoned():
            network.remove()
            _ungroup(network.bridge)
        self._network = self._network or bridged(self.name)
        settings = self.folder / "settings.json"
        settings.write_text(json.dumps(self._settings(self._network)))
        command = ["setpriv", "--pdeathsig", "TERM", "dockerd", "--config-file", str(settings)]
        # What its registry lacks is asked of the official one: nobody is there, at once.
        environment = ENVIRONMENT | {"HTTPS_PROXY": "http://127.0.0.1:1"}
        with (self.folder / "dockerd.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self.client.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dockerd didn't start:\n{self.said()}")
            time.sleep(0.05)

    def said(self) -> str:
        return (self.folder / "dockerd.log").read_text()[-4000:]

    def kill(self) -> None:
        """It dies at once, and its containerd. What runs in containers goes on, until it comes back."""
        assert self._process is not None
        containerd = int((self.folder / "run/containerd/containerd.pid").read_text())
        self._process.kill()
        self._process.wait()
        deadline = time.monotonic() + ENDS_WITHIN
        while Path(f"/proc/{containerd}").exists():  # one that waits to be buried would be taken for a living one
            assert time.monotonic() < deadline, "containerd went on"
            time.sleep(0.01)

    def stop(self) -> None:
        """It ends, and nothing of what it made is left."""
        if not self.folder.exists():
            return
        if self._process is not None and self._process.poll() is None:
            self._end_containers()
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDS_WITHIN)
            self._process.kill()
            self._process.wait()
        deadline = time.monotonic() + ENDS_WITHIN
        while pids := list(self._pids()):
            assert time.monotonic() < deadline, f"dockerd is gone, but not {pids}"
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        for mount in reversed(_mounts(self.folder)):
            ctypes.CDLL(None).umount2(os.fsencode(mount), DETACH)
        if self._network is not None:
            self._network.remove()
        _ungroup(self.name)
        shutil.rmtree(self.folder)

    def _end_containers(self) -> None:
        """It would ask each, and wait."""
        with contextlib.suppress(OSError):
            for container in self.client.ask("GET", "containers/json"):
                with contextlib.suppress(OSError):
                    self.client.ask("POST", f"containers/{container['Id']}/kill")

    def _settings(self, network: Network) -> dict[str, object]:
        return {
            "data-root": str(self.folder / "data"),
            "exec-root": str(self.folder / "run"),
            "pidfile": str(self.folder / "pid"),
            "hosts": [self.host],
            "bridge": network.bridge,
            "fixed-cidr": str(network.first),
            "default-address-pools": [{"base": str(network.others), "size": 24}],
            # The machine's firewall and its forwarding are another's: docker-proxy forwards.
            "iptables": False,
            "ip-masq": False,
            "ip-forward": False,
            "registry-mirrors": [f"http://{self._mirror}"],
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "cgroup-parent": f"/{self.name}",
            "oom-score-adjust": 0,  # to lower it takes a right that root may lack
            "shutdown-timeout": 1,
            "log-level": "warn",
        }

    def _pids(self) -> Iterator[int]:
        """What it left: those in its groups, and those of containerd that name its folder."""
        for group in _groups(self.name):
            yield from map(int, (group / "cgroup.procs").read_text().split())
        needle = os.fsencode(f"{self.folder}/")
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                program, *words = entry.read_bytes().split(b"\0")
                if program.rpartition(b"/")[2].startswith(b"containerd") and any(needle in word for word in words):
                    yield int(entry.parent.name)


def _groups(name: str) -> list[Path]:
    """Of each controller where there is one tree for each; the innermost first."""
    above = [*Path("/sys/fs/cgroup").glob(name), *Path("/sys/fs/cgroup").glob(f"*/{name}")]
    return sorted((path for group in above for path in (group, *group.rglob("*")) if path.is_dir()), reverse=True)


def _ungroup(name: str) -> None:
    for group in _groups(name):
        group.rmdir()


def _mounts(folder: Path) -> list[str]:
    told = Path("/proc/self/mountinfo").read_text().splitlines()
    return [path for line in told for path in [line.split()[4]] if Path(path).is_relative_to(folder)]
