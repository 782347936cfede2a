from flask import Blueprint, Response, jsonify
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from posts.articles import store as articles
from posts.database import db
from posts.identity.viewer import ensure_author, required_viewer
from posts.models import Favorite

blueprint = Blueprint("favorites", __name__, url_prefix="/api/articles/<slug>/favorite")


@blueprint.post("")
def favorite(slug: str) -> Response:
    viewer = required_viewer()
    article_id = articles.hold(slug)
    ensure_author(viewer)
    row = insert(Favorite).values(article_id=article_id, user_id=viewer.id)
    db.session.execute(row.on_conflict_do_nothing())
    article = articles.show(slug, viewer)
    db.session.commit()
    return jsonify(article=article)


@blueprint.delete("")
def unfavorite(slug: str) -> Response:
    viewer = required_viewer()
    article_id = articles.hold(slug)
    db.session.execute(
        delete(Favorite).where(Favorite.article_id == article_id, Favorite.user_id == viewer.id)
    )
    article = articles.show(slug, viewer)
    db.session.commit()
    return jsonify(article=article)
