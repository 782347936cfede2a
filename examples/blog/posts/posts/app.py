"""The application factory."""

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import RequestEntityTooLarge

from posts import articles, comments, favorites, health, identity, tags
from posts.config import Settings
from posts.database import ENGINE_OPTIONS, db
from posts.errors import register_error_handlers

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_DISCARDED_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


class JsonProvider(DefaultJSONProvider):
    mimetype = "application/json; charset=utf-8"
    ensure_ascii = False
    sort_keys = False
    compact = True


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.from_env()
    app = Flask("posts", static_folder=None)
    app.json = JsonProvider(app)
    app.url_map.merge_slashes = False  # a path is right or unknown: never a redirect
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=ENGINE_OPTIONS,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
    )
    app.before_request(_take_body)
    db.init_app(app)
    identity.init_app(app, settings.users_url)
    health.init_app(app)
    register_error_handlers(app)
    for feature in (articles, comments, favorites, tags, health):
        app.register_blueprint(feature.blueprint)
    return app


def _take_body() -> None:
    """An answer given before the body is read would cost the gateway its connection, the client the answer.

    One that is too large is thrown away: the feature that wants to read it says so.
    """
    try:
        request.get_data()
    except RequestEntityTooLarge:
        for _ in range(MAX_DISCARDED_BYTES // CHUNK_BYTES):
            if not request.environ["wsgi.input"].read(CHUNK_BYTES):
                break
