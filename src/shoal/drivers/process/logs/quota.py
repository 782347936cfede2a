"""The size of a log: a file that got too long loses its head, in place, while the program goes on writing.

Punching a hole gives the blocks back and keeps every offset, so neither the writer (O_APPEND) nor a reader notices.
Where the file system can't do that nothing happens.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

LONGEST = 64 << 20
"""Bytes a log may occupy."""
KEPT = LONGEST // 2
KEEP_SIZE = 1
PUNCH_HOLE = 2
BLOCK = 4096


def trim(log: Path, longest: int = LONGEST, kept: int = KEPT) -> bool:
    """Gives up all but the last `kept` bytes of a log that occupies more than `longest`. Whether it did."""
    stat = log.stat()
    if stat.st_blocks * 512 <= longest:
        return False
    head = (stat.st_size - kept) // BLOCK * BLOCK
    return head > 0 and _punch(log, head)


def _punch(log: Path, length: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    descriptor = os.open(log, os.O_RDWR)
    try:
        return bool(libc.fallocate(descriptor, KEEP_SIZE | PUNCH_HOLE, 0, length) == 0)
    finally:
        os.close(descriptor)
