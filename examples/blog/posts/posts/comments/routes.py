from flask import Blueprint, Response, jsonify

from posts.articles import store as articles
from posts.comments import store
from posts.identity.viewer import optional_viewer, required_viewer
from posts.payload import wrapped
from posts.responses import no_content

blueprint = Blueprint("comments", __name__, url_prefix="/api/articles/<slug>/comments")


@blueprint.get("")
def list_comments(slug: str) -> Response:
    viewer = optional_viewer()
    return jsonify(comments=store.of_article(articles.find(slug), viewer))


@blueprint.post("")
def add_comment(slug: str) -> tuple[Response, int]:
    viewer = required_viewer()
    article_id = articles.hold(slug)
    payload = wrapped("comment")
    body = payload.text("body")
    payload.check()
    return jsonify(comment=store.add(article_id, viewer, body)), 201


@blueprint.delete("/<comment_id>")
def delete_comment(slug: str, comment_id: str) -> Response:
    viewer = required_viewer()
    store.remove(slug, comment_id, viewer)
    return no_content()
