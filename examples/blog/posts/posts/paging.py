"""`limit` and `offset` of a list."""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from posts.errors import invalid

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_BIGINT = 2**63 - 1

_DIGITS = re.compile(r"[0-9]{1,1000}")


@dataclass(frozen=True)
class Page:
    limit: int
    offset: int

    @classmethod
    def from_query(cls, query: MultiDict[str, str]) -> "Page":
        limit = _number(query, "limit", DEFAULT_LIMIT)
        offset = _number(query, "offset", 0)
        return cls(limit=min(limit, MAX_LIMIT), offset=min(offset, MAX_BIGINT))


def _number(query: MultiDict[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    if not _DIGITS.fullmatch(value):
        raise invalid({name: "must be a whole number, 0 or more"})
    return int(value)
