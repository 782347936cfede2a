"""What happens to one message: applied and confirmed, tried again, or refused for good."""

import asyncio
import contextlib
import logging

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import BadSubjectError
from nats.errors import Error as NatsError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from posts.projector.events import BadEvent, Event, parse_event
from posts.projector.projection import Projection

log = logging.getLogger(__name__)

MAX_TRIES = 5
RETRY_DELAY_S = 0.2
OUTAGE_PAUSE_S = 0.5
HEARTBEAT_S = 1.0
LONGEST_CAUSE = 500
CONFIRM_HEADER = "Confirm-To"

# The database refuses what the event says. Any other error of its is an outage: away, or not migrated yet.
FAULTS = (DataError, IntegrityError)
OUTAGES = (DBAPIError, PoolTimeout)


class Interrupted(Exception):
    """The session ended while the database was away. The message stays in the stream."""


class Delivery:
    def __init__(self, client: Client, projection: Projection, ended: asyncio.Event) -> None:
        self._client = client
        self._projection = projection
        self._ended = ended

    async def handle(self, msg: Msg) -> None:
        try:
            event = parse_event(msg.data)
        except BadEvent as error:
            await self._failed(msg, str(error))
            return
        fault = await self._through_outages(msg, event)
        if fault:
            await self._failed(msg, str(getattr(fault, "orig", None) or repr(fault)))
            return
        await self._confirm(msg, event)
        await msg.ack()

    async def _through_outages(self, msg: Msg, event: Event) -> Exception | None:
        """Tries until the database answers; returns what the event itself is to blame for, if anything.

        The stream is told each time that the message is in good hands, so an outage is not counted as a try.
        """
        while not self._ended.is_set():
            try:
                await self._apply(msg, event)
                return None
            except FAULTS as error:
                return error
            except OUTAGES as error:
                log.warning("the database cannot be used, trying again: %s", getattr(error, "orig", error))
            except Exception as error:
                return error
            await msg.in_progress()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), OUTAGE_PAUSE_S)
        raise Interrupted

    async def _apply(self, msg: Msg, event: Event) -> None:
        """However long it takes, nobody else is given the message meanwhile."""
        applying = asyncio.ensure_future(asyncio.to_thread(self._projection.apply, event))
        while not (await asyncio.wait([applying], timeout=HEARTBEAT_S))[0]:
            with contextlib.suppress(NatsError):
                await msg.in_progress()
        await applying

    async def _confirm(self, msg: Msg, event: Event) -> None:
        """Tells the writer that its change can be read, before the message counts as done."""
        subject = (msg.headers or {}).get(CONFIRM_HEADER)
        if not subject:
            return
        try:
            await self._client.publish(subject, event.id.encode())
        except BadSubjectError:
            log.warning("event %s: cannot confirm to %r", event.id, subject)
            return
        await self._client.flush()

    async def _failed(self, msg: Msg, cause: str) -> None:
        """After the last try the event is refused for good, so that the others go on.

        It stays in the stream; whoever runs the stream sees who refused it and why, and can send it again.
        """
        tries, sequence = msg.metadata.num_delivered, msg.metadata.sequence.stream
        if tries < MAX_TRIES:
            log.warning("event %d on %s failed, try %d: %s", sequence, msg.subject, tries, cause)
            await msg.nak(delay=RETRY_DELAY_S)
            return
        log.error("parked: event %d on %s after %d tries: %s", sequence, msg.subject, tries, cause)
        # The library's `term` cannot say why.
        await self._client.publish(msg.reply, b"+TERM " + cause[:LONGEST_CAUSE].encode())
