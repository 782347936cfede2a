"""Paths at the gateway: matched by whole segments, the longest first, passed on as they came."""

from __future__ import annotations

import re
from urllib.parse import quote

from shoal.mesh.envoy import Json

# Everything that may stand in a path as it is, and "%": what is already encoded stays encoded.
PLAIN = "/%:@!$&'()*+,;=-._~"


def canonical(path: str) -> str:
    """As it arrives: percent-encoded, starting with a slash, not ending in one (except the root)."""
    return "/" + quote(path.strip("/"), safe=PLAIN)


def match(path: str) -> Json:
    """`/api/user` catches itself, `/api/user/…` and `/api/user?…`, nothing else; `/` catches everything."""
    path = canonical(path)
    return {"prefix": "/"} if path == "/" else {"path_separated_prefix": path}


def pattern(path: str) -> str:
    """The same as a regular expression for the whole `:path`, query included."""
    path = canonical(path)
    return ".*" if path == "/" else re.escape(path) + "(?:[/?].*)?"


def stripped(path: str) -> Json:
    """Takes the prefix off: `/shop/x` → `/x`, `/shop` → `/`. The query is not touched."""
    path = canonical(path)
    if path == "/":
        return {}
    return {"regex_rewrite": {"pattern": {"regex": f"^{re.escape(path)}(?:/|$)"}, "substitution": "/"}}


def replaced(path: str, by: str) -> Json:
    """Puts another prefix in its place: of `/old` by `/new`, `/old/x` → `/new/x`. The query is not touched."""
    path, by = canonical(path), canonical(by)
    if by == "/":
        return stripped(path)
    pattern, new = ("^/", f"{by}/") if path == "/" else (f"^{re.escape(path)}", by)
    return {"regex_rewrite": {"pattern": {"regex": pattern}, "substitution": new}}


def longest_first(path: str) -> tuple[int, int, str]:
    """A sort key: more segments, then more characters, come first."""
    path = canonical(path)
    return (-len([part for part in path.split("/") if part]), -len(path), path)
