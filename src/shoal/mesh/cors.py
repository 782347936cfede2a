"""CORS: the gateway answers every `OPTIONS` under its paths, and marks every other answer there, its own included."""

from __future__ import annotations

import re
from typing import Any

from shoal.mesh.envoy import Json, add_to, extension, overwrite, typed
from shoal.mesh.paths import canonical, longest_first, match, pattern
from shoal.model.app import Cors

MAX_AGE = 86400
MATCHING = "xds.type.matcher.v3.Matcher"


def preflights(cors: Cors) -> list[Json]:
    """A route per path: 204 without asking anyone. Who may call is said by `marks`, as on every answer."""
    return [_preflight(cors, path) for path in sorted({canonical(p) for p in cors.paths}, key=longest_first)]


def _preflight(cors: Cors, path: str) -> Json:
    return {
        "match": {**match(path), "headers": [{"name": ":method", "string_match": {"exact": "OPTIONS"}}]},
        "direct_response": {"status": 204},
        "response_headers_to_add": [
            overwrite("access-control-allow-methods", ", ".join(cors.methods)),
            overwrite("access-control-allow-headers", ", ".join(cors.headers)),
            overwrite("access-control-max-age", str(MAX_AGE)),
        ],
    }


def marks(cors: Cors) -> Json:
    """A filter, not a property of routes: a path may be CORS's though a shorter route serves it, and the gateway's own
    answers (no route, no instance, too late) never pass a route."""
    return extension(
        "envoy.filters.http.composite",
        "envoy.extensions.common.matching.v3.ExtensionWithMatcher",
        xds_matcher={"matcher_list": {"matchers": _matchers(cors)}},
        extension_config=extension("composite", "envoy.extensions.filters.http.composite.v3.Composite"),
    )


def _matchers(cors: Cors) -> list[Json]:
    here = _header(":path", "|".join(pattern(p) for p in cors.paths))
    if "*" in cors.origins:
        return [_rule(here, [overwrite("access-control-allow-origin", "*")])]
    known = _header("origin", "|".join(re.escape(origin) for origin in cors.origins))
    vary = add_to("vary", "Origin")
    echo = [overwrite("access-control-allow-origin", "%REQ(origin)%"), vary]
    return [_rule({"and_matcher": {"predicate": [here, known]}}, echo), _rule(here, [vary])]


def _header(name: str, regex: str) -> Json:
    kind = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
    value: dict[str, Any] = {"safe_regex": {"google_re2": {}, "regex": regex}}
    return {"single_predicate": {"input": extension("header", kind, header_name=name), "value_match": value}}


def _rule(predicate: Json, headers: list[Json]) -> Json:
    mutation = extension(
        "header_mutation",
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={"response_mutations": [{"append": header} for header in headers]},
    )
    action = typed("envoy.extensions.filters.http.composite.v3.ExecuteFilterAction", typed_config=mutation)
    return {"predicate": predicate, "on_match": {"action": {"name": "mark", "typed_config": action}}}
