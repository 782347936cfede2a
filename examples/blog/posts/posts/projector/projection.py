"""Applies events to the database. Blocking: the worker calls it in a thread.

Each statement is guarded by the version, so order, repeats and concurrent projectors do not matter.
"""

from sqlalchemy import Engine, and_, or_
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Insert

from posts.models import Author, Follow
from posts.projector.events import Event, FollowChanged, ProfileChanged


class Projection:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def apply(self, event: Event) -> None:
        statement = _profile(event) if isinstance(event, ProfileChanged) else _follow(event)
        with self._engine.begin() as connection:
            connection.execute(statement)


def _profile(event: ProfileChanged) -> Insert:
    row = postgresql.insert(Author).values(
        id=event.user_id,
        username=event.username,
        bio=event.bio,
        image=event.image,
        version=event.version,
        from_token=False,
    )
    new = row.excluded
    return row.on_conflict_do_update(
        index_elements=[Author.id],
        set_={name: new[name] for name in ("username", "bio", "image", "version", "from_token")},
        where=or_(Author.version < new.version, and_(Author.version == new.version, Author.from_token)),
    )


def _follow(event: FollowChanged) -> Insert:
    row = postgresql.insert(Follow).values(
        follower_id=event.follower_id,
        followee_id=event.followee_id,
        following=event.following,
        version=event.version,
    )
    new = row.excluded
    return row.on_conflict_do_update(
        index_elements=[Follow.follower_id, Follow.followee_id],
        set_={"following": new.following, "version": new.version},
        where=Follow.version < new.version,
    )
