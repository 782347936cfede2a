"""The author object, a part of every article and comment."""

from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, false

from posts.identity.tokens import Viewer
from posts.models import Author, Follow


class Profile(TypedDict):
    username: str
    bio: str | None
    image: str | None
    following: bool


def profile_columns(viewer: Viewer | None) -> list[ColumnElement[Any]]:
    """For a select that joins Author."""
    return [
        Author.username.expression,
        Author.bio.expression,
        Author.image.expression,
        _is_followed_by(viewer.id if viewer else None).label("following"),
    ]


def profile_of(row: Row[Any]) -> Profile:
    return {"username": row.username, "bio": row.bio, "image": row.image, "following": row.following}


def _is_followed_by(viewer_id: UUID | None) -> ColumnElement[bool]:
    if viewer_id is None:
        return false()
    return exists().where(Follow.follower_id == viewer_id, Follow.followee_id == Author.id, Follow.following)
