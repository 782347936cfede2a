"""The verb `streams` must show what consumers gave up on, and bring it back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nats
import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

ASLEEP = "exec sleep 1000"
NEWS = worker("reader", ASLEEP, "needs: [events]") + (
    "backing: {events: {nats: {streams: [{name: NEWS, subjects: [news.>]}]}}}\n"
)


@pytest.fixture
def news(app: Make) -> App:
    """A stream with a message that a consumer refused, in words that a terminal would obey, and one that it has not
    seen."""
    made: App = app(NEWS)
    made.up()
    asyncio.run(refuse(made.address("reader", "NATS_URL")))
    return made


async def refuse(url: str) -> None:
    client = await nats.connect(url, allow_reconnect=False)
    try:
        stream = client.jetstream()
        await stream.add_consumer("NEWS", ConsumerConfig(durable_name="reader", ack_policy=AckPolicy.EXPLICIT))
        reading = await stream.pull_subscribe_bind("reader", "NEWS")
        await stream.publish("news.today", b"it rains \x1b[31m", headers={"About": "weather"})
        (message,) = await reading.fetch(1, timeout=10)
        await client.publish(message.reply, b"+TERM no \x1b[2J umbrella\nat all")
        await stream.publish("news.today", b"it rains on")
        while (await stream.stream_info("SHOAL_PARKED")).state.messages == 0:
            await asyncio.sleep(0.05)
    finally:
        await client.close()


def test_streams_are_listed_with_their_consumers(news: App) -> None:
    head, line = news.ok("streams").out.splitlines()
    assert head.split() == ["STREAM", "MESSAGES", "SIZE", "CONSUMER", "WAITING", "IN", "HAND", "PARKED"]
    assert line.split()[:2] == ["NEWS", "2"]
    assert line.split()[3:] == ["reader", "1", "0", "1"]


def test_a_parked_message_is_shown_with_its_cause_and_sent_again(news: App, tmp_path: Path) -> None:
    _, line = news.ok("streams", "parked").out.splitlines()
    assert line.split()[:4] == ["NEWS:1", "news.today", "reader", "1"]
    assert line.endswith(r"no \x1b[2J umbrella")
    shown = news.ok("streams", "show", "NEWS:1").out
    assert "About: weather\n\nit rains \\x1b[31m\n" in shown
    assert "\x1b" not in shown
    told = news.ok("streams", "replay", "NEWS:1")
    assert (told.out, told.err) == ("", "NEWS:1 was sent again, as NEWS:3\n")
    assert news.ok("streams", "parked").err == "nothing is parked\n"
    assert news.ok("streams", "--json").json["streams"][0]["consumers"] == [
        {"name": "reader", "waiting": 2, "in_hand": 0}
    ]


def test_a_message_is_mended_and_sent(news: App, tmp_path: Path) -> None:
    (tmp_path / "mended").write_text("it shines")
    sent = news.ok("streams", "replay", "NEWS:1", "--data", str(tmp_path / "mended"), "--json").json
    assert sent == {"version": 1, "replayed": [{"id": "NEWS:1", "now": "NEWS:3"}]}
    assert news.ok("streams", "drop", "--all").err == "nothing is parked\n"


def test_what_cannot_be_done_is_said(news: App) -> None:
    result = news.shoal("streams", "replay", "NEWS:2")
    assert (result.code, result.err) == (7, "shoal: NEWS:2 is not parked\n")
    result = news.shoal("streams", "--backing", "event")
    assert result.code == 2 and "events" in result.err
    news.ok("stop", "events")
    result = news.shoal("streams")
    assert result.code == 2 and "events is not ready" in result.err and "shoal why events" in result.err
    news.ok("start", "events")
    news.wait_until(lambda: news.ready("events"))
    assert news.ok("streams", "drop", "NEWS:1").err == "NEWS:1 is no longer parked\n"


def test_what_is_parked_outlives_daemon_and_broker(news: App) -> None:
    news.ok("down")
    news.up()
    assert [one["id"] for one in news.ok("streams", "parked", "--json").json["parked"]] == ["NEWS:1"]


def test_where_nothing_has_streams_it_says_so(app: Make) -> None:
    plain: App = app(worker("plain"))
    plain.up()
    result = plain.shoal("streams")
    assert result.code == 2
    assert "no backing service of this app has streams" in result.err
