"""The loop around the stream. Whatever goes wrong with NATS ends in one way: connect again, afresh."""

import asyncio
import contextlib
import logging

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from sqlalchemy import Engine

from posts.projector.delivery import Delivery, Interrupted
from posts.projector.projection import Projection

log = logging.getLogger(__name__)

STREAM = "USERS"
SUBJECTS = "users.>"
DURABLE = "posts-projector"
ACK_WAIT_S = 3.0
FETCH_S = 2.0
RECONNECT_S = 0.5
# Delivery refuses a bad event earlier. This is for one that ends the worker before it can.
MAX_DELIVER = 10

Subscription = JetStreamContext.PullSubscription


class StreamMissing(Exception):
    """The stream is created from outside, and is not there yet."""


class Projector:
    def __init__(self, nats_url: str, engine: Engine) -> None:
        self._nats_url = nats_url
        self._projection = Projection(engine)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop` is called; the message in hand is finished first."""
        while not self._stopping.is_set():
            try:
                await self._session()
            except StreamMissing:
                log.warning("the stream %s does not exist yet, waiting for it", STREAM)
            except Interrupted:
                pass
            except Exception as error:  # for ever: nothing that NATS does may end the worker
                log.warning("no connection to the stream, trying again: %r", error)
            await _within(RECONNECT_S, self._stopping)

    async def _session(self) -> None:
        ended = asyncio.Event()
        client = await _connect(self._nats_url, ended)
        stopping = asyncio.create_task(_set_when(self._stopping, ended))
        try:
            subscription = await _subscribe(client)
            log.info("projecting the stream %s", STREAM)
            await self._consume(subscription, Delivery(client, self._projection, ended), ended)
        finally:
            stopping.cancel()
            await _close(client)

    async def _consume(self, subscription: Subscription, delivery: Delivery, ended: asyncio.Event) -> None:
        while not ended.is_set():
            for msg in await _next(subscription, ended):
                await delivery.handle(msg)


async def _connect(url: str, closed: asyncio.Event) -> Client:
    async def on_closed() -> None:
        closed.set()

    async def on_error(error: Exception) -> None:
        log.warning("nats: %r", error)

    return await nats.connect(
        url,
        name="posts-projector",
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=2,
        ping_interval=5,
        closed_cb=on_closed,
        error_cb=on_error,
    )


async def _subscribe(client: Client) -> Subscription:
    """Binds to the consumer that all projectors share, and makes it if it is absent."""
    jetstream = client.jetstream(timeout=2)
    config = ConsumerConfig(
        durable_name=DURABLE,
        filter_subject=SUBJECTS,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_S,
        max_deliver=MAX_DELIVER,
    )
    try:
        await jetstream.add_consumer(STREAM, config)
    except NotFoundError as error:
        raise StreamMissing from error
    return await jetstream.pull_subscribe_bind(DURABLE, STREAM)


async def _next(subscription: Subscription, ended: asyncio.Event) -> list[Msg]:
    """The next message, as soon as there is one; none when nothing came or the session ended.

    One at a time: a larger fetch waits for its batch to fill.
    """
    fetch = asyncio.create_task(subscription.fetch(1, timeout=FETCH_S))
    end = asyncio.create_task(ended.wait())
    await asyncio.wait((fetch, end), return_when=asyncio.FIRST_COMPLETED)
    end.cancel()
    if not fetch.done():
        fetch.cancel()
        await asyncio.gather(fetch, return_exceptions=True)
        return []
    try:
        return fetch.result()
    except TimeoutError:
        await subscription.consumer_info()  # raises when the consumer is gone
        return []


async def _set_when(cause: asyncio.Event, effect: asyncio.Event) -> None:
    await cause.wait()
    effect.set()


async def _within(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def _close(client: Client) -> None:
    with contextlib.suppress(NatsError, OSError, TimeoutError):
        await asyncio.wait_for(client.close(), 1)
