"""Lists of articles: newest first, filtered, in pages, with the number of all matches."""

from typing import Any, TypedDict

from sqlalchemy import ColumnElement, exists, func, select
from werkzeug.datastructures import MultiDict

from posts.articles.view import ArticleView, entry_view, select_entries
from posts.database import db
from posts.identity.tokens import Viewer
from posts.models import Article, ArticleTag, Author, Favorite, Follow
from posts.paging import Page
from posts.text import is_storable

Filter = ColumnElement[bool]


class ArticleList(TypedDict):
    articles: list[ArticleView]
    articlesCount: int


def filtered(query: MultiDict[str, str], viewer: Viewer | None) -> ArticleList:
    page = Page.from_query(query)
    values = {name: query[name] for name in _FILTERS if query.get(name)}
    if not all(map(is_storable, values.values())):
        return {"articles": [], "articlesCount": 0}
    return _listed([_FILTERS[name](value) for name, value in values.items()], page, viewer)


def feed(query: MultiDict[str, str], viewer: Viewer) -> ArticleList:
    followees = select(Follow.followee_id).where(Follow.follower_id == viewer.id, Follow.following)
    return _listed([Article.author_id.in_(followees)], Page.from_query(query), viewer)


def _listed(filters: list[Filter], page: Page, viewer: Viewer | None) -> ArticleList:
    entries = select_entries(viewer).where(*filters)
    newest = entries.order_by(Article.created_at.desc(), Article.id.desc())
    rows = db.session.execute(newest.limit(page.limit).offset(page.offset)).all()
    return {"articles": [entry_view(row) for row in rows], "articlesCount": _count(filters, page, len(rows))}


def _count(filters: list[Filter], page: Page, shown: int) -> int:
    if shown < page.limit and (shown or page.offset == 0):
        return page.offset + shown  # the last page: no need to ask
    return db.session.scalar(select(func.count()).select_from(Article).where(*filters)) or 0


def _with_tag(tag: str) -> Filter:
    return exists().where(ArticleTag.article_id == Article.id, ArticleTag.tag == tag)


def _by_author(username: str) -> Filter:
    return Article.author_id.in_(_ids_of(username))


def _favorite_of(username: str) -> Filter:
    return exists().where(Favorite.article_id == Article.id, Favorite.user_id.in_(_ids_of(username)))


def _ids_of(username: str) -> Any:
    return select(Author.id).where(Author.username == username)


_FILTERS = {"tag": _with_tag, "author": _by_author, "favorited": _favorite_of}
