"""Routes: the gateway's table, by host and then by path; and an edge's single entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shoal.mesh import cors, paths, replies
from shoal.mesh.envoy import ROUTES, Json, add_to, overwrite, typed
from shoal.mesh.links import GATEWAY, Link, of_route
from shoal.mesh.policy import branches
from shoal.model.app import EdgePolicy, Gateway, Route
from shoal.model.desired import Desired

CALLER = "x-shoal-caller"
# Said better by x-forwarded-for; a service should not come to depend on Envoy.
ENVOYS_OWN = ["x-envoy-external-address", "x-envoy-internal"]


class Entry(NamedTuple):
    """One path of one route, for one host (`*`: any)."""

    host: str
    path: str
    route: Route


def gateway_routes(desired: Desired, gateway: Gateway) -> Json:
    """The gateway's whole route table."""
    entries = _entries(gateway)
    hosts = sorted({entry.host for entry in entries} | {"*"})
    return typed(
        ROUTES,
        name=GATEWAY,
        ignore_port_in_host_matching=True,
        request_headers_to_add=_from_outside(),
        request_headers_to_remove=ENVOYS_OWN,
        virtual_hosts=[_virtual_host(desired, gateway, host, entries) for host in hosts],
    )


def _from_outside() -> list[Json]:
    """Who asks, said by the gateway: only x-forwarded-for keeps what came (a proxy before us may have set it)."""
    return [
        overwrite(CALLER, GATEWAY),
        overwrite("x-forwarded-host", "%REQ(:authority)%"),
        add_to("x-forwarded-for", "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"),
    ]


def edge_routes(caller: str, link: Link, policy: EdgePolicy) -> Json:
    """Everything to the callee, marked with who calls."""
    routes = [_forward({"prefix": "/"}, conditions, action, link)
              for conditions, action in branches(policy, link.protocol)]  # fmt: skip
    host = {"name": link.name, "domains": ["*"], "routes": routes}
    return {
        "name": link.name,
        "request_headers_to_add": [overwrite(CALLER, caller)],
        "request_headers_to_remove": ENVOYS_OWN,
        # Files are read in any order: a listener may be seen before its cluster, and must not be refused for it.
        "validate_clusters": False,
        "virtual_hosts": [host],
    }


def _entries(gateway: Gateway) -> list[Entry]:
    """All entries; of two for the same host and path the file's first wins."""
    first: dict[tuple[str, str], Entry] = {}
    for route in gateway.routes:
        for host in route.hosts or ("*",):
            for path in route.paths:
                key = (host.lower(), paths.canonical(path))
                first.setdefault(key, Entry(*key, route))
    return list(first.values())


def _virtual_host(desired: Desired, gateway: Gateway, host: str, entries: list[Entry]) -> Json:
    """A host's own routes, then those of wider hosts: Envoy looks into one virtual host only."""
    mine = sorted((e for e in entries if _covers(e.host, host)), key=_precedence)
    routes = cors.preflights(gateway.cors) if gateway.cors else []
    routes += [route for entry in mine for route in _entry_routes(desired, entry)]
    routes.append({"match": paths.match("/"), **replies.direct(404, replies.NOT_FOUND)})
    return {"name": host, "domains": [host], "routes": routes}


def _covers(wide: str, host: str) -> bool:
    """`*` covers everything, `*.example.com` every name that ends so, and each host itself."""
    return wide in ("*", host) or (wide.startswith("*.") and host.endswith(wide[1:]))


def _precedence(entry: Entry) -> tuple[int, int, tuple[int, int, str]]:
    """Exact hosts, then wildcards (the longest first), then any host; in each the longest path first."""
    kind = 2 if entry.host == "*" else int(entry.host.startswith("*"))
    return kind, -len(entry.host), paths.longest_first(entry.path)


def _entry_routes(desired: Desired, entry: Entry) -> Iterator[Json]:
    route = entry.route
    if route.respond:
        answer = route.respond
        yield {"match": paths.match(entry.path), **replies.direct(answer.status, answer.body, answer.content_type)}
        return
    link = of_route(desired, route)
    rewrite = paths.stripped(entry.path) if route.strip else {}
    for conditions, action in branches(route.policy, link.protocol):
        yield _forward(paths.match(entry.path), conditions, {**rewrite, **action}, link)


def _forward(path: Json, conditions: list[Json], action: Json, link: Link) -> Json:
    match = {**path, **({"headers": conditions} if conditions else {})}
    return {"match": match, "route": {"cluster": link.name, **action}}
