"""Whatever is killed must come back, and nothing else may notice."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client as Nats

from shoal.build.engines import program
from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import WEB, WEB_FILES

STATEFUL = WEB.replace("replicas: 2", "needs: [db, events]") + (
    "backing: {db: {postgres: {version: 16}}, events: {nats: {streams: [{name: NEWS, subjects: [news.>]}]}}}\n"
)


@pytest.fixture
def web(app: Make) -> App:
    made = app(WEB, WEB_FILES)
    made.up()
    return made


@pytest.fixture
def stateful(app: Make) -> App:
    """A service with a row in Postgres and a message in a stream."""
    made = app(STATEFUL, WEB_FILES)
    made.up()
    sql(made, "create table kept (word text); insert into kept values ('here')")
    publish(made, "here")
    return made


def sql(app: App, text: str, service: str = "web") -> str:
    """What psql prints, asked with what the service was given."""
    url = app.ok("exec", service, "printenv", "DATABASE_URL").out.strip()
    command: list[str | Path] = [program("psql@16"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", text]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def publish(app: App, word: str) -> None:
    async def send(client: Nats) -> None:
        await client.jetstream().publish("news.today", word.encode())

    _with_nats(app, send)


def messages(app: App) -> int:
    found = []

    async def count(client: Nats) -> None:
        found.append((await client.jetstream().stream_info("NEWS")).state.messages)

    _with_nats(app, count)
    return int(found[0])


def _with_nats(app: App, work: Callable[[Nats], Awaitable[None]]) -> None:
    url = app.ok("exec", "web", "printenv", "NATS_URL").out.strip()

    async def whole() -> None:
        client = await nats.connect(url, connect_timeout=5, max_reconnect_attempts=1)
        try:
            await work(client)
        finally:
            await client.close()

    asyncio.run(whole())


def back(app: App, workload: str, old: int) -> bool:
    return app.ready(workload) and app.pid(workload) != old


def test_envoy_comes_back_on_the_same_ports(web: App) -> None:
    url, services = web.url, web.of("web")
    envoy = web.pid("mesh")
    processes.kill(envoy)
    web.wait_until(lambda: back(web, "mesh", envoy))
    web.wait_until(lambda: get(url + "/")[0] == 200)
    assert web.url == url
    assert [i["pid"] for i in web.of("web")] == [i["pid"] for i in services]


def test_postgres_comes_back_with_its_data(stateful: App) -> None:
    before = stateful.pids()
    postgres = stateful.pid("db")
    processes.kill(postgres)
    stateful.wait_until(lambda: back(stateful, "db", postgres))
    assert sql(stateful, "select word from kept") == "here"
    assert stateful.pid("web") in before.values()


def test_nats_comes_back_with_its_streams(stateful: App) -> None:
    server = stateful.pid("events")
    web = stateful.pid("web")
    processes.kill(server)
    stateful.wait_until(lambda: back(stateful, "events", server))
    assert messages(stateful) == 1
    assert stateful.pid("web") == web


def test_the_daemon_comes_back_and_nothing_notices(web: App) -> None:
    before, url = web.pids(), web.url
    _, daemon = web.keeper_and_daemon()
    with Load(url) as load:
        processes.kill(daemon)
        web.wait_until(lambda: web.keeper_and_daemon()[1] not in (0, daemon))
        web.wait_until(lambda: web.shoal("ps").code == 0)
        enough = len(load.answers) + 50
        web.wait_until(lambda: len(load.answers) > enough)
    assert load.failed == []
    assert web.pids() == before
    assert web.ok("plan").out == "nothing to do\n"


@pytest.mark.parametrize(
    "words", [("stop", "web"), ("ps",), ("why", "web"), ("logs", "web")], ids=lambda words: words[0]
)
def test_a_verb_waits_for_a_daemon_that_is_coming_back(web: App, words: tuple[str, ...]) -> None:
    _, daemon = web.keeper_and_daemon()
    processes.kill(daemon)
    result = web.ok(*words)
    assert "not running" not in result.err
    assert "the daemon is away" not in result.err
    assert web.keeper_and_daemon()[1] not in (0, daemon)


def test_a_service_that_dies_while_the_daemon_is_dead_is_replaced(web: App) -> None:
    _, daemon = web.keeper_and_daemon()
    victim = web.of("web")[0]
    processes.kill(daemon, victim["pid"])
    web.wait_until(lambda: web.shoal("ps").code == 0)
    web.wait_until(lambda: web.ready("web", 2, but=[victim["pid"]]))


def test_another_keeper_is_found_and_nothing_notices(web: App) -> None:
    before = web.pids()
    keeper, daemon = web.keeper_and_daemon()
    with Load(web.url) as load:
        processes.kill(keeper)
        web.wait_until(lambda: web.keeper_and_daemon()[0] not in (0, keeper))
        enough = len(load.answers) + 20
        web.wait_until(lambda: len(load.answers) > enough)
    assert load.failed == []
    assert web.pids() == before
    victim = web.of("web")[1]
    processes.kill(victim["pid"])
    web.wait_until(lambda: web.ready("web", 2, but=[victim["pid"]]))
    processes.kill(daemon)
    web.wait_until(lambda: web.keeper_and_daemon()[1] not in (0, daemon))
    web.wait_until(lambda: web.shoal("ps").code == 0)


def kill_daemon_and_keeper(app: App) -> None:
    """The keeper first: nobody restarts the daemon then."""
    keeper, daemon = app.keeper_and_daemon()
    processes.freeze(daemon)  # or it would find another keeper
    processes.kill(keeper, daemon)
    app.wait_until(lambda: not processes.runs(keeper) and not processes.runs(daemon))


def test_services_outlive_daemon_and_keeper_and_up_adopts_them(web: App) -> None:
    before, url = web.pids(), web.url
    kill_daemon_and_keeper(web)
    assert [get(url + "/")[0] for _ in range(4)] == [200] * 4
    told = web.ok("ps")
    assert "the daemon is away" in told.err
    assert " unknown " in told.out and " starting " not in told.out
    assert web.pids() == before
    web.up()
    assert web.pids() == before
    assert web.url == url


def test_down_stops_what_outlived_daemon_and_keeper(web: App) -> None:
    pids = web.pids()
    kill_daemon_and_keeper(web)
    web.ok("down")
    assert web.processes() == {}
    assert not any(processes.runs(pid) for pid in pids.values())


def test_everything_killed_at_once_comes_back_with_its_data(stateful: App) -> None:
    everything = stateful.processes()
    keeper, daemon = stateful.keeper_and_daemon()
    assert {keeper, daemon} < set(everything)
    processes.freeze(daemon)
    processes.freeze(keeper)
    processes.kill(*everything)
    stateful.wait_until(lambda: not stateful.processes())
    assert stateful.shoal("ps").code == 10
    stateful.up()
    assert sql(stateful, "select word from kept") == "here"
    assert messages(stateful) == 1
    assert stateful.get()[0] == 200


def test_a_database_whose_lock_names_a_stranger_starts_again(stateful: App) -> None:
    lock = stateful.state() / "data/db/pg/postmaster.pid"
    database = stateful.of("db")[0]["pid"]
    kill_daemon_and_keeper(stateful)
    processes.kill(database)
    stateful.wait_until(lambda: not processes.runs(database))
    with subprocess.Popen(["sleep", "1000"], user=lock.stat().st_uid, start_new_session=True) as stranger:
        lines = lock.read_text().splitlines(keepends=True)
        lock.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        stateful.up()
        assert stranger.poll() is None
        stranger.kill()
    assert sql(stateful, "select word from kept") == "here"


def test_state_says_how_an_instance_ended_though_nobody_watched(web: App) -> None:
    victim = web.of("web")[0]
    kill_daemon_and_keeper(web)
    processes.kill(victim["pid"])
    web.up()
    assert re.search(rf"{victim['id']} +exited", web.ok("events").out)
