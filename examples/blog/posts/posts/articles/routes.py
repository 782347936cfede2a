from flask import Blueprint, Response, jsonify, request

from posts.articles import lists, store
from posts.database import db
from posts.identity.viewer import optional_viewer, required_viewer
from posts.payload import Payload, wrapped
from posts.responses import no_content

blueprint = Blueprint("articles", __name__, url_prefix="/api/articles")

TEXTS = ("title", "description", "body")


@blueprint.get("")
def list_articles() -> Response:
    viewer = optional_viewer()
    return jsonify(lists.filtered(request.args, viewer))


@blueprint.get("/feed")
def feed() -> Response:
    viewer = required_viewer()
    return jsonify(lists.feed(request.args, viewer))


@blueprint.get("/<slug>")
def show_article(slug: str) -> Response:
    return jsonify(article=store.show(slug, optional_viewer()))


@blueprint.post("")
def create_article() -> tuple[Response, int]:
    viewer = required_viewer()
    payload = wrapped("article")
    texts = {name: payload.text(name) for name in TEXTS}
    tags = [] if payload.is_null("tagList") else payload.texts("tagList")
    payload.check()
    return jsonify(article=store.create(viewer, texts, tags)), 201


@blueprint.put("/<slug>")
def update_article(slug: str) -> Response:
    viewer = required_viewer()
    article_id = store.lock_own(slug, viewer)
    changes = _changes(wrapped("article"))
    if changes:
        store.change(article_id, changes)
    article = store.show(slug, viewer)
    db.session.commit()
    return jsonify(article=article)


@blueprint.delete("/<slug>")
def delete_article(slug: str) -> Response:
    viewer = required_viewer()
    store.remove(store.lock_own(slug, viewer))
    return no_content()


def _changes(payload: Payload) -> store.Changes:
    texts = {name: payload.text(name) for name in TEXTS if name in payload}
    tags = payload.texts("tagList") if "tagList" in payload else None
    payload.check()
    return store.Changes(texts, tags)
