"""Routes: the gateway's table, by host and then by path; and an edge's single entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shoal.mesh import bodies, cors, paths, rates, replies
from shoal.mesh.envoy import ROUTES, Json, overwrite, typed
from shoal.mesh.links import GATEWAY, Link, of_edge, of_mirror, of_route, of_rule, others
from shoal.mesh.policy import conditions, decided
from shoal.mesh.tracks import split
from shoal.mesh.ways import Way, forward
from shoal.model.app import Gateway, Redirect, Route
from shoal.model.desired import Desired
from shoal.model.policy import EdgePolicy, Match
from shoal.model.workload import Edge

CALLER = "x-shoal-caller"
USUAL_BODY = 4096
CODES = {301: "MOVED_PERMANENTLY", 302: "FOUND", 303: "SEE_OTHER", 307: "TEMPORARY_REDIRECT",
         308: "PERMANENT_REDIRECT"}  # fmt: skip
# Said better by x-forwarded-for; a service should not come to depend on Envoy.
ENVOYS_OWN = ["x-envoy-external-address", "x-envoy-internal"]


class Entry(NamedTuple):
    """One path of one route, for one host (`*`: any). `rate` names the bucket that its requests draw on."""

    host: str
    path: str
    route: Route
    rate: str = ""


def gateway_routes(desired: Desired, gateway: Gateway) -> Json:
    """The gateway's whole route table."""
    entries = _entries(gateway)
    hosts = sorted({entry.host for entry in entries} | {"*"})
    return typed(
        ROUTES,
        name=GATEWAY,
        ignore_port_in_host_matching=True,
        request_headers_to_add=[overwrite(CALLER, GATEWAY)],
        request_headers_to_remove=ENVOYS_OWN,
        **_answered(gateway),
        **rates.of_table({entry.rate: entry.route.policy.rate for entry in entries if entry.route.policy.rate}),
        virtual_hosts=[_virtual_host(desired, gateway, host, entries) for host in hosts],
    )


def _answered(gateway: Gateway) -> Json:
    """What stands in every answer; and how long the gateway's own may be, where they are longer than usual."""
    hsts = gateway.tls.hsts if gateway.tls else None
    marks = {"response_headers_to_add": [overwrite("strict-transport-security", str(hsts))]} if hsts else {}
    longest = max(len(body.encode()) for body in (gateway.maintenance.body, *_bodies(gateway)))
    return marks | ({"max_direct_response_body_size_bytes": longest} if longest > USUAL_BODY else {})


def _bodies(gateway: Gateway) -> Iterator[str]:
    return (route.respond.body for route in gateway.routes if route.respond)


def edge_routes(desired: Desired, edge: Edge) -> Json:
    """Everything to the callee, but for what a rule has another place or policy for; marked with who calls."""
    ways = [*_ruled(desired, edge), _plain(desired, edge)]
    link = of_edge(edge)
    routes = [route for way in ways for route in forward({"prefix": "/"}, way, {})]
    return {
        "name": link.name,
        "request_headers_to_add": [overwrite(CALLER, edge.caller)],
        "request_headers_to_remove": ENVOYS_OWN,
        # Files are read in any order: a listener may be seen before its cluster, and must not be refused for it.
        "validate_clusters": False,
        **rates.of_table({way.rate: way.policy.rate for way in ways if way.policy.rate}),
        "virtual_hosts": [{"name": link.name, "domains": ["*"], "routes": routes}],
    }


def _plain(desired: Desired, edge: Edge) -> Way:
    link, mirror = of_edge(edge), of_mirror(desired, edge.caller, edge.policy.mirror)
    return _way(desired, link, edge.policy, mirror, "all")


def _way(
    desired: Desired, link: Link, policy: EdgePolicy, mirror: Link | None, rate: str, asked: list[Json] | None = None
) -> Way:
    """With what follows from who is to answer."""
    return Way(link, decided(policy, others(desired, link)), mirror, rate, asked or [], split(desired, link))


def _ruled(desired: Desired, edge: Edge) -> Iterator[Way]:
    """A rule that has the edge's rate draws on the edge's bucket; what it sends to a mirror itself needs no copy."""
    for index, rule in enumerate(edge.rules):
        link, mirror = of_rule(desired, edge, rule), of_mirror(desired, edge.caller, rule.policy.mirror)
        rate = "all" if rule.policy.rate == edge.policy.rate else f"rules/{index}"
        copied = None if mirror == link else mirror
        yield _way(desired, link, rule.policy, copied, rate, conditions(rule.match))


def _entries(gateway: Gateway) -> list[Entry]:
    """All entries; of two for the same host, path and conditions the file's first wins."""
    first: dict[tuple[str, str, Match], Entry] = {}
    for index, route in enumerate(gateway.routes):
        for host in route.hosts or ("*",):
            for path in route.paths:
                where = (host.lower(), paths.canonical(path))
                first.setdefault((*where, route.match), Entry(*where, route, f"routes/{index}"))
    return list(first.values())


def _virtual_host(desired: Desired, gateway: Gateway, host: str, entries: list[Entry]) -> Json:
    """A host's own routes, then those of wider hosts: Envoy looks into one virtual host only."""
    mine = sorted((e for e in entries if _covers(e.host, host)), key=_precedence)
    served = [entry for entry in mine if entry.route.always or not gateway.closed]
    routes = cors.preflights(gateway.cors) if gateway.cors else []
    routes += [_limited(route, gateway, entry.route) for entry in served for route in _entry_routes(desired, entry)]
    last = replies.maintenance(gateway.maintenance) if gateway.closed else replies.direct(404, replies.NOT_FOUND)
    routes.append({"match": paths.match("/"), **last})
    return {"name": host, "domains": [host], "routes": routes}


def _limited(made: Json, gateway: Gateway, route: Route) -> Json:
    """An answer of the gateway's own reads no body."""
    most = gateway.body_limit if route.body_limit is None else route.body_limit
    if not (route.to and most):
        return made
    return made | {"typed_per_filter_config": made.get("typed_per_filter_config", {}) | bodies.limit(most)}


def _covers(wide: str, host: str) -> bool:
    """`*` covers everything, `*.example.com` every name that ends so, and each host itself."""
    return wide in ("*", host) or (wide.startswith("*.") and host.endswith(wide[1:]))


def _precedence(entry: Entry) -> tuple[int, int, tuple[int, int, str], bool]:
    """Exact hosts, then wildcards (the longest first), then any host; in each the longest path first, and of one path
    what asks for more than the path."""
    kind = 2 if entry.host == "*" else int(entry.host.startswith("*"))
    return kind, -len(entry.host), paths.longest_first(entry.path), entry.route.match == Match()


def _entry_routes(desired: Desired, entry: Entry) -> Iterator[Json]:
    route, asked = entry.route, conditions(entry.route.match)
    match = {**paths.match(entry.path), **({"headers": asked} if asked else {})}
    if route.redirect:
        yield {"match": match, "redirect": _elsewhere(route.redirect, entry.path)}
        return
    if route.respond:
        answer = route.respond
        yield {"match": match, **replies.direct(answer.status, answer.body, answer.content_type)}
        return
    mirror = of_mirror(desired, GATEWAY, route.policy.mirror)
    link = of_route(desired, route)
    way = _way(desired, link, route.policy, mirror, entry.rate, asked)
    yield from forward(paths.match(entry.path), way, paths.stripped(entry.path) if route.strip else {})


def _elsewhere(to: Redirect, matched: str) -> Json:
    where: Json = {"response_code": CODES[to.status]}
    if to.scheme:
        where |= {"scheme_redirect": to.scheme}
    if to.host:
        where |= {"host_redirect": to.host, **({"port_redirect": to.port} if to.port else {})}
    return where | (paths.replaced(matched, to.path) if to.path else {})
