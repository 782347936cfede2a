"""Slugs: the title in kebab case and a random end, so no title is ever taken and `feed` is never a slug."""

import re
import secrets
import unicodedata

MAX_TITLE_PART = 80
SLUG = re.compile(r"[a-z0-9-]{1,120}")


def new_slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title[:1000]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_TITLE_PART].strip("-")
    return f"{words or 'article'}-{secrets.token_hex(5)}"


def can_be_slug(text: str) -> bool:
    return SLUG.fullmatch(text) is not None
