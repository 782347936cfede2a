"""Environments of one app, and copies of it, must share nothing: addresses, data, secrets, backing services."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER, shell
from tests.scenarios.test_backing import ask

THREE = """\
name: shop
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    environment: {GREETING: "${GREETING:-hello}", KEY: "${secrets.key}"}
    health: {ready: {http: /ready, every: 200ms}}
gateway: {routes: [{to: web}]}
secrets: {key: {generate: 32}}
environments: {test: {services: {web: {replicas: 2}}}, prod: {}}
"""
STORED = f"""\
name: store
services:
{shell("keeper", "exec sleep 1000", "needs: [db, bus]")}
backing: {{db: postgres, bus: nats}}
environments: {{test: {{}}}}
"""
FIXED = THREE.replace("gateway: {", 'gateway: {port: "${GATEWAY_PORT}", ')
FILES = {"web/server.py": SERVER}
NAMES = ("dev", "test", "prod")


class Environment:
    """One environment of an app, by the variable instead of `--env`."""

    def __init__(self, app: App, name: str) -> None:
        self.app, self.name = app, name
        self._env = {"SHOAL_ENV": name}

    def ok(self, *words: str) -> str:
        return self.app.ok(*words, env=self._env).out

    def up(self) -> str:
        """The gateway's URL."""
        return self.ok("up", "-d", "--wait").strip()

    def variable(self, service: str, name: str) -> str:
        return self.ok("exec", service, "printenv", name).strip()

    def pids(self) -> set[int]:
        found = self.app.ok("ps", "--json", env=self._env).json["instances"]
        return {instance["pid"] for instance in found if instance["phase"] == "ready"}


def environments(app: App, *names: str) -> list[Environment]:
    return [Environment(app, name) for name in names]


def test_three_environments_at_once_each_with_its_own(app: Make) -> None:
    made = app(THREE, {**FILES, ".env": "GREETING=plain\n", ".env.prod": "GREETING=good-day\n"}, name="shop")
    three = environments(made, *NAMES)
    urls = [one.up() for one in three]
    assert len({urlsplit(url).port for url in urls}) == 3
    assert [get(url)[1].split()[0] for url in urls] == ["plain", "plain", "good-day"]
    assert len({one.variable("web", "KEY") for one in three}) == 3
    assert len(set.union(*(one.pids() for one in three))) == 2 + 3 + 2

    three[1].ok("down")
    assert [get(url)[0] for url in urls] == [200, 0, 200]
    assert three[1].up() == urls[1]


def test_data_and_passwords_are_apart_and_dropping_one_leaves_the_other(app: Make) -> None:
    made = app(STORED)
    dev, test = environments(made, "dev", "test")
    dev.up()
    test.up()
    urls = [one.variable("keeper", "DATABASE_URL") for one in (dev, test)]
    assert len({urlsplit(url).password for url in urls}) == len({urlsplit(url).port for url in urls}) == 2
    assert len({one.variable("keeper", "NATS_URL") for one in (dev, test)}) == 2
    for url in urls:
        assert ask(url, f"create table t (n text); insert into t values ('{urlsplit(url).port}')").returncode == 0
    crossed = urls[0].replace(urlsplit(urls[0]).password or "", urlsplit(urls[1]).password or "")
    assert ask(crossed, "select 1").returncode != 0

    before = dev.pids()
    test.ok("down", "-v", "--yes")
    assert dev.pids() == before
    assert ask(urls[0], "select n from t").stdout.strip() == str(urlsplit(urls[0]).port)
    test.up()
    assert ask(test.variable("keeper", "DATABASE_URL"), "select n from t").returncode != 0


def test_a_third_starts_while_the_others_are_under_load(app: Make) -> None:
    made = app(THREE, FILES)
    dev, test, prod = environments(made, *NAMES)
    with Load(dev.up(), clients=2) as first, Load(test.up(), clients=2) as second:
        url = prod.up()
        enough = [len(load.answers) + 20 for load in (first, second)]
        made.wait_until(lambda: len(first.answers) > enough[0] and len(second.answers) > enough[1])
        prod.ok("down")
        prod.up()
    assert first.failed == second.failed == []
    assert get(url)[0] == 200


@contextlib.contextmanager
def copied(app: App, name: str, home: Path) -> Iterator[App]:
    """A copy of the app's folder, with its state beside the app's."""
    folder = app.folder.parent / name
    shutil.copytree(app.folder, folder)
    copy = App(folder, home, Path(app.env["XDG_CACHE_HOME"]), shared=True)
    try:
        yield copy
    finally:
        copy.end()


@pytest.fixture
def port(app: Make) -> Iterator[str]:
    """A port that an app has had, and that nobody has now."""
    made = app(THREE, FILES, name="scout")
    found = urlsplit(Environment(made, "dev").up()).port
    made.ok("down", "-v", "--yes")
    yield str(found)


def test_a_fixed_port_that_another_environment_has_is_refused_by_name(app: Make, port: str) -> None:
    made = app(FIXED, {**FILES, ".env": f"GATEWAY_PORT={port}\n"}, name="shop")
    dev, test = environments(made, "dev", "test")
    url = dev.up()
    assert url == f"http://127.0.0.1:{port}"
    refused = made.shoal("up", "-d", "--wait", "--env", "test")
    assert refused.code == 8
    assert f"port {port} for gateway is taken by shop in its environment dev ({made.folder})" in refused.err
    assert f"shoal down --env dev -f {made.folder}" in refused.err
    # Nothing of that `up` is left when it ends, not even for a moment.
    assert made.keeper_and_daemon("test") == (0, 0)
    assert made.shoal("ps", "--env", "test").code == 10
    assert get(url)[0] == 200

    made.write({".env.test": "GATEWAY_PORT=0\n"})
    assert get(test.up())[0] == get(url)[0] == 200


def test_a_fixed_port_that_a_copy_has_is_refused_by_name(app: Make, port: str) -> None:
    made = app(FIXED, {**FILES, ".env": f"GATEWAY_PORT={port}\n"}, name="shop")
    Environment(made, "dev").up()
    with copied(made, "copy", made.home) as copy:
        refused = copy.shoal("up", "-d", "--wait")
        assert refused.code == 8
        assert f"is taken by shop in its environment dev ({made.folder})" in refused.err
        made.ok("down")
        assert copy.ok("up", "-d", "--wait").out.strip() == f"http://127.0.0.1:{port}"


def test_two_copies_share_nothing(app: Make) -> None:
    made = app(STORED)
    Environment(made, "dev").up()
    with copied(made, "copy", made.home) as copy:
        Environment(copy, "dev").up()
        urls = [Environment(one, "dev").variable("keeper", "DATABASE_URL") for one in (made, copy)]
        assert len({urlsplit(url).password for url in urls}) == len({urlsplit(url).port for url in urls}) == 2
        assert ask(urls[0], "create table t (n int)").returncode == 0
        assert ask(urls[1], "select n from t").returncode != 0
        copy.ok("down", "-v", "--yes")
        assert ask(urls[0], "select n from t").returncode == 0


@pytest.mark.parametrize("verb", ["up", "plan", "config"])
def test_an_environment_that_the_file_does_not_name_is_refused_with_the_list(app: Make, verb: str) -> None:
    made = app(THREE, FILES)
    refused = made.shoal(verb, "--env", "staging")
    assert refused.code == 3
    assert 'there is no environment "staging"' in refused.err
    assert "there are: dev, test, prod" in refused.err
    assert made.states() == []


def test_an_environment_that_left_the_file_can_still_be_taken_down(app: Make) -> None:
    made = app(THREE, FILES)
    test = Environment(made, "test")
    url = test.up()
    made.edit("environments: {test: {services: {web: {replicas: 2}}}, prod: {}}\n", "")
    test.ok("down")
    assert get(url)[0] == 0
