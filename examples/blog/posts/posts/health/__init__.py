"""What the platform asks: is the process alive, and can it serve."""

from flask import Flask

from posts.health.routes import blueprint
from posts.health.schema import SchemaCheck

__all__ = ["blueprint", "init_app"]


def init_app(app: Flask) -> None:
    app.extensions["posts_schema"] = SchemaCheck()
