"""Files that the JSON Schema describes, and such that nearly are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from shoal.spec import schema

SERVICES = ("users", "posts", "web")
NAMES = (*SERVICES, "events", "users-db", "a", "prod", "dev", "http", "grpc", "admin")
SPOKEN = """
. .. / /api /a/b/ ./posts ../x posts/app.py users/init.sql 8080 -1 500ms 1m30s 1h 0 512Mi 1G true no SIGTERM SIGNOPE
A A=1 = 1=2 * ** $A ${A} ${B} ${B:-x} ${B:?why} ${users.url} ${users-db.uri} ${self.port} ${secrets.a} $$ ${ python java
node command postgres nats tcp ready ( [ \\ é 🐟 ' " # 127.0.0.1 0.0.0.0 ::1 localhost
"""
TEXTS = (*NAMES, *SPOKEN.split(), "", "*/5 * * * *", "every 5m", "a b", "a\tb", "a\nb", "\u2028", "x" * 300)
NUMBERS = (0, 1, 2, -1, 3, 10, 16, 18, 80, 443, 1000, 1001, 8080, 65535, 65536, 2**31, 2**63, 10**30)
FLOATS = (0.5, 1.5, -0.1, 1e9, 1e308)
ODD: list[Any] = [None, True, False, *NUMBERS, *FLOATS, *TEXTS, [], {}, [[]], {"a": {}}, [None], {"": ""}]
# Where any text would do for the schema, one that means something, mostly: else no file would come far.
FITTING: dict[str, tuple[Any, ...]] = {
    "path": ("users", "posts", "web", "."),
    "to": SERVICES,
    "needs": (*SERVICES, "events", "users-db"),
    "paths": ("/", "/api", "/api/users"),
    "stack": ("command", "command", "python", "node", "java"),
    "command": ("server --port 1", "run"),
    "port": ("http", "grpc", "tcp"),
    "version": (16, 18),
    "replicas": (0, 1, 2),
}
# Of these a table has one; and what hardly any does without.
EITHER = (
    frozenset({"env", "file", "generate"}),
    frozenset({"http", "tcp", "grpc", "exec", "log"}),
    frozenset({"to", "respond"}),
    frozenset({"path", "paths"}),
    frozenset({"port", "ports"}),
)
USUAL = frozenset({"services", "stack", "command", "to"})
# How deep a value may lie before no more keys are chosen; one value in so many is something else.
DEEP = 6
ODDS = 60


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Whole files. JSON is YAML."""
    whole = schema()
    value = _value(draw, whole, whole["$defs"], "", 0)
    return json.dumps(value, ensure_ascii=draw(st.booleans()), indent=1)


def _value(draw: st.DrawFn, node: Mapping[str, Any], shared: Mapping[str, Any], key: str, depth: int) -> Any:
    """What stands under `key`; of several alternatives one, and rarely something else."""
    while "$ref" in node or "anyOf" in node:
        node = shared[node["$ref"].rpartition("/")[2]] if "$ref" in node else draw(st.sampled_from(node["anyOf"]))
    if depth and draw(st.integers(0, ODDS)) == ODDS:
        return draw(st.sampled_from(ODD))
    if "enum" in node:
        return draw(st.sampled_from(node["enum"]))
    match node.get("type", "string"):
        case "object":
            return _table(draw, node, shared, depth)
        case "array":
            count = draw(st.integers(1, 2)) if depth < DEEP else 0
            return [_value(draw, node["items"], shared, key, depth + 1) for _ in range(count)]
        case "boolean":
            return draw(st.booleans())
        case "null":
            return None
        case kind:
            return _scalar(draw, node, kind, key)


def _scalar(draw: st.DrawFn, node: Mapping[str, Any], kind: Any, key: str) -> Any:
    if key in FITTING and draw(st.integers(0, 9)):
        return draw(st.sampled_from(FITTING[key]))
    if kind in ("integer", "number"):
        least, most = node.get("minimum", -1), node.get("maximum", 10**31)
        return draw(st.sampled_from([n for n in NUMBERS if least <= n <= most]))
    fitting = [text for text in TEXTS if re.search(node.get("pattern", ""), text)]
    return draw(st.sampled_from(fitting or TEXTS))


def _table(draw: st.DrawFn, node: Mapping[str, Any], shared: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """The needed keys and a few of the others: with all of them each file would be wrong."""
    known = node.get("properties", {})
    if not known:
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3 if depth < DEEP else 0))
        return {name: _value(draw, node.get("additionalProperties") or {}, shared, name, depth + 1) for name in names}
    needed = [*node.get("required", ()), *(USUAL.intersection(known) if draw(st.integers(0, 9)) else ())]
    more = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=4 if depth < DEEP else 0))
    names = list(dict.fromkeys([*sorted(needed), *more]))
    if draw(st.integers(0, 9)):
        names = _one_of_each(names, {*EITHER, frozenset(known)} if "postgres" in known else set(EITHER))
    return {name: _value(draw, known[name], shared, name, depth + 1) for name in names}


def _one_of_each(names: list[str], sets: set[frozenset[str]]) -> list[str]:
    """Without the second and later of those that exclude each other."""
    return [n for i, n in enumerate(names) if not any(n in either and either & {*names[:i]} for either in sets)]
