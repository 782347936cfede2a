"""The tables. `authors` and `follows` are copies of what the users service owns."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, false, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Timestamp = TIMESTAMP(timezone=True, precision=3)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {str: Text, int: BigInteger, datetime: Timestamp, dict[str, Any]: JSONB}


class Author(Base):
    """A user as articles and comments show them.

    Usernames are not unique here: two users may swap theirs, and events arrive in any order.
    """

    __tablename__ = "authors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    bio: Mapped[str | None]
    image: Mapped[str | None]
    version: Mapped[int]
    # A row made from a token knows no bio and image: the event of that very version may still fill them in.
    from_token: Mapped[bool] = mapped_column(server_default=false())

    __table_args__ = (Index("authors_username", "username", postgresql_using="hash"),)


class Follow(Base):
    """Who follows whom. An unfollow stays as a row, so that a late older event cannot undo it."""

    __tablename__ = "follows"

    follower_id: Mapped[UUID] = mapped_column(primary_key=True)
    followee_id: Mapped[UUID] = mapped_column(primary_key=True)
    following: Mapped[bool]
    version: Mapped[int]


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("articles_newest", text("created_at DESC"), text("id DESC")),
        Index("articles_author_newest", "author_id", text("created_at DESC"), text("id DESC")),
    )


class ArticleTag(Base):
    __tablename__ = "article_tags"

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str]

    # A hash takes tags of any length; a B-tree entry is limited.
    __table_args__ = (Index("article_tags_tag", "tag", postgresql_using="hash"),)


class Favorite(Base):
    __tablename__ = "favorites"

    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (Index("favorites_user", "user_id", "article_id"),)


class Comment(Base):
    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    author_id: Mapped[UUID]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("comments_article", "article_id", "id"),)


class StoredKey(Base):
    """A public key of the users service, kept so that tokens can be checked while users is away."""

    __tablename__ = "jwks"

    kid: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[dict[str, Any]]
