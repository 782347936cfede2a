"""TLS at the gateway, on a real Envoy with real clients."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shoal.certificates import local
from shoal.model.app import Certificate, Gateway, Hsts, Port, Route, Tls
from shoal.model.desired import Desired
from shoal.model.workload import Workload

TWO = (Certificate("a.crt", "a.key"), Certificate("b.crt", "b.key"))
NAMES = {"file-0": "a.example", "file-1": "b.example"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "ca"
    local.root(folder)
    return folder


@pytest.fixture
def serve(envoy: Any, upstream: Any, authority: Path) -> Any:
    """A gateway with a certificate for each of two hosts."""
    web = upstream("web")

    def publish(tls: Tls = Tls(TWO)) -> Any:
        for name, host in NAMES.items():
            envoy.certify(name, local.issue(authority, [host]))
        gateway = Gateway(routes=(Route(to="web"),), tls=tls)
        wanted = Desired("blog", workloads=(Workload("web", "service", ports=(Port(),)),), gateway=gateway)
        envoy.route(wanted, web.instance("web"), certified=frozenset(NAMES))
        return web

    return publish


@contextmanager
def connected(
    envoy: Any, authority: Path, host: str, protocols: tuple[str, ...] = ("h2", "http/1.1"), **more: Any
) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cafile=authority / local.CERTIFICATE)
    for name, value in more.items():
        setattr(context, name, value)
    context.set_alpn_protocols(list(protocols))
    with (
        socket.create_connection(envoy.addresses["gateway"], 10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        yield secure


def names(secure: ssl.SSLSocket) -> list[str]:
    found: Any = secure.getpeercert()
    return [name for kind, name in found["subjectAltName"] if kind == "DNS"]


def serial(secure: ssl.SSLSocket) -> str:
    found: Any = secure.getpeercert()
    return str(found["serialNumber"])


def ask(secure: ssl.SSLSocket, host: str = "a.example") -> str:
    """One request on a connection that stays open; everything it answers."""
    secure.sendall(f"GET / HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += secure.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1])
    while len(body) < length:
        body += secure.recv(65536)
    return (head + b"\n" + body).decode()


@pytest.mark.parametrize("host", NAMES.values())
def test_the_host_that_is_named_chooses_the_certificate(envoy: Any, serve: Any, authority: Path, host: str) -> None:
    serve()
    with connected(envoy, authority, host) as secure:
        assert names(secure)[0] == host
        assert secure.selected_alpn_protocol() == "h2"


def test_whoever_names_no_host_of_theirs_gets_the_first(envoy: Any, serve: Any, authority: Path) -> None:
    serve()
    with connected(envoy, authority, "localhost") as secure:
        assert names(secure)[0] == "a.example"


def test_nothing_older_than_tls_1_2_is_spoken(envoy: Any, serve: Any, authority: Path) -> None:
    serve()
    old: Any = {"minimum_version": ssl.TLSVersion.TLSv1_2, "maximum_version": ssl.TLSVersion.TLSv1_2}
    with connected(envoy, authority, "a.example", **old) as secure:
        assert secure.version() == "TLSv1.2"
    serve(Tls(TWO, minimum="1.3"))
    with pytest.raises(ssl.SSLError), connected(envoy, authority, "a.example", **old):
        pass


def test_a_service_is_told_that_it_was_https(envoy: Any, serve: Any, authority: Path) -> None:
    serve(Tls(TWO, hsts=Hsts(86400, subdomains=True)))
    curl = shutil.which("curl")
    assert curl, "curl is needed"
    host, port = envoy.addresses["gateway"]
    command = [curl, "-sS", "-i", "--http1.1", "--cacert", str(authority / local.CERTIFICATE), "--max-time", "10",
               "--resolve", f"a.example:{port}:{host}", f"https://a.example:{port}/"]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert '"x-forwarded-proto":"https"' in said
    assert "strict-transport-security: max-age=86400; includeSubDomains" in said


def test_a_renewed_certificate_is_taken_while_a_connection_stays_open(
    envoy: Any, serve: Any, authority: Path, wait: Any
) -> None:
    """For the same listener: the open connection still answers, with the certificate that it began with."""
    serve()
    with connected(envoy, authority, "a.example", protocols=("http/1.1",)) as secure:
        before = serial(secure)
        assert "200 OK" in ask(secure)
        listeners = envoy.ask("/stats?filter=listener_manager.listener_(added|modified|create_success)")
        envoy.certify("file-0", local.issue(authority, ["a.example"]))
        wait(lambda: _served(envoy, authority) != before, "the new certificate")
        for _ in range(3):
            assert "200 OK" in ask(secure)
        assert envoy.ask("/stats?filter=listener_manager.listener_(added|modified|create_success)") == listeners


def _served(envoy: Any, authority: Path) -> str:
    with connected(envoy, authority, "a.example") as secure:
        return serial(secure)
