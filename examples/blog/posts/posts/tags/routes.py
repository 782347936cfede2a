from flask import Blueprint, Response, jsonify
from sqlalchemy import func, select

from posts.database import db
from posts.models import ArticleTag

blueprint = Blueprint("tags", __name__, url_prefix="/api/tags")


@blueprint.get("")
def list_tags() -> Response:
    """Every tag that an article carries, the most used first."""
    most_used = select(ArticleTag.tag).group_by(ArticleTag.tag).order_by(func.count().desc(), ArticleTag.tag)
    return jsonify(tags=db.session.scalars(most_used).all())
