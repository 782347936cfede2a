"""Comments of an article."""

from posts.comments.routes import blueprint

__all__ = ["blueprint"]
