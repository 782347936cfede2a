"""What code gives away by its texts: where it answers, whom it asks, whether it listens where it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# A route of the application itself: those of a blueprint or router may lie under a prefix that isn't seen here.
_HEALTH = re.compile(
    r"""\b(?:app|server|fastify|api|mux|http)\.(?:get|route|HandleFunc)\(\s*["'`](/[\w./-]*)["'`]""", re.ASCII
)
_ROUTE = re.compile(
    r"""(?:route|get|post|put|patch|delete|mapping|prefix|path|handlefunc)\s*[(=]\s*(?:value\s*=\s*)?["'`](/api/[a-z][\w-]*)""",
    re.IGNORECASE | re.ASCII,
)
_READY = re.compile(r"/(?:[\w-]+/)*(?:ready|readyz|readiness)")
_ANY_HEALTH = re.compile(r"/(?:[\w-]+/)*(?:health|healthz|healthcheck|ping)")
_LIVE = re.compile(r"/(?:[\w-]+/)*(?:live|livez|liveness)")


def health(texts: Iterable[str]) -> dict[str, str]:
    """`ready` and `live`, as far as the code has routes of such a name."""
    paths = list(dict.fromkeys(path for text in texts for path in _HEALTH.findall(text)))
    ready = _first(_READY, paths) or _first(_ANY_HEALTH, paths)
    live = _first(_LIVE, paths)
    return {name: path for name, path in (("ready", ready), ("live", live)) if path}


def _first(pattern: re.Pattern[str], paths: list[str]) -> str:
    return next((path for path in paths if pattern.fullmatch(path)), "")


def routes(texts: Iterable[str]) -> tuple[str, ...]:
    """`/api/...` paths that it serves, by their first two segments."""
    return tuple(sorted({path for text in texts for path in _ROUTE.findall(text)}))


def asks_for(texts: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Service -> variable, of services whose address the code reads. `names` maps services to their prefix."""
    found: dict[str, str] = {}
    for text in texts:
        for service, prefix in names.items():
            if match := re.search(rf"\b{prefix}_(?:URL|HOST)\b", text):
                found.setdefault(service, match[0])
    return found


def reads(texts: Iterable[str], name: str) -> bool:
    pattern = re.compile(rf"\b{name}\b")
    return any(pattern.search(text) for text in texts)
