"""Events that come twice, late, or in another order change nothing."""

import asyncio

import nats
from nats.js.client import JetStreamContext

from tests.blog.conftest import NewMember
from tests.blog.database import copies, sql
from tests.blog.stream import caught_up, parked
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, Member, unique


def test_events_that_come_again_backwards_change_nothing(two: BlogApp, anyone: Client, member: NewMember) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    for number in range(3):
        name = unique("named")
        author.update(username=name, bio=f"bio {number}")
        author.username = name
        reader.follow(name)
        reader.unfollow(name)
    before, poison = copies(two), parked(two)
    sent = asyncio.run(_again(two, *(_id(two, one) for one in (author, reader))))
    assert sent >= 9 * 2
    assert eventually(lambda: caught_up(two), within=30, every=0.5)
    assert copies(two) == before
    assert parked(two) == poison
    assert anyone.article(slug)["author"]["bio"] == "bio 2"
    assert reader.article(slug)["author"]["following"] is False


def test_the_whole_stream_once_more_changes_nothing(mended: BlogApp, member: NewMember) -> None:
    author, reader = member(), member()
    author.update(bio="before")
    reader.follow(author.username)
    before = copies(mended)
    asyncio.run(_forget_the_reader(mended))
    assert eventually(lambda: caught_up(mended), within=30, every=0.5)
    assert copies(mended) == before
    author.update(bio="after")


def _id(blog: BlogApp, member: Member) -> str:
    return str(sql(blog, "SELECT id FROM authors WHERE username = %s", member.username)[0][0])


async def _again(blog: BlogApp, *users: str) -> int:
    """Sends all events of these users again, the newest first, each of them twice, and says how many. The stream takes
    none that has the id of the first sending."""
    client = await nats.connect(blog.environment("users")["NATS_URL"], allow_reconnect=False)
    sent = 0
    try:
        stream = client.jetstream()
        state = (await stream.stream_info("USERS")).state
        for sequence in range(state.last_seq, state.first_seq - 1, -1):
            message = await stream.get_msg("USERS", sequence)
            if any(user in (message.subject or "") for user in users):
                assert (await _send(stream, message.subject or "", message.data, message.headers)).duplicate
                for _ in range(2):
                    await _send(stream, message.subject or "", message.data)
                    sent += 1
    finally:
        await client.close()
    return sent


async def _send(
    stream: JetStreamContext, subject: str, data: bytes | None, headers: dict[str, str] | None = None
) -> nats.js.api.PubAck:
    return await stream.publish(subject, data or b"", headers=headers)


async def _forget_the_reader(blog: BlogApp) -> None:
    """The projector makes itself known again, and is given everything from the beginning."""
    client = await nats.connect(blog.environment("users")["NATS_URL"], allow_reconnect=False)
    try:
        await client.jetstream().delete_consumer("USERS", "posts-projector")
    finally:
        await client.close()
