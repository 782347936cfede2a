"""The viewer of the present request."""

from typing import cast

from flask import Flask, current_app, request
from sqlalchemy.dialects.postgresql import insert

from posts.database import db
from posts.errors import unauthorized, unavailable
from posts.identity.keys import KeyRing, NoKeys
from posts.identity.tokens import BadToken, Viewer, token_in, viewer_of
from posts.models import Author


def use_keys(app: Flask, keys: KeyRing) -> None:
    app.extensions["posts_keys"] = keys


def keys_of(app: Flask) -> KeyRing:
    return cast(KeyRing, app.extensions["posts_keys"])


def required_viewer() -> Viewer:
    token = token_in(request.headers.get("Authorization"))
    if token is None:
        raise unauthorized("is missing")
    try:
        return viewer_of(token, keys_of(current_app))
    except BadToken:
        raise unauthorized("is invalid") from None
    except NoKeys:
        raise unavailable("token", "cannot be checked at the moment") from None


def optional_viewer() -> Viewer | None:
    """A token that is no good is treated as none, so that reading goes on with a stale one."""
    token = token_in(request.headers.get("Authorization"))
    if token is None:
        return None
    try:
        return viewer_of(token, keys_of(current_app))
    except (BadToken, NoKeys):
        return None


def ensure_author(viewer: Viewer) -> None:
    """Makes sure that the copy of users knows the viewer, before a write that names them."""
    row = insert(Author).values(
        id=viewer.id, username=viewer.username, version=viewer.version, from_token=True
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=[Author.id]))
