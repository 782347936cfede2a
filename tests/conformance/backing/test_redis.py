"""What Redis must do besides."""

from __future__ import annotations

import os
import signal

import pytest

from shoal.backing import Consumer
from shoal.model.app import Backing, Redis
from tests.conformance.backing.clients import Refused, redis
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben", "3")
CACHE = Backing("cache", Redis())
SEED = "# What an app brings.\nSET greeting 'hello there'\nSELECT 3\nRPUSH list a b c\n"


def with_init(*files: str) -> Backing:
    return Backing("cache", Redis(init=files))


async def test_a_consumer_with_a_number_sees_that_database_alone(stand: Stand) -> None:
    await stand.up(CACHE, ANN, BEN)
    ann, ben = stand.properties(CACHE, ANN)["uri"], stand.properties(CACHE, BEN)["uri"]
    assert ben.endswith("/3")
    await redis(ann, "SET", "key", "of ann")
    assert await redis(ben, "GET", "key") is None
    for uri, other in ((ben, "0"), (ann, "3")):
        with pytest.raises(Refused, match="NOPERM"):
            await redis(uri, "SELECT", other)


async def test_who_asks_for_readiness_may_ask_nothing_else(stand: Stand) -> None:
    await stand.up(CACHE, ANN)
    ann = stand.properties(CACHE, ANN)
    uri = ann["uri"].replace("//ann:", "//shoal.probe:")
    for command in ("GET key", "KEYS *", "INFO", "EVAL x 0", "CLIENT LIST"):
        with pytest.raises(Refused, match="NOPERM"):
            await redis(uri.removesuffix("/0"), *command.split())


@pytest.mark.parametrize("command", ["CONFIG GET dir", "ACL LIST", "SHUTDOWN", "MONITOR", "REPLICAOF 127.0.0.1 1"])
async def test_a_consumer_is_no_administrator(stand: Stand, command: str) -> None:
    await stand.up(CACHE, ANN)
    with pytest.raises(Refused, match="NOPERM"):
        await redis(stand.properties(CACHE, ANN)["uri"], *command.split())


async def test_nobody_comes_in_without_a_name(stand: Stand) -> None:
    await stand.up(CACHE, ANN)
    ann = stand.properties(CACHE, ANN)
    with pytest.raises(Refused, match="WRONGPASS"):
        await redis(ann["uri"].replace("//ann:", "//default:"), "PING")


async def test_init_is_run_once_per_data(stand: Stand) -> None:
    await stand.up(with_init("seed.redis"), ANN, BEN, contents={"seed.redis": SEED})
    assert await redis(stand.properties(CACHE, ANN)["uri"], "GET", "greeting") == b"hello there"
    await stand.run_again("cache.init")
    assert await redis(stand.properties(CACHE, BEN)["uri"], "LLEN", "list") == 3
    await stand.drop()
    await stand.up(with_init("seed.redis"), ANN, BEN, contents={"seed.redis": SEED})
    assert await redis(stand.properties(CACHE, BEN)["uri"], "LLEN", "list") == 3


async def test_broken_init_fails_with_its_line_and_does_nothing(stand: Stand) -> None:
    stand.want(with_init("seed.redis"), ANN, contents={"seed.redis": SEED + "SETT x 1\n"})
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("cache.init", "JobFailed")
    assert "seed.redis:5: ERR unknown command 'SETT'" in stand.printed()
    assert await redis(stand.properties(CACHE, ANN)["uri"], "DBSIZE") == 0


async def test_a_bound_drops_what_it_may(stand: Stand) -> None:
    small = Backing("cache", Redis(max_memory=4 << 20, evict="allkeys-lru"))
    await stand.up(small, ANN)
    uri = stand.properties(small, ANN)["uri"]
    for n in range(100):
        await redis(uri, "SET", f"key-{n}", "x" * 100_000)
    assert 0 < await redis(uri, "DBSIZE") < 100


async def test_it_is_not_ready_while_it_reads_its_data(stand: Stand) -> None:
    """Asked without a pause from its start on: the first yes must be followed by answers with all data."""
    await stand.up(CACHE, ANN)
    uri = stand.properties(CACHE, ANN)["uri"]
    await redis(uri, "EVAL", "for n = 1, 300000 do redis.call('SET', 'key-' .. n, n) end", "0")
    os.kill(stand.server(CACHE).pid, signal.SIGKILL)
    assert await stand.loop.until(lambda: not any(i.phase == "ready" for i in stand.loop.observed.of("cache")), 10)
    await stand.ready(CACHE)
    assert await redis(uri, "DBSIZE") == 300000


async def test_data_of_a_newer_server_is_a_clear_error_and_stays(stand: Stand) -> None:
    mark = stand.driver.state.data_folder("cache") / "made-with"
    mark.write_text("Valkey 99.1\n")
    stand.want(CACHE, ANN)
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("cache.prepare", "JobFailed")
    assert "cache holds data of Valkey 99.1, but the server here is Valkey 9.1" in stand.printed()
    assert mark.read_text() == "Valkey 99.1\n"


async def test_data_of_an_older_server_is_taken_over(stand: Stand) -> None:
    mark = stand.driver.state.data_folder("cache") / "made-with"
    mark.write_text("Valkey 8.10\n")
    await stand.up(CACHE, ANN)
    assert mark.read_text() == "Valkey 9.1\n"
