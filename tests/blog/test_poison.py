"""An event that can't be applied ends among the dead letters, and the others go on."""

import asyncio
import json

import nats

from tests.blog.conftest import NewMember
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, unique

COUNT = """
import os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    query = "SELECT count(*) FROM dead_letters WHERE position(%s::bytea in payload) > 0"
    print(connection.execute(query, [sys.argv[1].encode()]).fetchone()[0])
"""


def test_poison_goes_to_the_dead_letters_and_others_go_on(two: BlogApp, anyone: Client, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    mark = unique("poison")
    poison = [
        mark.encode() + b" \xff\x00 is not even json",
        json.dumps({"id": mark, "type": "of another kind"}).encode(),
        json.dumps({"id": mark, "type": "profile", "user": {"id": "no uuid", "username": 7}}).encode(),
    ]
    asyncio.run(_publish(two.environment("users")["NATS_URL"], poison))
    for number in range(10):
        author.update(bio=f"bio {number}")
        assert anyone.article(slug)["author"]["bio"] == f"bio {number}"
    assert eventually(lambda: _dead_letters(two, mark) == len(poison), within=30, every=0.5)
    assert author.update(bio="after all")["bio"] == "after all"
    assert anyone.article(slug)["author"]["bio"] == "after all"


async def _publish(url: str, payloads: list[bytes]) -> None:
    client = await nats.connect(url, allow_reconnect=False)
    try:
        for payload in payloads:
            await client.jetstream().publish("users.profile.poison", payload)
    finally:
        await client.close()


def _dead_letters(blog: BlogApp, mark: str) -> int:
    return int(blog.shoal("exec", "posts", "python", "-c", COUNT, mark).split()[-1])
