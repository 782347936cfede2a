"""One article: found, shown, written."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, update

from posts.articles.slugs import can_be_slug, new_slug
from posts.articles.view import ArticleView, article_view, select_article
from posts.database import db
from posts.errors import forbidden, not_found
from posts.identity.tokens import Viewer
from posts.identity.viewer import ensure_author
from posts.models import Article, ArticleTag

ONE_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Changes:
    """What an update sets; an absent field keeps its value."""

    texts: dict[str, str] = field(default_factory=dict)
    tags: list[str] | None = None

    def __bool__(self) -> bool:
        return bool(self.texts) or self.tags is not None


def show(slug: str, viewer: Viewer | None) -> ArticleView:
    _check_slug(slug)
    row = db.session.execute(select_article(viewer).where(Article.slug == slug)).one_or_none()
    if row is None:
        raise not_found("article")
    return article_view(row)


def find(slug: str) -> int:
    """The article's id."""
    article_id, _ = _found(slug, select(Article.id, Article.author_id))
    return article_id


def hold(slug: str) -> int:
    """The article's id; it cannot be deleted before the transaction ends."""
    held = select(Article.id, Article.author_id).with_for_update(read=True, key_share=True)
    article_id, _ = _found(slug, held)
    return article_id


def lock_own(slug: str, viewer: Viewer) -> int:
    """The article's id, locked against other writers; 403 unless it is the viewer's."""
    article_id, author_id = _found(slug, select(Article.id, Article.author_id).with_for_update())
    if author_id != viewer.id:
        raise forbidden("article")
    return article_id


def create(viewer: Viewer, texts: dict[str, str], tags: list[str]) -> ArticleView:
    ensure_author(viewer)
    slug = new_slug(texts["title"])
    row = insert(Article).values(**texts, slug=slug, author_id=viewer.id).returning(Article.id)
    _add_tags(db.session.execute(row).scalar_one(), tags)
    article = show(slug, viewer)
    db.session.commit()
    return article


def change(article_id: int, changes: Changes) -> None:
    """updatedAt always moves on, also twice within one millisecond."""
    later = func.greatest(func.now(), Article.updated_at + ONE_MS)
    db.session.execute(
        update(Article).where(Article.id == article_id).values(**changes.texts, updated_at=later)
    )
    if changes.tags is not None:
        db.session.execute(delete(ArticleTag).where(ArticleTag.article_id == article_id))
        _add_tags(article_id, changes.tags)


def remove(article_id: int) -> None:
    """Comments, favorites and tags go with it."""
    db.session.execute(delete(Article).where(Article.id == article_id))
    db.session.commit()


def _add_tags(article_id: int, tags: list[str]) -> None:
    if tags:
        rows = [{"article_id": article_id, "position": i, "tag": tag} for i, tag in enumerate(tags)]
        db.session.execute(insert(ArticleTag), rows)


def _found(slug: str, statement: Select[int, UUID]) -> Row[int, UUID]:
    _check_slug(slug)
    row = db.session.execute(statement.where(Article.slug == slug)).one_or_none()
    if row is None:
        raise not_found("article")
    return row


def _check_slug(slug: str) -> None:
    if not can_be_slug(slug):
        raise not_found("article")
