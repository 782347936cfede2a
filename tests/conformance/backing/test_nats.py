"""What NATS must do besides."""

from __future__ import annotations

from shoal.backing import Consumer
from shoal.model.app import PARKED_STREAM, Backing, Nats, Stream
from tests.conformance.backing.clients import connected
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben")


def events(*streams: Stream) -> Backing:
    return Backing("events", Nats(streams))


async def streams(stand: Stand) -> dict[str, tuple[list[str], float, int]]:
    async with connected(stand.properties(events(), ANN)["uri"]) as connection:
        found = [info.config for info in await connection.jetstream().streams_info()]
    assert PARKED_STREAM in {c.name for c in found}
    declared = [c for c in found if c.name != PARKED_STREAM]
    return {c.name or "": (c.subjects or [], c.max_age or 0.0, c.max_bytes or 0) for c in declared}


async def test_streams_are_made_as_the_file_says(stand: Stand) -> None:
    orders = Stream("ORDERS", ("orders.>", "refunds.*"), max_age=3600.0, max_bytes=1 << 20)
    await stand.up(events(orders, Stream("USERS", ("users.>",))), ANN)
    assert await streams(stand) == {
        "ORDERS": (["orders.>", "refunds.*"], 3600.0, 1 << 20),
        "USERS": (["users.>"], 0.0, -1),
    }


async def test_a_changed_stream_is_updated_and_keeps_its_messages(stand: Stand) -> None:
    await stand.up(events(Stream("USERS", ("users.>",))), ANN)
    async with connected(stand.properties(events(), ANN)["uri"]) as connection:
        await connection.jetstream().publish("users.one", b"kept")
    await stand.up(events(Stream("USERS", ("users.>", "people.>"), max_age=60.0)), ANN)
    assert await streams(stand) == {"USERS": (["users.>", "people.>"], 60.0, -1)}
    async with connected(stand.properties(events(), ANN)["uri"]) as connection:
        assert (await connection.jetstream().get_msg("USERS", 1)).data == b"kept"


async def test_a_stream_that_left_the_file_stays(stand: Stand) -> None:
    await stand.up(events(Stream("USERS", ("users.>",))), ANN)
    await stand.up(events(Stream("ORDERS", ("orders.>",))), ANN)
    assert set(await streams(stand)) == {"USERS", "ORDERS"}


async def test_streams_that_exclude_each_other_are_a_clear_error(stand: Stand) -> None:
    stand.want(events(Stream("ONE", ("users.>",)), Stream("TWO", ("users.new",))), ANN)
    failed = await stand.failed()
    assert (failed.workload, failed.error) == ("events.streams", "JobFailed")
    assert "subjects overlap" in stand.printed()
    assert "Traceback" not in stand.printed()


async def test_without_streams_there_is_a_server_all_the_same(stand: Stand) -> None:
    await stand.up(events(), ANN)
    assert await streams(stand) == {}


async def test_consumers_hear_each_other(stand: Stand) -> None:
    await stand.up(events(), ANN, BEN)
    ann, ben = (stand.properties(events(), consumer)["uri"] for consumer in (ANN, BEN))
    async with connected(ann) as hears, connected(ben) as says:
        heard = await hears.subscribe("news")
        await hears.flush()
        await says.publish("news", b"hello")
        assert (await heard.next_msg(timeout=5)).data == b"hello"
