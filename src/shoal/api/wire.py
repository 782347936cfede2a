"""The control socket's protocol: one JSON object a line.

A client sends one request (`{"verb": ..., "version": ..., ...}`) and reads answers: any number of `{"item": ...}`, then
one `{"done": ...}` or `{"error": ...}`. The socket lies in a folder only its owner can enter, and the daemon admits its
own user only.
"""

from __future__ import annotations

import json
from typing import Any

SOCKET = "daemon.sock"
LIMIT = 64 << 20


def line(**fields: Any) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def parse(data: bytes) -> dict[str, Any]:
    """Raises ValueError for anything but one JSON object."""
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
