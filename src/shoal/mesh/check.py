"""Check: whether a snapshot agrees with itself, before Envoy is asked."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from shoal.mesh.envoy import Json
from shoal.mesh.links import GATEWAY
from shoal.mesh.plain import PLAIN
from shoal.model.snapshot import Snapshot


def check(snapshot: Snapshot, *, enclosed: bool = False) -> tuple[str, ...]:
    """What is wrong with it, a sentence each; nothing when it is sound. `enclosed`: Envoy has a network of its own."""
    found = {name: msgspec.json.decode(text)["resources"] for name, text in snapshot.files.items()}
    listeners, clusters, gateway, plain = (found.get(f"{kind}.json", []) for kind in ("lds", "cds", "rds", "plain"))
    routes = [*gateway, *plain]
    return (
        *_repeated("cluster", (c["name"] for c in clusters)),
        *_repeated("listener", (item["name"] for item in listeners)),
        *_repeated("address", (text for item in listeners for text in _addresses(item))),
        *(() if enclosed else _open_edges(listeners)),
        *_repeated_domains([*_inline_tables(listeners), *routes]),
        *_lost_routes(listeners, routes),
        *_lost_clusters([*listeners, *routes], {c["name"] for c in clusters}),
    )


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{what} {name} is there {count} times" for name, count in Counter(names).items() if count > 1)


def _sockets(listener: Json) -> list[Json]:
    more = listener.get("additional_addresses", [])
    return [place["address"]["socket_address"] for place in (listener, *more)]


def _addresses(listener: Json) -> list[str]:
    return [f"{where['address']}:{where['port_value']}" for where in _sockets(listener)]


def _open_edges(listeners: list[Json]) -> Iterator[str]:
    """Only the gateway may listen where others than this machine's processes can reach it."""
    for listener in listeners:
        for host in (where["address"] for where in _sockets(listener)):
            if listener["name"] not in (GATEWAY, PLAIN) and not ipaddress.ip_address(host).is_loopback:
                yield f"listener {listener['name']} is not on a loopback address but on {host}"


def _inline_tables(listeners: list[Json]) -> list[Json]:
    return [table for table in _values(listeners, "route_config") if isinstance(table, dict)]


def _repeated_domains(tables: list[Json]) -> Iterator[str]:
    for table in tables:
        yield from _repeated("domain", (domain for host in table["virtual_hosts"] for domain in host["domains"]))


def _lost_routes(listeners: list[Json], routes: list[Json]) -> Iterator[str]:
    wanted = {str(name) for name in _values(listeners, "route_config_name")}
    there = {str(table["name"]) for table in routes}
    return (f"route table {name} is on one side only" for name in sorted(wanted ^ there))


def _lost_clusters(places: list[Json], names: set[str]) -> Iterator[str]:
    used = {str(name) for name in _values(places, "cluster")}
    used |= {share["name"] for shares in _values(places, "clusters") if isinstance(shares, list) for share in shares}
    return (f"cluster {name} is used but not there" for name in sorted(used - names))


def _values(tree: object, key: str) -> Iterator[object]:
    """Every value under `key`, however deep."""
    if isinstance(tree, dict):
        if key in tree:
            yield tree[key]
        tree = list(tree.values())
    if isinstance(tree, list):
        for item in tree:
            yield from _values(item, key)
