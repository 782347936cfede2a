"""The stream USERS and its reader, as `shoal streams` tells of them."""

import json
from typing import Any

from tests.blog_app import BlogApp


def caught_up(blog: BlogApp) -> bool:
    """Whether the projector has dealt with all that is in the stream."""
    (users,) = json.loads(blog.shoal("streams", "--json"))["streams"]
    counts = [(one["waiting"], one["in_hand"]) for one in users["consumers"] if one["name"] == "posts-projector"]
    return counts == [(0, 0)]


def parked(blog: BlogApp) -> dict[str, dict[str, Any]]:
    """By ID."""
    found = json.loads(blog.shoal("streams", "parked", "--json"))["parked"]
    return {one["id"]: one for one in found}
