"""The events of the users service, parsed and checked."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from posts.paging import MAX_BIGINT
from posts.text import is_storable


class BadEvent(Exception):
    """Not an event as agreed with the users service."""


@dataclass(frozen=True)
class ProfileChanged:
    id: str
    user_id: UUID
    username: str
    bio: str | None
    image: str | None
    version: int


@dataclass(frozen=True)
class FollowChanged:
    id: str
    follower_id: UUID
    followee_id: UUID
    following: bool
    version: int


Event = ProfileChanged | FollowChanged


def parse_event(payload: bytes) -> Event:
    try:
        event = json.loads(payload)
        if event["type"] == "profile":
            return _profile(event)
        if event["type"] == "follow":
            return _follow(event)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadEvent(repr(error)) from error
    raise BadEvent(f"unknown type {event['type']!r}")


def _profile(event: dict[str, Any]) -> ProfileChanged:
    user = event["user"]
    return ProfileChanged(
        id=_text(event["id"]),
        user_id=UUID(_text(user["id"])),
        username=_text(user["username"]),
        bio=_optional_text(user["bio"]),
        image=_optional_text(user["image"]),
        version=_version(user["version"]),
    )


def _follow(event: dict[str, Any]) -> FollowChanged:
    follow = event["follow"]
    if not isinstance(follow["following"], bool):
        raise BadEvent("following is not a boolean")
    return FollowChanged(
        id=_text(event["id"]),
        follower_id=UUID(_text(follow["followerId"])),
        followee_id=UUID(_text(follow["followeeId"])),
        following=follow["following"],
        version=_version(follow["version"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise BadEvent(f"not a text: {value!r}")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _version(value: object) -> int:
    if type(value) is not int or not -MAX_BIGINT <= value <= MAX_BIGINT:
        raise BadEvent(f"not a version: {value!r}")
    return value
