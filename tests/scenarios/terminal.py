"""A command of shoal on a terminal: what it draws, and keys pressed."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from types import TracebackType

from tests.scenarios.app import SHOAL, App, as_in_a_terminal


def _in_its_own() -> None:
    """Ctrl-C is a signal there."""
    as_in_a_terminal()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A context. `seen` is all that was drawn so far, with the control sequences in it; `text` is without them."""

    def __init__(self, app: App, *words: str, columns: int = 100, lines: int = 30, term: str = "xterm") -> None:
        self._master, slave = os.openpty()
        self.resize(columns, lines)
        self._process = subprocess.Popen(
            [SHOAL, *words],
            cwd=app.folder,
            env=app.env | {"TERM": term, "LANG": "C.UTF-8"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_in_its_own,
        )
        os.close(slave)
        self._raw = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def seen(self) -> str:
        return self._raw.decode(errors="replace")

    @property
    def text(self) -> str:
        return re.sub(r"\033\[\??[0-9;]*[a-zA-Z]", "", self.seen)

    def until(self, what: str, deadline: float = 30.0, *, after: str = "") -> None:
        """Returns when this has been drawn; `after` something, if that is said."""
        end = time.monotonic() + deadline
        while what not in self.seen.rpartition(after or "\0")[2] and what not in self.text.rpartition(after or "\0")[2]:
            assert time.monotonic() < end, f"{what!r} was not drawn within {deadline} s:\n{self.text[-3000:]}"
            self._read(0.1)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def ends(self, deadline: float = 30.0) -> int:
        """Its exit code; everything that it drew has been read then."""
        end = time.monotonic() + deadline
        while self._read(0.1):
            assert time.monotonic() < end, f"it doesn't end:\n{self.text[-3000:]}"
        return self._process.wait(deadline)

    def _read(self, patience: float) -> bool:
        """Whether there may be more."""
        if not select.select([self._master], [], [], patience)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # nobody has the other end any more
            return False
        self._raw += data
        return bool(data)
