"""Looks into the streams of a NATS server: how far their consumers are, and which messages they gave up on.

Such a message is parked: it stays in its stream, and the server's own word about it is kept in the stream SHOAL_PARKED,
so nobody of ours has to be alive when it happens. It can be sent to its subject once more.

Reads NATS_URL. Its words are `list`, `parked`, `show ID`, `replay [ID ...]`, `send ID` (with the content of stdin
instead of its own) and `drop [ID ...]`; no ID means all. An ID is STREAM:SEQUENCE. Writes JSON to stdout.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

PARKED = "SHOAL_PARKED"
BATCH = 200
PATIENCE = 10.0

T = TypeVar("T")


class Failed(Exception):
    """In words for who asked."""


@dataclass(frozen=True)
class Note:
    """What the server said of a message: who gave up on it, after how many tries, and why if that was told. `at` is the
    note's own place in the stream of notes."""

    stream: str
    sequence: int
    consumer: str
    tries: int
    cause: str
    time: float
    at: int

    @property
    def id(self) -> str:
        return f"{self.stream}:{self.sequence}"

    def row(self) -> dict[str, Any]:
        return {"consumer": self.consumer, "tries": self.tries, "cause": self.cause, "time": self.time}


def note_of(data: bytes, at: int) -> Note:
    said = json.loads(data)
    return Note(
        stream=said["stream"],
        sequence=said["stream_seq"],
        consumer=said["consumer"],
        tries=said["deliveries"],
        cause=said.get("reason", ""),
        time=datetime.fromisoformat(said["timestamp"]).timestamp(),
        at=at,
    )


class Streams:
    """`jetstream` is nats-py's."""

    def __init__(self, jetstream: Any) -> None:
        self._jetstream = jetstream

    async def notes(self) -> dict[str, list[Note]]:
        """Of each parked message, the oldest first."""
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        left = (await self._jetstream.stream_info(PARKED)).state.messages
        reading = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=30)
        found: dict[str, list[Note]] = {}
        if not left:
            return found
        subscription = await self._jetstream.pull_subscribe(">", stream=PARKED, config=reading)
        while left:
            for message in await subscription.fetch(min(left, BATCH), timeout=PATIENCE):
                note = note_of(message.data, message.metadata.sequence.stream)
                found.setdefault(note.id, []).append(note)
                left = message.metadata.num_pending
        await subscription.unsubscribe()
        return found

    async def message(self, note: Note) -> Any:
        """None when its stream has let it go."""
        from nats.js.errors import NotFoundError

        try:
            return await self._jetstream.get_msg(note.stream, note.sequence)
        except NotFoundError:
            return None

    async def overview(self) -> list[dict[str, Any]]:
        notes = [notes[-1] for notes in (await self.notes()).values()]
        found = []
        for info in await _pages(self._jetstream.streams_info):
            name = info.config.name
            if name != PARKED:
                parked = sum(note.stream == name for note in notes)
                found.append(_stream(info) | {"consumers": await self._consumers(name), "parked": parked})
        return found

    async def _consumers(self, stream: str) -> list[dict[str, Any]]:
        found = await _pages(lambda offset: self._jetstream.consumers_info(stream, offset))
        return [
            {"name": one.name, "waiting": one.num_pending or 0, "in_hand": one.num_ack_pending or 0} for one in found
        ]

    async def parked(self) -> list[dict[str, Any]]:
        found, notes = [], list((await self.notes()).values())
        for start in range(0, len(notes), BATCH):
            some = notes[start : start + BATCH]
            messages = await asyncio.gather(*(self.message(those[-1]) for those in some))
            found += [_parked(those, message) for those, message in zip(some, messages, strict=True)]
        return found

    async def show(self, name: str) -> dict[str, Any]:
        (notes,) = (await self._chosen([name])).values()
        message = await self.message(notes[-1])
        return _parked(notes, message) | (_content(message) if message else {})

    async def replay(self, names: Sequence[str], content: bytes | None = None) -> list[dict[str, Any]]:
        return [await self._again(notes, content) for notes in (await self._chosen(names)).values()]

    async def _again(self, notes: list[Note], content: bytes | None) -> dict[str, Any]:
        """To its subject, for all who read that. The notes go last: whoever is killed in between sends it twice, which
        the stream notices by the message's id for as long as it looks for duplicates."""
        message = await self.message(notes[-1])
        if message is None:
            return {"id": notes[0].id, "gone": True}
        # Headers of the server's own meant the first sending: its id, what it expected of the stream.
        kept = {name: text for name, text in (message.headers or {}).items() if not name.startswith("Nats-")}
        headers = kept | {"Nats-Msg-Id": f"replay-{notes[0].id}-{notes[-1].at}", "Replay-Of": notes[0].id}
        data = message.data or b"" if content is None else content
        sent = await self._jetstream.publish(message.subject, data, stream=notes[0].stream, headers=headers)
        await self._forget(notes)
        return {"id": notes[0].id, "now": f"{sent.stream}:{sent.seq}"}

    async def drop(self, names: Sequence[str]) -> list[dict[str, Any]]:
        chosen = await self._chosen(names)
        for notes in chosen.values():
            await self._forget(notes)
        return [{"id": name} for name in chosen]

    async def _forget(self, notes: list[Note]) -> None:
        """A stream that is a queue keeps what nobody will ever take from it; any other keeps messages as ever."""
        from nats.js.api import RetentionPolicy
        from nats.js.errors import NotFoundError

        try:
            if (await self._jetstream.stream_info(notes[0].stream)).config.retention == RetentionPolicy.WORK_QUEUE:
                await self._jetstream.delete_msg(notes[0].stream, notes[0].sequence)
        except NotFoundError:
            pass
        for note in notes:
            await self._jetstream.delete_msg(PARKED, note.at)

    async def _chosen(self, names: Sequence[str]) -> dict[str, list[Note]]:
        found = await self.notes()
        if unknown := [name for name in names if name not in found]:
            raise Failed(f"{unknown[0]} is not parked")
        return {name: found[name] for name in names or found}


async def _pages(page: Callable[[int], Awaitable[list[T]]]) -> list[T]:
    found: list[T] = []
    while more := await page(len(found)):
        found += more
    return found


def _stream(info: Any) -> dict[str, Any]:
    state = info.state
    subjects = info.config.subjects or []
    return {"name": info.config.name, "subjects": subjects, "messages": state.messages, "bytes": state.bytes}


def _parked(notes: list[Note], message: Any) -> dict[str, Any]:
    """`subject` is empty when the message is gone."""
    subject = message.subject if message else ""
    return {"id": notes[0].id, "stream": notes[0].stream, "subject": subject, "notes": [note.row() for note in notes]}


def _content(message: Any) -> dict[str, Any]:
    data, headers = message.data or b"", dict(message.headers or {})
    try:
        return {"headers": headers, "text": data.decode()}
    except UnicodeDecodeError:
        return {"headers": headers, "base64": base64.b64encode(data).decode()}


async def work(url: str, what: str, names: Sequence[str]) -> Any:
    import nats
    from nats.js.errors import NotFoundError

    content = sys.stdin.buffer.read() if what == "send" else None
    connection = await nats.connect(url, connect_timeout=5, allow_reconnect=False)
    try:
        streams = Streams(connection.jetstream(timeout=PATIENCE))
        return await _asked(streams, what, names, content)
    except NotFoundError:
        raise Failed(f"the stream {PARKED} isn't there; `shoal up` makes it") from None
    finally:
        await connection.close()


async def _asked(streams: Streams, what: str, names: Sequence[str], content: bytes | None) -> Any:
    match what:
        case "parked":
            return await streams.parked()
        case "show":
            return await streams.show(names[0])
        case "replay" | "send":
            return await streams.replay(names, content)
        case "drop":
            return await streams.drop(names)
    return await streams.overview()


def main() -> int:
    try:
        print(json.dumps(asyncio.run(work(os.environ["NATS_URL"], sys.argv[1], sys.argv[2:]))))
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    except Exception as problem:
        print(f"NATS: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
