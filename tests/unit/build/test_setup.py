"""scripts/setup: what it takes from an index, and that the locks are what it needs."""

from __future__ import annotations

import hashlib
import http.server
import importlib
import io
import json
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

REPOSITORY = Path(__file__).parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")
WHEEL = "uv-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


class Bootstrap(NamedTuple):
    index_: ModuleType
    pinned: ModuleType
    wheel: ModuleType
    failure: ModuleType


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bootstrap]:
    """Its modules, which import each other by bare names."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(REPOSITORY / "scripts/bootstrap"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    yield Bootstrap(*(importlib.import_module(name.rstrip("_")) for name in Bootstrap._fields))
    for name in set(sys.modules) - before:
        del sys.modules[name]


@cache
def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-1.2.3.data/scripts/uv", "#!/bin/sh\necho I am uv\n")
    return content.getvalue()


class Index(http.server.BaseHTTPRequestHandler):
    """A package index with one wheel: asks for a login, fails once, and speaks HTML or JSON."""

    html = True
    failures = 1

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != "Basic bWU6YSBiQA==":  # me:a b@
            return self._answer(401, "text/plain", b"")
        if Index.failures:
            Index.failures -= 1
            return self._answer(503, "text/plain", b"")
        if self.path == "/files/" + WHEEL:
            return self._answer(200, "application/octet-stream", wheel())
        if Index.html:
            page = f'<a href="../../files/{WHEEL}#sha256=00">x</a>'.encode()
            return self._answer(200, "text/html; charset=utf-8", page)
        page = json.dumps({"files": [{"filename": WHEEL, "url": f"../../files/{WHEEL}"}]}).encode()
        return self._answer(200, "application/vnd.pypi.simple.v1+json", page)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://me:a%20b%40@127.0.0.1:{server.server_port}/simple/")
        Index.failures = 1
        yield
        server.shutdown()


@pytest.mark.parametrize("html", [True, False], ids=["HTML", "JSON"])
def test_uv_comes_out_of_its_wheel(bootstrap: Bootstrap, index: None, tmp_path: Path, html: bool) -> None:
    Index.html = html
    pin = bootstrap.pinned.Pin("uv", "1.2.3", frozenset({hashlib.sha256(wheel()).hexdigest()}))
    program = bootstrap.wheel.uv_program(tmp_path, pin)
    assert program.read_text().endswith("I am uv\n")
    assert program.stat().st_mode & 0o111


def test_another_wheel_than_the_pinned_is_refused(bootstrap: Bootstrap, index: None, tmp_path: Path) -> None:
    with pytest.raises(bootstrap.failure.Failure, match="sha256 differs"):
        bootstrap.wheel.uv_program(tmp_path, bootstrap.pinned.Pin("uv", "1.2.3", frozenset({"0" * 64})))
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_no_password(
    bootstrap: Bootstrap, index: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", bootstrap.index_.index_url().replace("a%20b%40", "hush"))
    with pytest.raises(bootstrap.failure.Failure, match="answered 401") as caught:
        bootstrap.wheel.uv_program(tmp_path, bootstrap.pinned.Pin("uv", "1.2.3", frozenset()))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_what_the_project_pins(bootstrap: Bootstrap, lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    wanted = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
    exact = [each for each in wanted if "==" in each]
    assert exact
    assert all(f"\n{each} \\\n" in f"\n{text}" for each in exact)
    assert f"uv=={bootstrap.pinned.pinned_uv(REPOSITORY / lock).version}" in exact


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(bootstrap: Bootstrap, lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    assert "://" not in text
    assert len(bootstrap.pinned.pinned_uv(REPOSITORY / lock).hashes) > 10


def test_the_dev_lock_holds_the_same_versions() -> None:
    plain, dev = ({line.partition(" ")[0] for line in lines(lock) if "==" in line} for lock in LOCKS)
    assert plain <= dev


def lines(lock: str) -> list[str]:
    return (REPOSITORY / lock).read_text().splitlines()
