"""The systemd unit that brings one app in one environment up at boot. Pure.

`up -d` ends when all has been started, and keeper and daemon, who bring each other back, stay: so the unit is a
`oneshot` that remains active, and no process of it is the main one, whose end would be the end of all. What shoal heals
by itself (a service, a job, a build that failed) is no failure of the unit, since systemd would kill the rest for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

HEALED = "5 6 7 15"  # a build, a service, a job, a release that was taken back: see `shoal --help`
HOPELESS = "2 3"  # the command line, the file: no second try makes them right


class Unit(NamedTuple):
    """`user` is whom a system unit runs as; a user's own unit says none. `stop` is how many seconds `down` may take."""

    app: str
    environment: str
    up: Sequence[str]
    down: Sequence[str]
    variables: Mapping[str, str]
    folders: Sequence[str]
    stop: int
    user: str = ""

    def text(self) -> str:
        sections = (("Unit", self._unit()), ("Service", self._service()), ("Install", self._install()))
        return "\n".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections)

    @property
    def target(self) -> str:
        return "multi-user.target" if self.user else "default.target"

    def _unit(self) -> Iterable[str]:
        yield f"Description={self.app} in its environment {self.environment} (shoal)"
        if self.user:
            yield "After=network.target"
            yield f"RequiresMountsFor={' '.join(map(quoted, self.folders))}"

    def _service(self) -> Iterable[str]:
        yield from ("Type=oneshot", "RemainAfterExit=yes")
        if self.user:
            yield f"User={self.user}"
        yield from (f"Environment={quoted(f'{name}={value}')}" for name, value in self.variables.items())
        yield f"ExecStart={_command(self.up)}"
        yield f"ExecStop={_command(self.down)}"
        yield f"SuccessExitStatus={HEALED}"
        yield from ("Restart=on-failure", "RestartSec=10", f"RestartPreventExitStatus={HOPELESS}")
        # Of what `down` should leave behind nothing stays; that one process took too much memory ends no other.
        yield from ("KillMode=control-group", "OOMPolicy=continue", "Delegate=yes", "TasksMax=infinity")
        yield from ("TimeoutStartSec=infinity", f"TimeoutStopSec={self.stop}")

    def _install(self) -> Iterable[str]:
        yield f"WantedBy={self.target}"


def quoted(text: str) -> str:
    """One word of a unit, whatever is in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"'


def _command(words: Sequence[str]) -> str:
    """`$` is special too, but for the program's own name."""
    program, *others = words
    return " ".join([quoted(program), *(quoted(word.replace("$", "$$")) for word in others)])
