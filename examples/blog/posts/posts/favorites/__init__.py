"""Who favors which article."""

from posts.favorites.routes import blueprint

__all__ = ["blueprint"]
