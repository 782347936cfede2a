"""Who waits for a daemon's end must find no process after it, not only a closed socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shoal.drivers.process.daemon import await_end


class Answered:
    """A client whose daemon has closed its door already."""

    def __init__(self, daemon: int) -> None:
        self.daemon = daemon

    def alive(self) -> bool:
        return False


def test_a_daemon_that_has_closed_its_door_is_awaited(tmp_path: Path) -> None:
    program = "import time; time.sleep(0.3)"
    with subprocess.Popen([sys.executable, "-c", program]) as ending:
        await_end(tmp_path, Answered(ending.pid))
        assert ending.poll() == 0


def test_one_that_is_gone_or_never_answered_is_not(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    for pid in (gone.pid, 0):
        await_end(tmp_path, Answered(pid))
