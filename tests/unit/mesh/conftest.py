"""A real Envoy with the mesh's bootstrap, and small HTTP servers for it to call."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import msgspec
import pytest

from shoal.certificates import Pair
from shoal.mesh import acceptance, bootstrap, tls
from shoal.mesh.links import addresses_needed
from shoal.mesh.snapshot import empty, snapshot
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.snapshot import Snapshot
from shoal.model.values import Ref

PATIENCE = 10.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Look again every few milliseconds; fail by name after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.005)


def envoy_binary() -> str:
    found = importlib.util.find_spec("envoy")
    assert found and found.submodule_search_locations
    return str(Path(next(iter(found.submodule_search_locations))) / "_bin" / "envoy")


def free_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _UnixConnection(HTTPConnection):
    """HTTP over a socket in a folder, however long the folder's path is."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__("admin", timeout=PATIENCE)
        self.folder, self.name = folder, name

    def connect(self) -> None:
        folder = os.open(self.folder, os.O_PATH)
        try:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(PATIENCE)
            self.sock.connect(f"/proc/self/fd/{folder}/{self.name}")
        except OSError:
            self.sock.close()
            raise
        finally:
            os.close(folder)


class Envoy:
    """Envoy as a driver would run it: its files in place, its working directory the mesh's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "xds").mkdir(parents=True)
        self.write(empty())
        self.workload = bootstrap.workload("blog")
        (folder / "envoy.json").write_text(str(self.workload.files["envoy.json"]))
        self.addresses: dict[str, Endpoint] = {}
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(self.command(), cwd=folder, stdout=log, stderr=log)
        wait_for(self._ready, "Envoy")

    def command(self) -> list[str]:
        known = {Ref("program", "envoy"): envoy_binary(), Ref("self", "", "files"): str(self.folder)}
        return [word.render(known.__getitem__) for word in self.workload.command]

    def _ready(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return self.ask(acceptance.READY).startswith("LIVE")
        except OSError:
            return False

    def ask(self, path: str) -> str:
        connection = _UnixConnection(self.folder, bootstrap.ADMIN_SOCKET)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def stats(self) -> str:
        return self.ask(acceptance.STATS)

    def write(self, taken: Snapshot) -> None:
        for name, text in taken.files.items():
            new = self.folder / "xds" / f".{name}.new"
            new.write_text(text)
            new.rename(self.folder / "xds" / name)

    def publish(self, taken: Snapshot) -> None:
        before = acceptance.refusals(self.stats())
        self.write(taken)
        wait_for(lambda: acceptance.accepted(taken, self.stats()), "acceptance")
        assert acceptance.refusals(self.stats()) == before, (self.folder / "log").read_text()

    def route(
        self, desired: Desired, *instances: Instance, draining: frozenset[str] = frozenset(), **more: Any
    ) -> None:
        """Publish what these instances make of it, on addresses that stay."""
        for name in addresses_needed(desired):
            self.addresses.setdefault(name, self.somewhere())
        self.publish(snapshot(desired, Observed(instances), self.addresses, draining, **more))

    def certify(self, name: str, pair: Pair) -> None:
        """A certificate under this name, in place of the one before."""
        folder = self.folder / tls.FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.folder / f".{name}.new"
        new.write_text(tls.secret(name, pair.chain, pair.key))
        new.rename(folder / f"{name}.json")

    def somewhere(self) -> Endpoint:
        return Endpoint("127.0.0.1", free_port())

    def connect(self, name: str = "gateway") -> HTTPConnection:
        return HTTPConnection(*self.addresses[name], timeout=PATIENCE)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


class Upstream(ThreadingHTTPServer):
    """Answers with what it was asked, as JSON. `seen` are the requests' first lines; `hold` makes `/slow` wait."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)
        self.name = name
        self.seen: list[str] = []
        self.lock = Lock()
        self.release = Event()
        self.arrived = Event()
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.server_port)

    def instance(self, workload: str, port: str = "http") -> Instance:
        return Instance(
            id=f"{workload}/{self.name}", workload=workload, kind="service", revision="r", phase="ready",
            endpoints={port: self.endpoint},
        )  # fmt: skip

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that Envoy closed is no error."""

    def close(self) -> None:
        """Safe to call twice."""
        self.release.set()
        if self.thread.is_alive():
            self.shutdown()
            self.thread.join()
            self.server_close()


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream
    timeout = PATIENCE
    server_version = "echo/1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.seen.append(f"{self.command} {self.path}")
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        kind = self.path.partition("?")[0].rsplit("/", 1)[-1]
        getattr(self, f"_{kind}", self._echo)()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _slow(self) -> None:
        self.server.arrived.set()
        self.server.release.wait(PATIENCE)
        self._echo()

    def _cut(self) -> None:
        """Ends the connection although the request was read."""
        self.server.arrived.set()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _busy(self) -> None:
        self._answer(503, {"errors": {"nats": ["away"]}})

    def _socket(self) -> None:
        """The upgrade, then every byte back."""
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
        self.close_connection = True
        while data := self.connection.recv(4096):
            self.wfile.write(data)

    def _events(self) -> None:
        """Headers and one event at once, the second when released."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b"data: 1\n\n")
        self.server.release.wait(PATIENCE)
        self.wfile.write(b"data: 2\n\n")
        self.close_connection = True

    def _echo(self) -> None:
        self._answer(200, {"from": self.server.name, "method": self.command, "path": self.requestline.split()[1],
                           "headers": {key.lower(): value for key, value in self.headers.items()},
                           "body": self.body.decode()})  # fmt: skip

    def _answer(self, status: int, content: object) -> None:
        text = msgspec.json.encode(content)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def ask(connection: HTTPConnection, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request; `x_a` stands for the header `x-a`. The connection stays open if the server lets it."""
    connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
    response: HTTPResponse = connection.getresponse()
    pairs: dict[str, str] = {}
    for key, value in response.getheaders():
        pairs[key] = f"{pairs[key]}, {value}" if key in pairs else value
    return Answer(response.status, pairs, response.read().decode())


@pytest.fixture(scope="module")
def shared_envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    running = Envoy(tmp_path_factory.mktemp("a mesh") / ("deep" * 30) / "mesh")
    yield running
    running.stop()


@pytest.fixture
def envoy(shared_envoy: Envoy) -> Iterator[Envoy]:
    """One process for a module; each test starts from nothing."""
    yield shared_envoy
    shared_envoy.publish(empty())
    shared_envoy.addresses.clear()


@pytest.fixture
def upstream() -> Iterator[Callable[[str], Upstream]]:
    made: list[Upstream] = []

    def make(name: str) -> Upstream:
        made.append(Upstream(name))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def get(envoy: Envoy) -> Callable[..., Answer]:
    """One request on a connection of its own."""

    def once(path: str, method: str = "GET", *, at: str = "gateway", **headers: str) -> Answer:
        connection = envoy.connect(at)
        try:
            return ask(connection, path, method, **headers)
        finally:
            connection.close()

    return once


@pytest.fixture
def binary() -> str:
    return envoy_binary()


@pytest.fixture
def on() -> Callable[[HTTPConnection, str], Answer]:
    """A request on a connection that is kept."""
    return ask


@pytest.fixture
def wait() -> Callable[[Callable[[], bool], str], None]:
    return wait_for
