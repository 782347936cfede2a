"""What RabbitMQ must do besides."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from shoal.backing import Consumer
from shoal.model.app import Backing, Rabbitmq
from tests.conformance.backing.clients import Refused, amqp, publish
from tests.conformance.backing.conftest import needs
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben", "audit")
QUEUE = Backing("queue", Rabbitmq())
ORDERS: dict[str, Any] = {
    "queues": [{"name": "orders", "vhost": "/", "durable": True, "auto_delete": False, "arguments": {}}],
    "exchanges": [
        {"name": "shop", "vhost": "/", "type": "topic", "durable": True, "auto_delete": False, "internal": False}
    ],
    "bindings": [
        {"source": "shop", "vhost": "/", "destination": "orders", "destination_type": "queue", "routing_key": "order.*"}
    ],
}


@pytest.fixture(autouse=True)
def _program() -> None:
    needs("rabbitmq-server")


async def test_a_need_may_ask_for_a_virtual_host_of_its_own(stand: Stand) -> None:
    await stand.up(QUEUE, ANN, BEN)
    ann, ben = stand.properties(QUEUE, ANN), stand.properties(QUEUE, BEN)
    assert (ann["vhost"], ben["vhost"]) == ("/", "audit")
    assert ann["uri"].endswith("/%2F")
    await asyncio.to_thread(amqp, ben["uri"], lambda channel: publish(channel, "hidden"))
    with pytest.raises(Refused, match=r"(?i)access|vhost"):
        await asyncio.to_thread(amqp, ann["uri"].replace("/%2F", "/audit"), lambda channel: None)


async def test_definitions_are_there_and_messages_outlive_a_change_of_them(stand: Stand) -> None:
    declared = Backing("queue", Rabbitmq(definitions=("orders.json",)))
    await stand.up(declared, ANN, contents={"orders.json": json.dumps(ORDERS)})
    uri = stand.properties(QUEUE, ANN)["uri"]

    def order(channel: Any) -> None:
        publish(channel, "one", exchange="shop", key="order.new")

    await asyncio.to_thread(amqp, uri, order)
    more = ORDERS | {"queues": [*ORDERS["queues"], ORDERS["queues"][0] | {"name": "refunds"}]}
    await stand.up(declared, ANN, contents={"orders.json": json.dumps(more)})

    def held(channel: Any) -> list[int]:
        return [channel.queue_declare(name, passive=True).method.message_count for name in ("orders", "refunds")]

    assert await asyncio.to_thread(amqp, uri, held) == [1, 0]


async def test_nothing_of_it_runs_when_it_is_stopped(stand: Stand) -> None:
    """Erlang starts a map of ports beside it, which would outlive it."""
    await stand.up(QUEUE, ANN)
    await stand.kill(QUEUE)
    await stand.down()
    assert stand.running() == {}


async def test_there_is_no_guest(stand: Stand) -> None:
    await stand.up(QUEUE, ANN)
    ann = stand.properties(QUEUE, ANN)
    with pytest.raises(Refused, match=r"(?i)auth"):
        await asyncio.to_thread(amqp, f"amqp://guest:guest@{ann['host']}:{ann['port']}/%2F", lambda channel: None)
