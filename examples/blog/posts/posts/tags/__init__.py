"""The tags in use."""

from posts.tags.routes import blueprint

__all__ = ["blueprint"]
