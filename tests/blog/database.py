"""posts' own database, asked from inside posts, as its operators would: the copies that the projector keeps."""

import json
from typing import Any

from tests.blog_app import BlogApp

RUN = """
import json, os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    found = connection.execute(sys.argv[1], json.loads(sys.argv[2]) or None)
    print(json.dumps(found.fetchall() if found.description else [], default=str))
"""


def sql(blog: BlogApp, statement: str, *values: object) -> list[list[Any]]:
    """The rows that a statement answers, if it answers any."""
    told = blog.shoal("exec", "posts", "python", "-c", RUN, statement, json.dumps(values))
    rows: list[list[Any]] = json.loads(told.splitlines()[-1])
    return rows


def copies(blog: BlogApp) -> dict[str, list[list[Any]]]:
    """All that the projector has written."""
    return {
        "authors": sql(blog, "SELECT id, username, bio, image, version, from_token FROM authors ORDER BY id"),
        "follows": sql(blog, "SELECT * FROM follows ORDER BY follower_id, followee_id"),
    }
