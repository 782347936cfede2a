"""What is written about a process: who it is (before it runs) and how it ended (before it is reaped)."""

# ruff: noqa: PTH104, PTH108, PTH118, PTH123

from __future__ import annotations

import contextlib
import errno
import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IDENTITY = "identity.json"
EXIT = "exit.json"


def write(path: str, content: dict[str, Any]) -> None:
    """All or nothing, under another name first. Raises OSError (the folder is gone, the disk is full)."""
    temporary = f"{path}.{os.getpid()}"
    data = json.dumps(content).encode()
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def write_identity(folder: str, instance: str) -> None:
    """The identity of the calling process."""
    pid = os.getpid()
    content = {"instance": instance, "pid": pid, "start": start_time(pid), "boot": boot_id()}
    write(os.path.join(folder, IDENTITY), content)


def write_exit(folder: str, pid: int, code: int, at: float) -> None:
    """How the process `pid` ended: exit code, or minus the signal's number; `at` is in seconds since the epoch."""
    write(os.path.join(folder, EXIT), {"pid": pid, "code": code, "at": at})


def start_time(pid: int) -> int:
    """When a process started, in clock ticks since boot. Raises OSError when there is none."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        # The name, in parentheses, may itself hold spaces and parentheses.
        return int(file.read().rpartition(b")")[2].split()[19])


def boot_id() -> str:
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()
