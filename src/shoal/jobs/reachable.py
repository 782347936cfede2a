"""Waits until something accepts connections. Reads NAME, HOST, PORT and WITHIN (seconds)."""

from __future__ import annotations

import os
import socket
import sys
import time

PAUSE = 0.5


def problem(host: str, port: int, timeout: float) -> str:
    """Empty when a connection is accepted."""
    try:
        with socket.create_connection((host, port), timeout):
            return ""
    except OSError as found:
        return found.strerror or str(found)


def main() -> int:
    name, host, port = os.environ["NAME"], os.environ["HOST"], os.environ["PORT"]
    within = float(os.environ["WITHIN"])
    end = time.monotonic() + within
    while found := problem(host, int(port), max(min(5.0, end - time.monotonic()), 0.1)):
        if time.monotonic() + PAUSE > end:
            print(f"{name} can't be reached at {host}:{port}: {found} (tried for {within:g} s)", file=sys.stderr)
            return 1
        time.sleep(PAUSE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
