"""Who is asking: tokens signed by the users service, checked with its public keys."""

from flask import Flask

from posts.database import db
from posts.identity.fetch import KeySource
from posts.identity.keys import KeyRing
from posts.identity.store import KeyStore
from posts.identity.viewer import optional_viewer, required_viewer, use_keys

__all__ = ["init_app", "optional_viewer", "required_viewer"]


def init_app(app: Flask, users_url: str | None) -> None:
    with app.app_context():
        store = KeyStore(db.engine)
    use_keys(app, KeyRing(store, KeySource(users_url) if users_url else None))
