"""Renewal: when a certificate is to be renewed, and when somebody has to be told. Pure."""

from __future__ import annotations

FIRST_PAUSE = 60.0
LONGEST_PAUSE = 6 * 3600.0
DAY = 86400.0


def due(begins: float, ends: float) -> float:
    """When a third of its life is left."""
    return ends - (ends - begins) / 3


def pause(failures: int) -> float:
    """Before the next try; authorities count failed ones."""
    return min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE) if failures else 0.0


def late(begins: float, ends: float, now: float) -> str:
    """What to say of one that should have been renewed by now; nothing while it's early enough."""
    if now >= ends:
        return "has ended"
    if now < due(begins, ends) + (ends - begins) / 12:
        return ""
    left = ends - now
    return f"ends in {left / DAY:.0f} days" if left >= 2 * DAY else f"ends in {left / 3600:.0f} hours"
