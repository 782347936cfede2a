"""`redirect` of a route → Redirect."""

from __future__ import annotations

import re

from msgspec import UnsetType

from shoal.errors import WrongType
from shoal.model.app import Redirect
from shoal.spec.facts import Facts
from shoal.spec.models import RedirectEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

_URL = re.compile(r"(https?)://([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?(/[^\s?#]*)?")
_PATH = re.compile(r"/[^\s?#]*")


def redirect_of(
    entry: str | RedirectEntry | UnsetType, paths: tuple[str, ...], path: Path, facts: Facts
) -> Redirect | None:
    if isinstance(entry, UnsetType):
        return None
    here = (*path, "redirect") if isinstance(entry, str) else (*path, "redirect", "to")
    to, status = (entry, 302) if isinstance(entry, str) else (entry.to, entry.status)
    url = _URL.fullmatch(to)
    if url and int(url[3] or 1) <= 65535:
        return Redirect(status, url[1], url[2].lower(), int(url[3] or 0), url[4] or "")
    if not _PATH.fullmatch(to):
        if not facts.report.broken(here):
            such = "such as /new or https://blog.example"
            facts.problem(WrongType, here, f"expected a path or a URL, got {quote(to)}", such)
        return None
    round_about = next((one for one in paths if one == "/" or f"{to.rstrip('/')}/".startswith(f"{one}/")), "")
    if round_about and not facts.report.broken(here):
        facts.problem(WrongType, here, f"{quote(to)} lies below {round_about}: it would lead to itself for ever")
    return Redirect(status, path=to)
