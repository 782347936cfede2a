"""A service that can't be told its port must listen on the number that the file fixes, across restarts and changes."""

from __future__ import annotations

import socket

from tests.scenarios.app import get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import SERVER

FIXED = """\
name: fixed
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    port: {number: NUMBER}
    environment: {GREETING: hello}
    health: {ready: {http: /ready, every: 200ms}}
gateway: {routes: [{to: web}]}
environments: {test: {}}
"""
FILES = {"web/server.py": SERVER}


def unused() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_it_listens_there_and_so_does_its_successor(app: Make) -> None:
    number = unused()
    mine = app(FIXED.replace("NUMBER", str(number)), FILES)
    mine.up()
    assert get(f"http://127.0.0.1:{number}/")[1].startswith("hello ")
    mine.edit("GREETING: hello", "GREETING: changed")
    assert "stop web-0" in mine.ok("plan").out
    mine.up()
    assert get(f"http://127.0.0.1:{number}/")[1].startswith("changed ")
    assert mine.get()[1].startswith("changed ")
    assert mine.ready("web")


def test_a_second_environment_is_told_who_has_it(app: Make) -> None:
    number = unused()
    mine = app(FIXED.replace("NUMBER", str(number)), FILES)
    mine.up()
    refused = mine.shoal("up", "-d", "--wait", "--env", "test")
    assert refused.code == 8, str(refused)
    assert f"port {number} for web is taken by fixed in its environment dev" in refused.err
    assert mine.ready("web")


def test_scale_refuses_what_can_not_be(app: Make) -> None:
    number = unused()
    mine = app(FIXED.replace("NUMBER", str(number)), FILES)
    mine.up()
    refused = mine.shoal("scale", "web=2")
    assert refused.code == 2
    assert f"2 instances of web can't all listen on port {number}" in refused.err
