from typing import cast

from flask import Blueprint, Response, current_app, jsonify

from posts.database import db
from posts.errors import unavailable
from posts.health.schema import SchemaCheck

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    return jsonify(status="up")


@blueprint.get("/ready")
def ready() -> Response:
    schema = cast(SchemaCheck, current_app.extensions["posts_schema"])
    if not schema.is_migrated(db.session()):
        raise unavailable("database", "is not migrated")
    return jsonify(status="up")
