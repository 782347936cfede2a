"""The event worker on a real stream: confirmed, retried, refused, and never stopped by an outage."""

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, select, text

from posts.models import Author
from posts.projector.worker import ACK_WAIT_S
from tests.support.nats_server import NatsServer
from tests.support.postgres import Postgres
from tests.support.stream import connected, eventually, projecting


def username(engine: Engine, user_id: UUID) -> str | None:
    with engine.connect() as connection:
        return connection.scalar(select(Author.username).where(Author.id == user_id))


def test_a_confirmed_event_can_be_read(nats_server: NatsServer, engine: Engine) -> None:
    async def scenario() -> None:
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine):
                user_id = uuid4()
                event = await stream.profile(user_id, 1, "anna")
                await eventually(lambda: stream.confirmed == [event])
                assert username(engine, user_id) == "anna"

    asyncio.run(scenario())


def test_confirmations_take_milliseconds(nats_server: NatsServer, engine: Engine) -> None:
    async def scenario() -> list[float]:
        times = []
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine):
                for version in range(30):
                    started = time.perf_counter()
                    event = await stream.profile(uuid4(), version, "anna")
                    while event not in stream.confirmed:
                        await asyncio.sleep(0.0005)
                    times.append(time.perf_counter() - started)
        return times

    times = sorted(asyncio.run(scenario()))
    assert times[len(times) // 2] < 0.05


def test_old_and_repeated_events_are_confirmed_and_change_nothing(
    nats_server: NatsServer, engine: Engine
) -> None:
    async def scenario() -> None:
        user_id = uuid4()
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine), projecting(nats_server.url, engine):
                events = [await stream.profile(user_id, version, f"v{version}") for version in (2, 3, 1, 3)]
                await eventually(lambda: sorted(stream.confirmed) == sorted(events))
                assert username(engine, user_id) == "v3"

    asyncio.run(scenario())


def test_a_poison_event_is_refused_for_good_while_others_go_on(
    nats_server: NatsServer, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine):
                await stream.publish({"poison": True})
                event = await stream.profile(uuid4(), 1, "anna")
                await eventually(lambda: stream.confirmed == [event])
                assert stream.refused == []
                await eventually(lambda: stream.refused == ["KeyError('type')"])
                assert await stream.pending() == 0

    asyncio.run(scenario())
    tries = [record.message for record in caplog.records if "failed, try" in record.message]
    assert len(tries) == 4
    assert "parked: event 1 on users.profile.x after 5 tries: KeyError('type')" in caplog.text


def test_an_event_that_the_database_refuses_is_applied_when_it_comes_again(
    nats_server: NatsServer, engine: Engine
) -> None:
    def sql(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement))

    async def scenario() -> None:
        user_id = uuid4()
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine):
                await stream.profile(user_id, 1, "far too long")
                await eventually(lambda: len(stream.refused) == 1)
                assert 'violates check constraint "short"' in stream.refused[0]
                sql("ALTER TABLE authors DROP CONSTRAINT short")
                again = await stream.profile(user_id, 1, "far too long")
                await eventually(lambda: stream.confirmed == [again])
                assert username(engine, user_id) == "far too long"

    sql("ALTER TABLE authors ADD CONSTRAINT short CHECK (length(username) < 5)")
    try:
        asyncio.run(scenario())
    finally:
        sql("ALTER TABLE authors DROP CONSTRAINT IF EXISTS short")


def test_a_slow_database_makes_nobody_else_take_the_event(nats_server: NatsServer, engine: Engine) -> None:
    """Slower than the stream would wait, were it not told that somebody is at work."""

    async def scenario() -> None:
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine), projecting(nats_server.url, engine):
                with engine.begin() as connection:
                    connection.execute(text("LOCK TABLE authors IN EXCLUSIVE MODE"))
                    event = await stream.profile(uuid4(), 1, "anna")
                    await asyncio.sleep(ACK_WAIT_S + 1.5)
                    assert await stream.tries() == 1
                await eventually(lambda: stream.confirmed == [event])

    asyncio.run(scenario())


def test_the_worker_waits_for_the_stream(nats_server: NatsServer, engine: Engine) -> None:
    async def scenario() -> None:
        async with connected(nats_server.url) as stream, projecting(nats_server.url, engine):
            await asyncio.sleep(0.3)
            await stream.create()
            event = await stream.profile(uuid4(), 1, "anna")
            await eventually(lambda: stream.confirmed == [event])

    asyncio.run(scenario())


def test_the_worker_survives_a_stream_made_anew(nats_server: NatsServer, engine: Engine) -> None:
    async def scenario() -> None:
        async with connected(nats_server.url) as stream, projecting(nats_server.url, engine):
            for _ in range(2):
                await stream.create()
                event = await stream.profile(uuid4(), 1, "anna")
                await eventually(lambda event=event: event in stream.confirmed)  # type: ignore[misc]
                await stream.delete()

    asyncio.run(scenario())


def test_the_worker_waits_for_nats_and_survives_its_restart(nats_server: NatsServer, engine: Engine) -> None:
    async def scenario() -> None:
        nats_server.stop()
        async with projecting(nats_server.url, engine):
            for first in (True, False):
                await asyncio.sleep(0.3)
                nats_server.start()
                async with connected(nats_server.url) as stream:
                    if first:
                        await stream.create()
                    event = await stream.profile(uuid4(), 1, "anna")
                    await eventually(lambda: stream.confirmed == [event])  # noqa: B023
                if first:
                    nats_server.stop()

    asyncio.run(scenario())


def test_a_database_outage_costs_no_event(
    nats_server: NatsServer, engine: Engine, own_postgres: Postgres | None
) -> None:
    if own_postgres is None:
        pytest.skip("needs a PostgreSQL that it may stop")

    async def scenario() -> None:
        user_id = uuid4()
        async with connected(nats_server.url) as stream:
            await stream.create()
            async with projecting(nats_server.url, engine):
                first = await stream.profile(user_id, 1, "v1")
                await eventually(lambda: stream.confirmed == [first])
                own_postgres.stop()
                second = await stream.profile(user_id, 2, "v2")
                await asyncio.sleep(4)
                assert stream.confirmed == [first]
                own_postgres.start()
                await eventually(lambda: stream.confirmed == [first, second])
                assert username(engine, user_id) == "v2"
                assert stream.refused == []

    asyncio.run(scenario())


def test_the_worker_stops_during_a_database_outage(nats_server: NatsServer) -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")

    async def scenario() -> None:
        async with connected(nats_server.url) as stream:
            await stream.create()
            await stream.profile(uuid4(), 1, "v1")
            async with projecting(nats_server.url, away):
                await asyncio.sleep(0.3)

    asyncio.run(scenario())
