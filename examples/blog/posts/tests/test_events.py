"""Events: which are understood."""

import json
from typing import Any
from uuid import uuid4

import pytest

from posts.projector.events import BadEvent, FollowChanged, ProfileChanged, parse_event

USER, OTHER = uuid4(), uuid4()


def profile(**changes: Any) -> dict[str, Any]:
    user = {"id": str(USER), "username": "anna", "bio": None, "image": "i", "version": 3}
    return {"id": "e", "type": "profile", "user": {**user, **changes}}


def follow(**changes: Any) -> dict[str, Any]:
    follow = {"followerId": str(USER), "followeeId": str(OTHER), "following": True, "version": 3}
    return {"id": "e", "type": "follow", "follow": {**follow, **changes}}


def test_a_profile_is_read() -> None:
    expected = ProfileChanged("e", USER, "anna", None, "i", 3)
    assert parse_event(json.dumps(profile(more="x")).encode()) == expected


def test_a_follow_is_read() -> None:
    assert parse_event(json.dumps(follow()).encode()) == FollowChanged("e", USER, OTHER, True, 3)


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"id": "e", "type": "other"},
        {"id": "e", "type": "profile"},
        {**profile(), "id": 1},
        profile(id="x"),
        profile(id=1),
        profile(username=None),
        profile(username="a\0"),
        profile(bio=1),
        profile(image="\ud800"),
        profile(version="3"),
        profile(version=2**63),
        profile(version=True),
        follow(following="yes"),
        follow(followerId=None),
    ],
)
def test_anything_else_is_a_bad_event(event: Any) -> None:
    with pytest.raises(BadEvent):
        parse_event(json.dumps(event).encode())


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_a_bad_event(payload: bytes) -> None:
    with pytest.raises(BadEvent):
        parse_event(payload)
