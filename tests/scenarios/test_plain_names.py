"""With `names: true` a service must reach what it needs by its plain name, and the mesh must know who calls."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from shoal.drivers.process.names import why_not
from shoal.drivers.process.ports import may_bind
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell
from tests.scenarios.test_fixed_ports import unused

LACK = why_not()
needs_names = pytest.mark.skipif(bool(LACK), reason=f"plain names: {LACK}")
needs_80 = pytest.mark.skipif(not may_bind(80), reason="plain names at port 80: such low ports are root's here")

# Says who called it, and what it sees in /etc/hosts.
SEES = """\
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"caller": self.headers["x-shoal-caller"], "host": self.headers["host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""
TWO = f"""\
name: named
names: true
services:
  users:
    path: users
    stack: command
    command: [python3, -S, sees.py]
    PORT
{shell("posts", "exec sleep 1000", "needs: [users]")}\
{shell("mails", "exec sleep 1000", "needs: [users]")}\
{shell("alone", "exec sleep 1000")}"""
FILES = {"users/sees.py": SEES}
ASK = """\
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())
"""
LOOK_UP = """\
import socket, sys
try:
    print(socket.gethostbyname(sys.argv[1]))
except socket.gaierror:
    sys.exit(3)
"""


def ask(app: App, caller: str, url: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(app.ok("exec", caller, "python3", "-S", "-c", ASK, url).out)
    return found


def address(app: App, caller: str, name: str) -> str:
    return app.ok("exec", caller, "python3", "-S", "-c", LOOK_UP, name).out.strip()


@needs_names
@needs_80
def test_a_name_leads_to_the_service_and_tells_who_calls(app: Make) -> None:
    mine = app(TWO.replace("    PORT\n", ""), FILES)
    assert "note:" not in mine.up().err
    assert ask(mine, "posts", "http://users/") == {"caller": "posts", "host": "users"}
    assert ask(mine, "mails", "http://users/")["caller"] == "mails"
    assert address(mine, "posts", "users") != address(mine, "mails", "users")


@needs_names
def test_a_fixed_port_is_where_the_name_is_answered(app: Make) -> None:
    number = unused()
    mine = app(TWO.replace("PORT\n", f"port: {{number: {number}}}\n"), FILES)
    mine.up()
    assert ask(mine, "posts", f"http://users:{number}/") == {"caller": "posts", "host": f"users:{number}"}
    assert ask(mine, "mails", f"http://users:{number}/")["caller"] == "mails"


CALL = """\
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as refused:
    print(refused.code, refused.read().decode())
"""
WRITE = "services: {alone: {needs: [users]}}"


@needs_names
def test_a_name_that_is_not_needed_leads_to_a_refusal_that_names_the_line(app: Make) -> None:
    number = unused()
    mine = app(TWO.replace("PORT\n", f"port: {{number: {number}}}\n"), FILES)
    mine.up()
    told = mine.ok("exec", "alone", "python3", "-S", "-c", CALL, f"http://users:{number}/").out
    assert told.split(" ", 1)[0] == "403"
    assert f"alone doesn't need users: to allow it, write {WRITE}" in told
    line = f"it called users, which it doesn't need (1 refused): to allow it, write {WRITE}"
    mine.wait_until(lambda: line in mine.ok("why", "alone").out)
    assert "refused" not in mine.ok("why", "posts").out
    assert "users" not in Path("/etc/hosts").read_text().split()


@needs_names
def test_the_line_that_a_refusal_names_allows_the_call(app: Make) -> None:
    number = unused()
    mine = app(TWO.replace("PORT\n", f"port: {{number: {number}}}\n"), FILES)
    mine.up()
    assert mine.ok("exec", "alone", "python3", "-S", "-c", CALL, f"http://users:{number}/").out.startswith("403")
    mine.edit("  alone:\n", "  alone:\n    needs: [users]\n")
    mine.up()
    assert ask(mine, "alone", f"http://users:{number}/")["caller"] == "alone"


@needs_names
def test_names_stand_for_the_same_addresses_when_all_of_shoal_was_killed(app: Make) -> None:
    number = unused()
    mine = app(TWO.replace("PORT\n", f"port: {{number: {number}}}\n"), FILES)
    mine.up()
    before, pid = address(mine, "posts", "users"), mine.pid("posts")
    for process in mine.keeper_and_daemon():
        os.kill(process, 9)
    mine.up()
    assert (address(mine, "posts", "users"), mine.pid("posts")) == (before, pid)
    assert ask(mine, "posts", f"http://users:{number}/")["caller"] == "posts"


@needs_names
@pytest.mark.parametrize("program", ["node", "getent"])
def test_other_resolvers_see_it_too(app: Make, program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} isn't there")
    mine = app(TWO.replace("PORT\n", f"port: {{number: {unused()}}}\n"), FILES)
    mine.up()
    words = {
        "node": ("-e", "require('dns').lookup('users', (problem, found) => console.log(found))"),
        "getent": ("hosts", "users"),
    }
    assert address(mine, "posts", "users") in mine.ok("exec", "posts", program, *words[program]).out


@needs_names
def test_a_command_run_beside_sees_the_names_too(app: Make) -> None:
    mine = app(TWO.replace("PORT\n", f"port: {{number: {unused()}}}\n"), FILES)
    mine.up()
    ran = mine.ok("run", "posts", "python3", "-S", "-c", LOOK_UP, "users").out.strip()
    assert ran == address(mine, "posts", "users")


@needs_names
def test_inside_the_process_it_is_the_same(app: Make) -> None:
    mine = app(TWO.replace("PORT\n", f"port: {{number: {unused()}}}\n"), FILES)
    mine.up()
    seen = Path(f"/proc/{mine.pid('posts')}/root/etc/hosts").read_text()
    assert f"{address(mine, 'posts', 'users')}\tusers" in seen
    assert f"{address(mine, 'alone', 'users')}\tusers" in Path(f"/proc/{mine.pid('alone')}/root/etc/hosts").read_text()
    assert address(mine, "alone", "users") != address(mine, "posts", "users")


def test_without_the_key_nothing_is_different(app: Make) -> None:
    mine = app(TWO.replace("names: true\n", "").replace("    PORT\n", ""), FILES)
    mine.up()
    assert Path(f"/proc/{mine.pid('posts')}/root/etc/hosts").read_text() == Path("/etc/hosts").read_text()
    assert not (mine.state() / "hosts.json").exists()
