"""The one process that a keeper restarts: the daemon."""

from __future__ import annotations

import os

from shoal.drivers.process.keeper.fork import SpawnFailed, spawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHORTEST = 0.5
LONGEST = 30.0
STEADY = 10.0
"""Seconds after which a life counts as a good one, and the next back-off starts from the shortest again."""


class Ward:
    """Restarted when it dies by a signal or with a code other than 0, after a pause that doubles each time.

    `pidfd` is only there for a ward that another keeper (or a shell) started: it isn't our child, so its exit code
    is unknown and any end of it is taken for a death. It tells us with `unsupervise` before it ends on purpose.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.pid = 0
        self.pidfd = -1
        self.due = 0.0
        self._started = 0.0
        self._pause = SHORTEST

    def start(self, now: float) -> None:
        """Raises SpawnFailed."""
        self.pid = spawn(self.order)
        self.due = 0.0
        self._started = now

    def adopt(self, pid: int, now: float) -> None:
        """Raises OSError when there is no such process."""
        self.pidfd = os.pidfd_open(pid)
        self.pid = pid
        self._started = now

    def ended(self, code: int | None, now: float) -> bool:
        """Takes note of its end; whether it is to be started again (at `due`)."""
        self.pid = 0
        self.let_go()
        if code == 0:
            return False
        if now - self._started >= STEADY:
            self._pause = SHORTEST
        self.due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST)
        return True

    def restart(self, now: float) -> None:
        try:
            self.start(now)
        except (SpawnFailed, OSError):
            self.ended(None, now)

    def let_go(self) -> None:
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
