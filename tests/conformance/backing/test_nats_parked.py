"""A message that a consumer gave up on must be found, and can be sent again, whoever died meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig
from nats.js.client import JetStreamContext

from shoal.backing import Consumer, engine_of
from shoal.model.app import Backing, Nats, Stream
from shoal.model.workload import Workload
from tests.conformance.backing.clients import connected
from tests.conformance.backing.stand import Stand

ANN = Consumer("ann")
EVENTS = Backing("events", Nats((Stream("USERS", ("users.>",)),)))
TRIES = 2


async def asked(stand: Stand, *words: str, content: bytes = b"") -> Any:
    """What the errand answers; its own words (a text) when it refuses."""
    workload = engine_of(EVENTS).errand(EVENTS, "streams")
    assert isinstance(workload, Workload)
    found = await stand.driver.invocation(workload, ())
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *found.command, *words, env=found.env, cwd=found.cwd, stdin=pipe, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate(content)
    return json.loads(out) if process.returncode == 0 else err.decode()


@contextlib.asynccontextmanager
async def jetstream(stand: Stand) -> Any:
    async with connected(stand.properties(EVENTS, ANN)["uri"]) as connection:
        yield connection.jetstream()


async def given_up(stream: JetStreamContext, consumer: str, *, name: str = "USERS", refuse: bytes = b"") -> None:
    """A consumer takes all there is, and fails at it until the server gives up, or refuses it for good."""
    config = ConsumerConfig(durable_name=consumer, ack_policy=AckPolicy.EXPLICIT, ack_wait=30, max_deliver=TRIES)
    await stream.add_consumer(name, config)
    reading = await stream.pull_subscribe_bind(consumer, name)
    while messages := await fetched(reading):
        for message in messages:
            await message._client.publish(message.reply, b"+TERM " + refuse if refuse else b"-NAK")


async def fetched(reading: Any) -> list[Msg]:
    try:
        found: list[Msg] = await reading.fetch(10, timeout=0.5)
        return found
    except TimeoutError:
        return []


async def test_a_message_is_parked_when_it_was_tried_too_often(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"poison")
        await given_up(stream, "reader")
    (parked,) = await asked(stand, "parked")
    (note,) = parked.pop("notes")
    assert parked == {"id": "USERS:1", "stream": "USERS", "subject": "users.one"}
    assert (note["consumer"], note["tries"], note["cause"]) == ("reader", TRIES, "")
    (listed,) = await asked(stand, "list")
    assert (listed["name"], listed["messages"], listed["parked"]) == ("USERS", 1, 1)
    assert listed["consumers"] == [{"name": "reader", "waiting": 0, "in_hand": 0}]


async def test_a_refused_message_is_parked_with_the_cause(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"\xff", headers={"About": "ann"})
        await given_up(stream, "reader", refuse=b'not "JSON"\n at all')
    shown = await asked(stand, "show", "USERS:1")
    assert shown["notes"][0]["cause"] == 'not "JSON"\n at all'
    assert shown["headers"] == {"About": "ann"}
    assert shown["base64"] == "/w=="


async def test_one_that_two_consumers_gave_up_on_is_one_with_two_notes(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"poison")
        await given_up(stream, "one")
        await given_up(stream, "two", refuse=b"no")
        (parked,) = await asked(stand, "parked")
        assert [note["consumer"] for note in parked["notes"]] == ["one", "two"]
        (sent,) = await asked(stand, "replay", "USERS:1")
        assert sent == {"id": "USERS:1", "now": "USERS:2"}
        assert await asked(stand, "parked") == []


async def test_a_replayed_message_is_sent_to_its_subject_as_a_new_one(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"first", headers={"Nats-Msg-Id": "1", "About": "ann"})
        await stream.publish("users.two", b"second")
        await given_up(stream, "reader")
        assert [one["now"] for one in await asked(stand, "replay")] == ["USERS:3", "USERS:4"]
        message = await stream.get_msg("USERS", 3)
        assert (message.subject, message.data) == ("users.one", b"first")
        assert message.headers["About"] == "ann" and message.headers["Replay-Of"] == "USERS:1"
        assert await asked(stand, "parked") == []
        await given_up(stream, "reader")
        assert [one["id"] for one in await asked(stand, "parked")] == ["USERS:3", "USERS:4"]


async def test_a_message_that_is_wrong_in_itself_is_sent_with_another_content(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"wrong")
        await given_up(stream, "reader")
        await asked(stand, "send", "USERS:1", content=b"mended")
        assert (await stream.get_msg("USERS", 2)).data == b"mended"


async def test_what_is_dropped_stays_in_its_stream(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"poison")
        await given_up(stream, "reader")
        assert await asked(stand, "drop", "USERS:1") == [{"id": "USERS:1"}]
        assert await asked(stand, "parked") == []
        assert (await stream.get_msg("USERS", 1)).data == b"poison"


async def test_of_a_queue_it_leaves_nothing_behind(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.add_stream(StreamConfig("TASKS", subjects=["tasks"], retention=RetentionPolicy.WORK_QUEUE))
        await stream.publish("tasks", b"do it")
        await given_up(stream, "worker", name="TASKS")
        assert await asked(stand, "replay") == [{"id": "TASKS:1", "now": "TASKS:2"}]
        assert (await stream.stream_info("TASKS")).state.messages == 1


async def test_one_that_its_stream_let_go_is_told_and_not_sent(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"poison")
        await given_up(stream, "reader")
        await stream.purge_stream("USERS")
    (parked,) = await asked(stand, "parked")
    assert parked["subject"] == ""
    assert await asked(stand, "replay", "USERS:1") == [{"id": "USERS:1", "gone": True}]
    assert len(await asked(stand, "parked")) == 1


async def test_what_is_parked_outlives_the_server(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"poison")
        await given_up(stream, "reader")
    await stand.kill(EVENTS)
    assert [one["id"] for one in await asked(stand, "parked")] == ["USERS:1"]
    assert [one["now"] for one in await asked(stand, "replay")] == ["USERS:2"]


async def test_an_id_that_is_not_parked_changes_nothing(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        await stream.publish("users.one", b"fine")
        await stream.publish("users.two", b"poison")
        await given_up(stream, "reader")
        assert await asked(stand, "replay", "USERS:1", "USERS:7") == "USERS:7 is not parked\n"
        assert (await stream.stream_info("USERS")).state.messages == 2


async def test_thousands_are_listed_and_sent(stand: Stand) -> None:
    await stand.up(EVENTS, ANN)
    async with jetstream(stand) as stream:
        for number in range(1000):
            await stream.publish("users.one", b"%d" % number)
        await given_up(stream, "reader", refuse=b"no")
        assert len(await asked(stand, "parked")) == 1000
        assert len(await asked(stand, "replay")) == 1000
        assert await asked(stand, "parked") == []
        assert (await stream.get_msg("USERS", 2000)).data == b"999"
