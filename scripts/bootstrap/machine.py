"""Whether this machine can run the engines, and where its cache is."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from failure import Failure

OLDEST_GLIBC = (2, 31)


def check_machine() -> None:
    """Raises `Failure` (exit code 4) on anything but Linux on x86-64 with a new enough glibc."""
    system, machine = platform.system(), platform.machine()
    if system != "Linux" or machine != "x86_64" or sys.maxsize < 2**32:
        raise Failure(f"this is {system} on {machine}; the engines are built for 64-bit Linux on x86_64 only", 4)
    library, version = _libc()
    if library != "glibc" or tuple(map(int, version.split(".")[:2])) < OLDEST_GLIBC:
        raise Failure(
            f"glibc 2.31 or newer is needed (Debian 11, Ubuntu 20.04); this is {library} {version}".strip(), 4
        )


def _libc() -> tuple[str, str]:
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError):
        name, version = "", ""
    return (name, version) if name and version[:1].isdigit() else ("another C library (musl?)", "")


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/shoal`, else `~/.cache/shoal`, made. Raises `Failure` where nothing can be written."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(base) if base.startswith("/") else Path.home() / ".cache") / "shoal"
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "it is read-only")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failure(
            f"can't write to the cache ({reason}): set XDG_CACHE_HOME or HOME to a folder that can be"
        ) from error
    return folder
