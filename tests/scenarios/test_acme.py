"""A certificate asked of an authority: Pebble, a server of ACME for tests, made by those who run Let's Encrypt."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from shoal.certificates import local
from tests.scenarios.app import App, wait_until
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES
from tests.scenarios.test_gateway import secure, serial, served, status

LIFE = 36
DOMAIN = "web.example"


class Authority(NamedTuple):
    """`root` vouches for the directory, `issued` for what it makes. It asks at the port `asks`."""

    directory: str
    root: Path
    issued: Path
    asks: int


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return found


def needed(program: str) -> str:
    """Left out by name where it isn't installed, but never where all tests are to be run."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("SHOAL_TESTS") == "whole":
            pytest.fail(f"{program} isn't here: apt-get install pebble")
        pytest.skip(f"{program} isn't here: apt-get install pebble")
    return found


@pytest.fixture(params=[LIFE], ids=[""])
def authority(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Authority]:
    """Pebble, and a name server that knows every name as this machine. What it makes lives as many seconds."""
    programs = [needed("pebble"), needed("pebble-challtestsrv")]
    folder = tmp_path / "pebble"
    root = local.root(folder / "ca")
    pair = local.issue(folder / "ca", [])
    (folder / "cert.pem").write_text(pair.chain)
    (folder / "key.pem").write_text(pair.key)
    at, manage, asks, dns, dns_manage = free_ports(5)
    settings = {
        "listenAddress": f"127.0.0.1:{at}", "managementListenAddress": f"127.0.0.1:{manage}",
        "certificate": "cert.pem", "privateKey": "key.pem", "httpPort": asks, "tlsPort": 1,
        "certificateValidityPeriod": request.param,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({"pebble": settings}))
    names = [programs[1], "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", f"127.0.0.1:{dns}",
             "-management", f"127.0.0.1:{dns_manage}", "-http01", "", "-https01", "", "-tlsalpn01", ""]  # fmt: skip
    commands = [[programs[0], "-config", "config.json", "-dnsserver", f"127.0.0.1:{dns}"], names]
    # It remembers what was proved, as real ones do: a renewal proves nothing anew.
    env = os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "100"}
    with (folder / "log").open("wb") as log:
        running = [subprocess.Popen(c, cwd=folder, env=env, stdout=log, stderr=log) for c in commands]
    try:
        context = ssl.create_default_context(cafile=root)
        wait_until(lambda: fetched(f"https://127.0.0.1:{manage}/roots/0", context, folder / "issued.pem"))
        yield Authority(f"https://127.0.0.1:{at}/dir", root, folder / "issued.pem", asks)
    finally:
        for process in running:
            process.terminate()
            process.wait(10)


def fetched(url: str, context: ssl.SSLContext, into: Path) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5, context=context) as answer:
            into.write_bytes(answer.read())
    except OSError:
        return False
    return True


def yaml(authority: Authority, plain: int) -> str:
    acme = f"{{domains: [{DOMAIN}], directory: '{authority.directory}', ca: ca.crt, email: ops@{DOMAIN}}}"
    return WEB.replace("gateway: {", f"gateway: {{tls: {{acme: {acme}}}, redirect: {plain}, ").replace(
        "replicas: 2", "replicas: 1"
    )


def files(authority: Authority) -> dict[str, str]:
    return {**WEB_FILES, "ca.crt": authority.root.read_text()}


def answers(made: App, authority: Authority) -> bool:
    try:
        with secure(made, authority.issued, DOMAIN) as connection:
            return status(connection)[0] == 200
    except OSError:
        return False


def renewed(made: App, authority: Authority, first: str) -> bool:
    """On a busy machine the old one may end before the new one is there: then nobody gets in for a moment."""
    try:
        return served(made, authority.issued, DOMAIN) != first
    except ssl.SSLCertVerificationError:
        return False


@pytest.mark.timeout(180)
def test_it_is_made_and_renewed_by_itself_without_dropping_a_connection(app: Make, authority: Authority) -> None:
    made = app(yaml(authority, authority.asks), files(authority))
    made.up()
    made.wait_until(lambda: answers(made, authority), 40)
    with secure(made, authority.issued, DOMAIN) as connection:
        first, mine = serial(connection), connection.sock
        # A third of its life is left: that is when.
        made.wait_until(lambda: renewed(made, authority, first), LIFE + 40)
        assert (status(connection)[0], connection.sock) == (200, mine)
    kept = list((made.home / "data/shoal/acme").rglob("*"))
    assert {oct(path.stat().st_mode & 0o077) for path in kept if path.name in ("account.json", "certificate.pem")} == {
        "0o0"
    }


@pytest.mark.parametrize("authority", [3600], indirect=True, ids=[""])
def test_one_that_was_made_is_used_again_after_all_data_is_dropped(app: Make, authority: Authority) -> None:
    made = app(yaml(authority, authority.asks), files(authority))
    made.up()
    made.wait_until(lambda: answers(made, authority), 40)
    first = served(made, authority.issued, DOMAIN)
    made.ok("down", "-v", "--yes")
    made.up()
    made.wait_until(lambda: answers(made, authority), 40)
    assert served(made, authority.issued, DOMAIN) == first


def test_a_name_that_is_not_proved_is_told_and_tried_again_later(app: Make, authority: Authority) -> None:
    """The authority asks at another port than the one that answers."""
    made = app(yaml(authority, 0), files(authority))
    made.up()
    made.wait_until(lambda: made.events("refused"), 60)
    said = made.events("refused")[0]["text"]
    assert authority.directory in said
    assert "the next try at" in said
    assert "refused" in said.lower()
    shown = made.ok("ps")
    assert "certificate: " in shown.out
    assert authority.directory in shown.out
    assert made.ready("web")
