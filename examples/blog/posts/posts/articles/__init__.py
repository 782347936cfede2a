"""Articles: lists, the feed, and one article's life."""

from posts.articles.routes import blueprint

__all__ = ["blueprint"]
