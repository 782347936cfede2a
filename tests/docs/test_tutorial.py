"""Pages that are followed to the letter: their files written, their commands run, what they show compared."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, Block, blocks

FOLLOWED = [DOCS / "tutorial.md", DOCS / "environments.md"]
SHOAL = Path(sys.executable).with_name("shoal")
PATIENCE = 90
MARK = "\x1eend of a command\x1e"
KEPT = ("HOME", "LANG", "USER", "TMPDIR")
NETWORK = ("UV_", "PIP_", "NPM_CONFIG_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "NODE_EXTRA_CA", "HTTP", "NO_PROXY")


class Reader:
    """Somebody at a shell who follows the page."""

    def __init__(self, folder: Path) -> None:
        self._env = {name: value for name, value in os.environ.items() if name in KEPT or _network(name)}
        self._env |= {"PATH": f"{SHOAL.parent}:{os.environ['PATH']}", "XDG_STATE_HOME": str(folder / "state")}
        # Nothing of the page has been built before; packages may have been fetched before.
        self._env["XDG_CACHE_HOME"] = str(folder / "cache")
        self._env.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache/uv"))
        self._start = folder / "work"
        self._start.mkdir()
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=self._start,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self._shell.pid}/cwd").readlink()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def type(self, command: str) -> str:
        """What the command prints, on both streams."""
        assert self._shell.stdin and self._shell.stdout
        self._shell.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '%s' '{MARK}'\n".encode())
        shown = b""
        deadline = time.monotonic() + PATIENCE
        while not shown.endswith(MARK.encode()):
            readable, _, _ = select.select([self._shell.stdout], [], [], max(0.0, deadline - time.monotonic()))
            assert readable, f"$ {command}\ndid not end within {PATIENCE} s; it printed:\n{shown.decode()}"
            shown += os.read(self._shell.stdout.fileno(), 65536)
        return shown.decode().removesuffix(MARK)

    def left(self) -> list[Path]:
        """Records of instances that the page has not taken down."""
        return list((self._start.parent / "state").glob("shoal/*/*/process/instances/*"))

    def leave(self) -> None:
        """Ends the shell, and whatever still runs because the page was not followed to its end."""
        assert self._shell.stdin and self._shell.stdout
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait(10)
        self._shell.stdin.close()
        self._shell.stdout.close()
        for file in self._start.glob("*/shoal.yaml"):
            subprocess.run([SHOAL, "down", "-v", "--yes", "-f", file], env=self._env, capture_output=True, timeout=60)


def _network(name: str) -> bool:
    return name.upper().startswith(NETWORK)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    found.leave()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("curl"), reason="the tutorial uses curl")
@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
def test_its_commands_do_what_it_shows(page: Path, reader: Reader) -> None:
    for block in blocks(page):
        if block.language == "console" and not not_run(page, block):
            for command, expected in commands(block.text):
                shown = reader.type(command)
                assert matches(expected, shown), f"line {block.line}: $ {command}\nexpected:\n{expected}\nwas:\n{shown}"
        elif block.file:
            reader.write(block.file, block.text)
    assert reader.left() == []


def not_run(page: Path, block: Block) -> bool:
    """Whether the page says why."""
    return page.read_text().splitlines()[block.line - 2].startswith("<!-- not run: ")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """(command, what it shows) of a console block."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def matches(expected: str, shown: str) -> bool:
    """Whether the page shows what was printed, but for numbers and the ends of instances' names. `...` stands for
    anything, over any number of lines."""
    pieces = (re.escape(_plain(piece)) for piece in expected.split("..."))
    return re.fullmatch(".*".join(pieces), _plain(shown), re.DOTALL) is not None


def _plain(text: str) -> str:
    named = re.sub(r"-(\d+)-[a-z0-9]{4}\b", r"-\1-ID", text)
    return re.sub(r"\s+", " ", re.sub(r"(?<![\w-])\d+(\.\d+)?", "N", named)).strip()


@pytest.mark.parametrize(
    ("expected", "shown", "same"),
    [
        ("pid 12", "pid 345\n", True),
        ("notes-0-ag4j  ready after 0.1 s", "notes-0-zz99 ready after 12 s", True),
        ("notes-0-ag4j ready", "notes-1-ag4j ready", False),
        ("...\nready", "started\nready", True),
        ("done", "done\nand more", False),
    ],
)
def test_what_counts_as_the_same(expected: str, shown: str, same: bool) -> None:
    assert matches(expected, shown) is same
