"""The gateway's door, as a user of the command line has it: TLS, renewal, redirects, maintenance."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from shoal.certificates import Pair, local
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES, worker

FILES = "tls: {certificate: tls/web.crt, key: tls/web.key}"


def secured(tls: str) -> str:
    """The app of one service behind a gateway with further keys."""
    return WEB.replace("gateway: {", f"gateway: {{{tls}, ").replace("replicas: 2", "replicas: 1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority") / "ca"
    local.root(folder)
    return folder


def put(folder: Path, pair: Pair) -> None:
    """As tools that renew do: by rename, one after the other, the key for its owner only."""
    folder.mkdir(exist_ok=True)
    for name, text in (("web.key", pair.key), ("web.crt", pair.chain)):
        new = folder / f".{name}"
        new.write_text(text)
        new.chmod(0o600)
        new.rename(folder / name)


class _Named(HTTPSConnection):
    """Whatever the host is called, it is this machine."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 10)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


def _trusting(root: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=root)


@contextmanager
def secure(made: App, root: Path, host: str = "localhost") -> Iterator[HTTPSConnection]:
    """A connection that stays open, to where `ps` says."""
    connection = _Named(host, int(made.url.rsplit(":", 1)[1]), timeout=10, context=_trusting(root))
    try:
        connection.connect()
        yield connection
    finally:
        connection.close()


def status(connection: HTTPConnection, path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def serial(connection: HTTPSConnection) -> str:
    found: Any = connection.sock.getpeercert()
    return str(found["serialNumber"])


def served(made: App, root: Path, host: str = "localhost") -> str:
    with secure(made, root, host) as connection:
        return serial(connection)


def test_a_certificate_is_renewed_without_dropping_a_connection(app: Make, authority: Path) -> None:
    made, root = app(secured(FILES), WEB_FILES), authority / local.CERTIFICATE
    put(made.folder / "tls", local.issue(authority, ["web.example"]))
    made.up()
    assert made.url.startswith("https://")
    with secure(made, root) as connection:
        first = serial(connection)
        assert status(connection)[0] == 200
        mine, envoy = connection.sock, made.pid("mesh")
        put(made.folder / "tls", local.issue(authority, ["web.example"]))
        made.wait_until(lambda: served(made, root) != first)
        assert status(connection)[0] == 200
        assert (connection.sock, serial(connection), made.pid("mesh")) == (mine, first, envoy)
    assert [event["subject"] for event in made.events("certificate")] == ["gateway", "gateway"]


def test_a_key_that_does_not_fit_changes_nothing(app: Make, authority: Path) -> None:
    made, root = app(secured(FILES), WEB_FILES), authority / local.CERTIFICATE
    put(made.folder / "tls", local.issue(authority, ["web.example"]))
    made.up()
    first = served(made, root)
    (made.folder / "tls/web.crt").write_text(local.issue(authority, ["web.example"]).chain)
    made.wait_until(lambda: "the key doesn't belong to the certificate" in made.ok("ps").out)
    assert served(made, root) == first
    put(made.folder / "tls", local.issue(authority, ["web.example"]))
    made.wait_until(lambda: served(made, root) != first)
    made.wait_until(lambda: "doesn't belong" not in made.ok("ps").out)


def test_the_key_appears_nowhere_but_with_the_secrets(app: Make, authority: Path) -> None:
    made = app(secured(FILES), WEB_FILES)
    pair = local.issue(authority, ["web.example"])
    put(made.folder / "tls", pair)
    said = made.ok("plan").out + made.up().err + made.ok("events", "--json").out
    line = pair.key.splitlines()[1]
    held = [path for path in made.state().rglob("*") if path.is_file() and line in path.read_text(errors="replace")]
    assert line not in said
    assert [path.relative_to(made.state()).parts[:2] for path in held] == [("secrets", "certificates")]
    assert oct(held[0].stat().st_mode & 0o777) == "0o600"


def test_the_key_may_be_a_secret(app: Make, authority: Path) -> None:
    tls = "tls: {certificate: tls/web.crt, key: {secret: web-key}}"
    made = app(secured(tls) + "secrets: {web-key: {env: WEB_KEY}}\n", WEB_FILES)
    pair = local.issue(authority, ["web.example"])
    put(made.folder / "tls", pair)
    other = {"WEB_KEY": local.issue(authority, ["web.example"]).key}
    refused = made.shoal("up", "-d", env=other)
    assert (refused.code, "the key doesn't belong to the certificate" in refused.err) == (3, True), str(refused)
    made.ok("up", "-d", "--wait", env={"WEB_KEY": pair.key})
    assert served(made, authority / local.CERTIFICATE)


def test_tls_of_this_machine_needs_no_files(app: Make) -> None:
    made = app(secured("tls: local"), WEB_FILES)
    made.up()
    root = made.root
    assert oct((root.parent / "root.key").stat().st_mode & 0o777) == "0o600"
    for host in ("localhost", "127.0.0.1"):
        with secure(made, root, host) as connection:
            assert status(connection)[0] == 200
    first = served(made, root)
    told = made.ok("doctor").out
    assert str(root) in told
    assert re.search(r"^ok +certificate +localhost, .*, until 20", told, re.M)
    made.ok("down")
    made.up()
    assert served(made, root) == first
    assert "certificate: localhost" in made.ok("ps").out


def plain_port(made: App) -> int:
    return int(json.loads((made.state() / "ports.json").read_text())["gateway:plain"])


def test_the_plain_port_leads_to_tls(app: Make) -> None:
    made = app(secured("tls: {local: true, hsts: 1h}, redirect: 0"), WEB_FILES)
    made.up()
    connection = HTTPConnection("localhost", plain_port(made), timeout=10)
    code, headers = status(connection, "/a?b")
    connection.close()
    assert (code, headers["location"]) == (308, f"https://localhost:{made.url.rsplit(':', 1)[1]}/a?b")
    with secure(made, made.root) as to:
        assert status(to)[1]["strict-transport-security"] == "max-age=3600"


def test_a_service_is_told_the_url_with_its_scheme(app: Make) -> None:
    yaml = secured("tls: local").replace("{GREETING: hello}", "{GREETING: '${gateway.url}'}")
    made = app(yaml, WEB_FILES)
    made.up()
    with secure(made, made.root) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().read().decode().startswith(made.url)


def test_maintenance_is_switched_while_everything_runs(app: Make) -> None:
    routes = "routes: [{paths: [/], to: web}, {path: /ready, to: web, always: true}]"
    made = app(WEB.replace("routes: [{paths: [/], to: web}]", routes), WEB_FILES)
    made.up()
    pids = made.pids()
    assert made.shoal("maintenance", "on", "--message", "back at six").code == 0
    assert made.get()[0] == 503
    assert "back at six" in made.get()[1]
    assert made.get("/ready")[0] == 200
    assert "maintenance: it answers 503 to everybody (back at six)" in made.ok("ps").out
    made.up()
    assert made.get()[0] == 503, "another `up` is not its end"
    made.ok("maintenance", "off")
    assert (made.get()[0], made.pids()) == (200, pids)
    assert "maintenance:" not in made.ok("ps").out


def test_maintenance_of_an_app_without_a_gateway_is_refused(app: Make) -> None:
    made = app(worker("quiet"))
    made.up()
    refused = made.shoal("maintenance", "on")
    assert (refused.code, "has no gateway" in refused.err) == (2, True)
    assert made.shoal("maintenance", "off", "--message", "x").code == 2


@pytest.mark.parametrize(("change", "words"), [
    (lambda folder: (folder / "web.key").chmod(0o644), "web.key is a private key, and everybody on this machine may"),
    (lambda folder: (folder / "web.crt").write_text("nothing"), "web.crt holds no certificate that can be read"),
    (lambda folder: (folder / "web.key").write_text("nothing"), "its key can't be read"),
    (lambda folder: (folder / "web.crt").unlink(), 'there is no file "tls/web.crt"'),
])  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_where_it_stands(app: Make, authority: Path, change: Any, words: str) -> None:
    made = app(secured(FILES), WEB_FILES)
    put(made.folder / "tls", local.issue(authority, ["web.example"]))
    change(made.folder / "tls")
    for verb in (("plan",), ("up", "-d")):
        refused = made.shoal(*verb)
        assert refused.code == 3, str(refused)
        assert "/shoal.yaml:10:" in refused.err.splitlines()[0]
        assert words in refused.err
