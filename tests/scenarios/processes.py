"""What really runs, read from /proc: which processes belong to a state folder, and who listens on a port."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import signal
from pathlib import Path


def runs(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    return state(pid) not in (b"", b"Z", b"X")


def state(pid: int) -> bytes:
    """The kernel's letter for what it does: R, S, T ...; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return b""


def of_state(home: Path, states: list[Path]) -> dict[int, str]:
    """Pid -> command line of each process that has anything to do with these state folders (or the folder above all of
    them): one is named in the command line or the environment, holds a file in it open, works in it, or carries the
    mark of it."""
    folders = [os.fsencode(folder) for folder in (home, *states)]
    needles = [*folders, *(realm.read_bytes() for state in states if (realm := state / "realm").exists())]
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if int(entry.name) != os.getpid()]
    return {pid: _command(pid) for pid in pids if runs(pid) and _belongs(pid, [n for n in needles if n])}


def _belongs(pid: int, needles: list[bytes]) -> bool:
    texts = [_read(pid, "cmdline"), _read(pid, "environ"), *_links(pid)]
    return any(needle in text for needle in needles for text in texts)


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _links(pid: int) -> list[bytes]:
    found = []
    with contextlib.suppress(OSError):
        found.append(os.fsencode(Path(f"/proc/{pid}/cwd").readlink()))
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(os.fsencode(entry.readlink()))
    return found


def _command(pid: int) -> str:
    return _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def environment(pid: int) -> dict[str, str]:
    pairs = (entry.decode(errors="replace").partition("=") for entry in _read(pid, "environ").split(b"\0"))
    return {name: value for name, _, value in pairs if name}


def listening() -> set[int]:
    """Ports that somebody listens on."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {int(fields[1].rpartition(":")[2], 16) for fields in lines if fields[3] == "0A"}


def hosts(pid: int) -> set[str]:
    """The addresses on which this process listens."""
    mine = {link.decode() for link in _links(pid) if link.startswith(b"socket:")}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {_host(f[1].partition(":")[0]) for f in lines if f[3] == "0A" and f"socket:[{f[9]}]" in mine}


def _host(hexed: str) -> str:
    """The kernel writes words of four bytes, each backwards."""
    words = [bytes.fromhex(hexed[n : n + 8])[::-1] for n in range(0, len(hexed), 8)]
    return str(ipaddress.ip_address(b"".join(words)))


def kill(*pids: int) -> None:
    """SIGKILL, to processes known to be the app's (0 would be our own group)."""
    assert 0 not in pids, pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    os.kill(pid, signal.SIGCONT)


def session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0
