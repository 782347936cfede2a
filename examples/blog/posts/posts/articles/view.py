"""An article as clients see it: one row of one select."""

from typing import Any, NotRequired, TypedDict

from sqlalchemy import ColumnElement, Row, Select, exists, false, func, select

from posts.identity.tokens import Viewer
from posts.models import Article, ArticleTag, Author, Favorite
from posts.profiles import Profile, profile_columns, profile_of
from posts.text import iso


class ArticleView(TypedDict):
    slug: str
    title: str
    description: str
    body: NotRequired[str]  # not in lists
    tagList: list[str]
    createdAt: str
    updatedAt: str
    favorited: bool
    favoritesCount: int
    author: Profile


def select_entries(viewer: Viewer | None) -> Select[Any]:
    """Articles as lists show them, without their body."""
    return select(
        Article.slug,
        Article.title,
        Article.description,
        Article.created_at,
        Article.updated_at,
        _tags().label("tags"),
        _favorites_count().label("favorites_count"),
        _is_favorite_of(viewer).label("favorited"),
        *profile_columns(viewer),
    ).join(Author, Author.id == Article.author_id)


def select_article(viewer: Viewer | None) -> Select[Any]:
    return select_entries(viewer).add_columns(Article.body)


def entry_view(row: Row[Any]) -> ArticleView:
    return {
        "slug": row.slug,
        "title": row.title,
        "description": row.description,
        "tagList": row.tags,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
        "favorited": row.favorited,
        "favoritesCount": row.favorites_count,
        "author": profile_of(row),
    }


def article_view(row: Row[Any]) -> ArticleView:
    return {**entry_view(row), "body": row.body}


def _tags() -> ColumnElement[Any]:
    tags = select(ArticleTag.tag).where(ArticleTag.article_id == Article.id).order_by(ArticleTag.position)
    return func.array(tags.correlate(Article).scalar_subquery())


def _favorites_count() -> ColumnElement[Any]:
    count = select(func.count()).select_from(Favorite).where(Favorite.article_id == Article.id)
    return count.correlate(Article).scalar_subquery()


def _is_favorite_of(viewer: Viewer | None) -> ColumnElement[bool]:
    if viewer is None:
        return false()
    return exists().where(Favorite.article_id == Article.id, Favorite.user_id == viewer.id)
