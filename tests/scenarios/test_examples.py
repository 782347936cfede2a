"""Each example must come up from a copy of its folder, and do what the page that shows it says."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import nats
import pytest

from tests.conformance.backing.conftest import needs
from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.test_crashes import sql

EXAMPLES = Path(__file__).parents[1] / "examples"

Example = Callable[[str], App]


@pytest.fixture
def example(app: Make) -> Example:
    """A copy of an example, not running yet."""

    def copy(name: str) -> App:
        made = app("", name=name)
        shutil.copytree(EXAMPLES / name, made.folder, dirs_exist_ok=True)
        return made

    return copy


def test_probes(example: Example) -> None:
    probes = example("probes")
    probes.up()
    assert probes.ready("importer")
    (probes.folder / "importer/check.py").write_text("raise SystemExit('no round lately')")
    probes.wait_until(lambda: probes.standing("importer")["state"] == "unready")
    said = "importer is unready: `python3` ended with exit code 1: no round lately"
    assert said in probes.ok("why", "importer").out


def test_files(example: Example) -> None:
    files = example("files")
    files.up()
    assert files.get()[1] == f"Guten Tag for 5 $, from {files.address('api', 'STORE_URL')}; the key has 32 letters\n"
    api, store = files.pid("api"), files.pid("store")
    (files.folder / "conf/app.json").write_text('{"language": "en"}')
    files.up()
    assert "Good day for 5 $" in files.get()[1]
    assert files.pid("api") != api
    assert files.pid("store") == store
    assert not (files.folder / "api/config").exists()


def test_migrations(example: Example) -> None:
    some = example("migrations")
    some.up()
    assert some.get()[1] == "text"
    some.write({"notes/serve.py": (some.folder / "notes/serve.py").read_text() + "# edited\n"})
    some.write({"notes/words.txt": "four words by now\n"})
    some.up()
    assert [e["subject"] for e in some.events("done")].count("notes.migrate") == 1
    assert some.ok("logs", "words").out.split()[-1] == "4"
    some.write({"notes/migrations/2.sql": "alter table notes add column title"})
    some.up()
    assert some.get()[1] == "text title"


def names(some: App) -> set[str]:
    return {i["workload"] for i in some.ps() if i["kind"] == "service"}


def test_profiles(example: Example) -> None:
    some = example("profiles")
    some.up()
    assert names(some) == {"web"}
    assert some.get() == (200, "hello, developer")
    web = some.pid("web")
    assert "spare" not in {i["workload"] for i in some.ps()}
    assert "start console/0" in some.ok("plan", "--profile", "debug").out
    for verb in (("restart", "console"), ("scale", "console=2")):
        refused = some.shoal(*verb)
        assert refused.code == 2
        assert "console doesn't run: it is in the profile debug, which isn't active" in refused.err
        assert "shoal start console, or: shoal up -d --profile debug" in refused.err
    some.up("--profile", "debug")
    assert names(some) == {"web", "console", "cache"}
    assert "spare" in {i["workload"] for i in some.ps()}
    some.up()
    some.wait_until(lambda: names(some) == {"web"})
    some.ok("start", "console")
    assert names(some) == {"web", "console", "cache"}
    some.up()
    some.wait_until(lambda: names(some) == {"web"})
    some.up("console")
    assert names(some) == {"web", "console", "cache"}
    assert some.ok("run", "seed").out == "seeded users\n"
    some.ok("up", "-d", "--wait", env={"SHOAL_PROFILES": "load, tools"})
    some.wait_until(lambda: names(some) == {"web", "cache"})
    assert some.pid("web") == web
    result = some.shoal("up", "-d", "--profile", "debugg")
    assert (result.code, result.err) == (
        2,
        "shoal: --profile: nothing is in a profile debugg\n  Did you mean debug?\n",
    )


def test_profiles_by_environment(example: Example) -> None:
    some = example("profiles")
    some.up("--env", "prod")
    url = some.ok("ps", "--json", "--env", "prod").json["url"]
    assert get(url) == (200, "good day")


def test_profiles_in_what_config_shows(example: Example) -> None:
    some = example("profiles")

    def shown(*words: str) -> list[str]:
        return [service["name"] for service in some.ok("config", "--json", *words).json["app"]["services"]]

    assert shown() == ["web", "seed"]
    assert shown("--profile", "load") == ["web", "cache", "seed"]
    assert shown("--profile", "*") == ["web", "console", "cache", "seed"]


def ticks(some: App) -> int:
    path = some.folder / "ticks"
    return path.read_text().split().count("tick") if path.exists() else 0


def test_schedules(example: Example) -> None:
    some = example("schedules")
    some.up()
    some.wait_until(lambda: ticks(some) >= 2)
    some.wait_until(lambda: [e["text"] for e in some.events("skipped") if e["subject"] == "slow"])
    (slow,) = some.of("slow")
    some.wait_until(lambda: some.events("failed"))
    some.wait_until(lambda: "the last one failed: broken-0-" in some.standing("broken")["why"])
    assert "| no disk" in some.ok("why", "broken").out
    assert "scheduled" in some.ok("ps").out
    assert some.standing("tidy")["why"].startswith("next run 2")
    assert some.ok("run", "tidy").code == 0
    assert "tidied" in (some.folder / "ticks").read_text()
    daemon = some.keeper_and_daemon()[1]
    os.kill(daemon, signal.SIGKILL)
    some.wait_until(lambda: some.keeper_and_daemon()[1] not in (0, daemon))
    before = ticks(some)
    some.wait_until(lambda: ticks(some) > before)
    assert some.of("slow") and some.of("slow")[0]["pid"] == slow["pid"]
    some.ok("down")
    assert some.processes() == {}
    after = ticks(some)
    time.sleep(1.5)  # nothing happens: that is what has to be seen
    assert ticks(some) == after


def test_a_scheduled_job_that_failed_does_not_run_at_the_next_up(example: Example) -> None:
    some = example("schedules")
    some.edit("schedule: { at: every 1s, overlap: wait }", 'schedule: "every 1h"')
    some.up()
    some.up()
    assert [e for e in some.events() if e["subject"] == "broken"] == []
    assert some.standing("broken")["state"] == "scheduled"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_events(example: Example, tmp_path: Path) -> None:
    some = example("events")
    some.ok("up", "-d", "--wait", timeout=200)
    url = some.address("ledger", "NATS_URL")
    pay(url, "one", {"account": "ann", "cents": 100})
    pay(url, "one", {"account": "ann", "cents": 100})
    some.wait_until(lambda: balance(some) == 100)
    pay(url, "two", {"account": "ann"})
    pay(url, "three", {"account": "ann", "cents": 10})
    some.wait_until(lambda: balance(some) == 110)
    some.wait_until(lambda: some.ok("streams", "--json").json["streams"][0]["parked"] == 1)
    line = some.ok("streams", "parked").out.splitlines()[1]
    assert line.split()[:4] == ["PAYMENTS:3", "payments.ann", "ledger", "5"]
    assert line.endswith("KeyError('cents')")
    for victim in ("events", "ledger", "ledger-db"):
        some.wait_until(lambda: some.ready(victim))  # noqa: B023
        old = some.pid(victim)
        processes.kill(old)
        some.wait_until(lambda: some.ready(victim, but=[old]))  # noqa: B023
    some.wait_until(lambda: some.ready("ledger"))
    (tmp_path / "mended.json").write_text('{"id": "two", "account": "ann", "cents": 1}')
    told = some.ok("streams", "replay", "PAYMENTS:3", "--data", str(tmp_path / "mended.json"))
    assert told.err == "PAYMENTS:3 was sent again, as PAYMENTS:5\n"
    pay(url, "one", {"account": "ann", "cents": 100})
    pay(url, "four", {"account": "ann", "cents": 1000})
    some.wait_until(lambda: balance(some) == 1111)


def pay(url: str, name: str, event: dict[str, object]) -> None:
    async def send() -> None:
        client = await nats.connect(url, allow_reconnect=False)
        try:
            await client.jetstream().publish("payments.ann", json.dumps({"id": name} | event).encode())
        finally:
            await client.close()

    asyncio.run(send())


def balance(some: App) -> int:
    """Asked beside the ledger, which has to be there for it."""
    some.wait_until(lambda: some.ready("ledger"))
    return int(sql(some, "select coalesce(sum(cents), 0) from balance", service="ledger"))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_jvm(example: Example) -> None:
    some = example("jvm")
    some.ok("up", "-d", "--wait", timeout=300)
    assert some.get()[1] == "hello, --name world: little"
    some.wait_until(lambda: some.events("trained"), deadline=120)
    some.ok("restart", "api", timeout=120)
    cache = [line for line in Path(f"/proc/{some.pid('api')}/maps").read_text().splitlines() if "/app-" in line]
    assert cache and cache[0].endswith(".aot")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ports(example: Example) -> None:
    some = example("ports")
    some.ok("up", "-d", "--wait", timeout=200)
    assert some.get("/asked") == (200, "orders of ann; SERVING; pages 1")
    assert some.get("/numbers/metrics") == (200, "pages 1")
    (orders,) = some.of("orders")
    assert set(orders["ports"]) == {"http", "rpc", "metrics"}
    assert some.address("shop", "ORDERS_RPC_URL") == some.address("shop", "RPC")
    assert some.address("orders", "GRPC_LISTEN_PORT") == str(orders["ports"]["rpc"])


def order(some: App, what: str) -> str:
    """The number of a new order."""
    with urllib.request.urlopen(urllib.request.Request(f"{some.url}/{what}", method="POST"), timeout=20) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_orders(example: Example, tmp_path: Path) -> None:
    """Real clients of both; a copy of each, put into new data, has what was ordered and what was still to be done."""
    needs("rabbitmq-server")
    some = example("orders")
    some.ok("up", "-d", "--wait", timeout=200)
    tea = order(some, "tea")
    some.wait_until(lambda: some.get(f"/{tea}") == (200, "tea: packed"))
    some.ok("stop", "packer")
    milk = order(some, "milk")
    assert some.get(f"/{milk}") == (200, "milk: ordered")
    for name in ("cache", "queue"):
        some.ok("backing", "dump", name, str(tmp_path / name), timeout=120)
    some.ok("down", "-v", "--yes", timeout=120)
    some.ok("up", "-d", "--wait", timeout=200)
    assert some.get(f"/{tea}") == (200, "no such order")
    for name in ("cache", "queue"):
        some.ok("backing", "restore", "--yes", name, str(tmp_path / name), timeout=120)
    assert some.get(f"/{tea}") == (200, "tea: packed")
    some.wait_until(lambda: some.get(f"/{milk}") == (200, "milk: packed"), deadline=60)
