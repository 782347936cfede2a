"""What may come of a file: an app that compiles, or an error with a place. Nothing else, and soon."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from shoal import mesh
from shoal.desired import compile
from shoal.engine import attach, gather
from shoal.errors import FileError, Problems
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Observed
from shoal.spec import load
from shoal.spec.dotenv import parse

# Of CPU time: a busy machine makes nothing hang.
SECONDS = 10.0
VARIABLES = {"A": "1", "PATH": "/usr/bin:/bin", "HOME": "/", "EDITOR": "ed"}
SOURCES = {
    "users/pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>users</artifactId>"
    "<version>1</version></project>\n",
    "posts/pyproject.toml": '[project]\nname = "posts"\nversion = "1"\n',
    "posts/posts/__init__.py": "",
    "posts/posts/__main__.py": "",
    "web/package.json": '{"name": "web", "version": "1.0.0", "scripts": {"start": "node server.js"}}\n',
    "web/server.js": "",
    "web/package-lock.json": '{"name": "web", "lockfileVersion": 3, "packages": {}}\n',
    "users/init.sql": "select 1;\n",
    "token.txt": "a\n",
    **{f"{name}/__main__.py": "" for name in ("notes", "importer", "greeter", "backend/orders", "words", "reader")},
    "site/index.html": "",
    "web/Dockerfile": "FROM scratch\n",
    "Dockerfile": "FROM scratch\n",
    "schema.sql": "select 1;\n",
}


def lay_out(folder: Path) -> None:
    """Sources for a file to speak of."""
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def of_file(folder: Path, content: bytes, dotenv: bytes = b"") -> str:
    """`app`, or the class of the error, in the default environment. Fails on any other outcome, there or in prod."""
    (folder / "shoal.yaml").write_bytes(content)
    (folder / ".env").write_bytes(dotenv)
    with _in_time():
        told = [_told(folder, environment) for environment in (None, "prod")]
    return told[0]


def of_dotenv(text: str) -> str:
    with _in_time():
        try:
            parse(text, ".env", VARIABLES)
        except FileError as error:
            _placed(error)
            return type(error).__name__
    return "settings"


def _told(folder: Path, environment: str | None) -> str:
    try:
        app = load(folder, environment=environment, variables=VARIABLES)
        # An app that loads may still refer to what its stacks don't know, or to files that aren't there.
        _configured(attach(compile(app, gather(app))))
    except FileError as error:
        _placed(error)
        return type(error).__name__
    return "app"


def _configured(desired: Desired) -> None:
    """The mesh's configuration checks itself."""
    if desired.workload(mesh.NAME):
        names = mesh.addresses_needed(desired)
        addresses = {name: Endpoint("127.0.0.1", 20000 + number) for number, name in enumerate(sorted(names))}
        mesh.snapshot(desired, Observed(), addresses, frozenset())


def _placed(error: FileError) -> None:
    for problem in error.found if isinstance(error, Problems) else (error,):
        assert problem.where, f"no place: {problem}"
        assert problem.what
    assert "Traceback" not in str(error)


@contextmanager
def _in_time() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"takes more than {SECONDS:g} s")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
