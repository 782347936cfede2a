"""An app in a temporary folder, with a state folder of its own, that a benchmark brings up; gone at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from shoal.api.place import state_folder
from shoal.drivers.process.launch import ask, find_keeper


class Keepers(NamedTuple):
    """The processes that are shoal's own."""

    keeper: int
    daemon: int


class App:
    """`name` is the file's, and that of its folder below `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.variables = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        self.state = state_folder(folder / "state" / "shoal", self.folder, name, "dev")

    def command(self, *words: str) -> list[str]:
        return [str(Path(sys.executable).with_name("shoal")), *words]

    def start(self, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*words), cwd=self.folder, env=self.variables, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *words: str) -> str:
        """What the verb printed. Ends the whole benchmark when it fails."""
        return finish(self.start(*words))

    def up(self) -> str:
        """The gateway's URL."""
        return self.run("up", "-d", "--wait", "-q").strip()

    def down(self) -> None:
        self.run("down")

    def instances(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run("ps", "--json"))["instances"]
        return [row for row in rows if row["phase"] == "ready"]

    def events(self, since: float = 0.0) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.run("events", "--json").splitlines()]
        return [event for event in found if event["time"] >= since]

    def keepers(self) -> Keepers:
        sock = find_keeper(self.state)
        if sock is None:
            raise SystemExit("bench: there is no keeper")
        with sock:
            answer = ask(sock, {"do": "list"})
        return Keepers(answer["pid"], answer["daemon"])

    def remove(self) -> None:
        subprocess.run(self.command("down", "-v", "-y"), cwd=self.folder, env=self.variables, capture_output=True)


Made = TypeVar("Made", bound=App)


def finish(process: subprocess.Popen[str]) -> str:
    out, problem = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"bench: {process.args!r} ended with {process.returncode}\n{problem}")
    return out


@contextmanager
def own(make: Callable[[Path], Made]) -> Iterator[Made]:
    """Whatever happens, it doesn't run afterwards and nothing of it is left but its builds."""
    signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix="shoal-bench-"))
    made = make(folder)
    try:
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
