"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

Moment = postgresql.TIMESTAMP(timezone=True, precision=3)


def upgrade() -> None:
    create_copies_of_users()
    create_articles()
    create_favorites_and_comments()
    create_keys()


def create_copies_of_users() -> None:
    op.create_table(
        "authors",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("bio", sa.Text),
        sa.Column("image", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("from_token", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("authors_username", "authors", ["username"], postgresql_using="hash")
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.Uuid, primary_key=True),
        sa.Column("followee_id", sa.Uuid, primary_key=True),
        sa.Column("following", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )


def create_articles() -> None:
    newest = [sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        *written_at(),
    )
    op.create_index("articles_newest", "articles", newest)
    op.create_index("articles_author_newest", "articles", ["author_id", *newest])
    op.create_table(
        "article_tags",
        part_of_article(primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tag", sa.Text, nullable=False),
    )
    op.create_index("article_tags_tag", "article_tags", ["tag"], postgresql_using="hash")


def create_favorites_and_comments() -> None:
    op.create_table(
        "favorites",
        part_of_article(primary_key=True),
        sa.Column("user_id", sa.Uuid, primary_key=True),
    )
    op.create_index("favorites_user", "favorites", ["user_id", "article_id"])
    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        part_of_article(),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *written_at(),
    )
    op.create_index("comments_article", "comments", ["article_id", "id"])


def create_keys() -> None:
    op.create_table(
        "jwks",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("jwk", postgresql.JSONB, nullable=False),
    )


def written_at() -> tuple[sa.Column[object], ...]:
    return tuple(
        sa.Column(name, Moment, nullable=False, server_default=sa.func.now())
        for name in ("created_at", "updated_at")
    )


def part_of_article(*, primary_key: bool = False) -> sa.Column[int]:
    article = sa.ForeignKey("articles.id", ondelete="CASCADE")
    return sa.Column(
        "article_id", sa.BigInteger, article, primary_key=primary_key, nullable=False, autoincrement=False
    )


TABLES = ("authors", "follows", "articles", "article_tags", "favorites", "comments", "jwks")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
