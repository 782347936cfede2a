"""`gateway.maintenance` → Maintenance: what is answered, with the text of the page."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from shoal.errors import MissingFile, WrongType
from shoal.model.app import Maintenance
from shoal.spec.facts import Facts
from shoal.spec.models import MaintenanceEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

LONGEST_PAGE = 256 << 10
_HERE: Path = ("gateway", "maintenance")
_KINDS = {".html": "text/html", ".htm": "text/html", ".json": "application/json"}


def maintenance_of(entry: MaintenanceEntry | UnsetType, facts: Facts) -> Maintenance:
    if entry is UNSET:
        return Maintenance()
    plain = Maintenance(message=entry.message)
    after = plain.retry_after if entry.retry_after is UNSET else max(1, round(entry.retry_after))
    body, kind = ("", "") if entry.page is UNSET else _page(entry.page, (*_HERE, "page"), facts)
    return Maintenance(entry.message, body, kind, after)


def _page(file: str, path: Path, facts: Facts) -> tuple[str, str]:
    """Text and content type."""
    facts.file_there(path, file)
    if facts.report.broken(path):
        return "", ""
    try:
        text = (facts.folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        facts.problem(MissingFile, path, f"{quote(file)} can't be read: {problem}")
        return "", ""
    if len(text.encode()) > LONGEST_PAGE:
        facts.problem(WrongType, path, f"{quote(file)} has more than {LONGEST_PAGE >> 10} KiB")
    kind = _KINDS.get((facts.folder / file).suffix.lower(), "text/plain")
    return text, f"{kind}; charset=utf-8"
