"""The users service's side of the stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import Engine

from posts.projector.worker import Projector

# Where the server says that a consumer does not want a message again.
REFUSALS = "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.USERS.posts-projector"


class Stream:
    """Publishes events as users does and waits for their confirmation."""

    def __init__(self, client: Client) -> None:
        self._jetstream = client.jetstream()
        self._inbox = client.new_inbox()
        self._client = client
        self.confirmed: list[str] = []
        self.refused: list[str] = []

    async def create(self) -> None:
        await self._jetstream.add_stream(name="USERS", subjects=["users.>"])

    async def delete(self) -> None:
        await self._jetstream.delete_stream("USERS")

    async def listen(self) -> None:
        async def on_confirmation(msg: Msg) -> None:
            self.confirmed.append(msg.data.decode())

        async def on_refusal(msg: Msg) -> None:
            self.refused.append(json.loads(msg.data)["reason"])

        await self._client.subscribe(self._inbox, cb=on_confirmation)
        await self._client.subscribe(REFUSALS, cb=on_refusal)

    async def profile(self, user_id: UUID, version: int, username: str) -> str:
        user = {"id": str(user_id), "username": username, "bio": None, "image": None, "version": version}
        return await self.publish({"id": str(uuid4()), "type": "profile", "user": user})

    async def publish(self, event: Any) -> str:
        payload = json.dumps(event).encode()
        await self._jetstream.publish("users.profile.x", payload, headers={"Confirm-To": self._inbox})
        return str(event.get("id"))

    async def pending(self) -> int:
        """Messages that are delivered but not done with, or not delivered yet."""
        info = await self._jetstream.consumer_info("USERS", "posts-projector")
        return (info.num_ack_pending or 0) + (info.num_pending or 0)

    async def tries(self) -> int:
        """How often messages were handed out."""
        info = await self._jetstream.consumer_info("USERS", "posts-projector")
        return info.delivered.consumer_seq if info.delivered else 0


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Stream]:
    client = await nats.connect(url)
    stream = Stream(client)
    await stream.listen()
    try:
        yield stream
    finally:
        await client.close()


@asynccontextmanager
async def projecting(url: str, engine: Engine) -> AsyncIterator[None]:
    projector = Projector(url, engine)
    running = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        projector.stop()
        await asyncio.wait_for(running, 5)


async def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
