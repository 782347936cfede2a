"""Points in time as people type them."""

from __future__ import annotations

import re
import time

from shoal.errors import UsageError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def since(text: str) -> float:
    """Seconds since the epoch of `10m` (ago) or an ISO time (local unless it says otherwise); 0 for nothing."""
    if not text:
        return 0.0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if found:
        return time.time() - float(found[1]) * UNITS[found[2]]
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise UsageError(f"{text}: not a time", hint="Write 30s, 10m, 2h, 1d, or 2026-01-31T10:00:00.") from None
