"""Comments of one article, oldest first."""

from typing import Any, TypedDict

from sqlalchemy import Row, Select, delete, insert, select

from posts.articles import store as articles
from posts.database import db
from posts.errors import forbidden, not_found
from posts.identity.tokens import Viewer
from posts.identity.viewer import ensure_author
from posts.models import Author, Comment
from posts.paging import MAX_BIGINT
from posts.profiles import Profile, profile_columns, profile_of
from posts.text import iso


class CommentView(TypedDict):
    id: int
    createdAt: str
    updatedAt: str
    body: str
    author: Profile


def of_article(article_id: int, viewer: Viewer | None) -> list[CommentView]:
    rows = db.session.execute(_select(viewer).where(Comment.article_id == article_id).order_by(Comment.id))
    return [_view(row) for row in rows]


def add(article_id: int, viewer: Viewer, body: str) -> CommentView:
    ensure_author(viewer)
    values = insert(Comment).values(article_id=article_id, author_id=viewer.id, body=body)
    comment_id = db.session.execute(values.returning(Comment.id)).scalar_one()
    comment = _view(db.session.execute(_select(viewer).where(Comment.id == comment_id)).one())
    db.session.commit()
    return comment


def remove(slug: str, comment_id: str, viewer: Viewer) -> None:
    article_id = articles.find(slug)
    owner = select(Comment.author_id).where(
        Comment.article_id == article_id, Comment.id == _number(comment_id)
    )
    author_id = db.session.scalar(owner)
    if author_id is None:
        raise not_found("comment")
    if author_id != viewer.id:
        raise forbidden("comment")
    db.session.execute(delete(Comment).where(Comment.id == int(comment_id)))
    db.session.commit()


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > MAX_BIGINT:
        raise not_found("comment")
    return int(text)


def _select(viewer: Viewer | None) -> Select[Any]:
    return select(
        Comment.id, Comment.created_at, Comment.updated_at, Comment.body, *profile_columns(viewer)
    ).join(Author, Author.id == Comment.author_id)


def _view(row: Row[Any]) -> CommentView:
    return {
        "id": row.id,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
        "body": row.body,
        "author": profile_of(row),
    }
