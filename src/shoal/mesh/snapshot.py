"""Snapshot: Desired × Observed → the files that Envoy follows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from shoal.errors import ShoalError
from shoal.mesh.check import check
from shoal.mesh.clusters import cluster
from shoal.mesh.envoy import Json
from shoal.mesh.links import GATEWAY, Link, all_links, answering, severed
from shoal.mesh.listeners import edge_listener, gateway_listener, plain_listener
from shoal.mesh.plain import PLAIN, plain_routes
from shoal.mesh.refusing import refusing_listener
from shoal.mesh.routes import gateway_routes
from shoal.mesh.tls import names as certificates_of
from shoal.mesh.tracks import answered, canary, is_new, split
from shoal.model.app import Gateway
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed
from shoal.model.snapshot import Snapshot

NOBODY: frozenset[str] = frozenset()


def snapshot(
    desired: Desired,
    observed: Observed,
    addresses: Mapping[str, Endpoint],
    draining: frozenset[str] = NOBODY,
    names: Mapping[str, Endpoint] = {},
    certified: frozenset[str] = NOBODY,
    proofs: Mapping[str, str] = {},
    *,
    enclosed: bool = False,
) -> Snapshot:
    """The mesh for what is desired and what runs. `addresses` are those of `links.addresses_needed`; instances in
    `draining` get no new requests; `names` are further addresses: of edges whose callee is known by its plain
    name, and of refusals.
    A gateway that speaks TLS listens when all its certificates are among the `certified`; `proofs` are what is answered
    to an authority that makes one. `enclosed`: the addresses are those of a network of Envoy's own.
    The same input gives the same bytes. Raises `ShoalError` if it contradicts itself.
    """
    desired = answered(desired, observed, draining)
    hosts = dict(_hosts(desired, observed, draining))
    gateway = desired.gateway if desired.gateway and _certified(desired.gateway, certified) else None
    plain = desired.gateway is not None and desired.gateway.redirect is not None
    resources = {
        "cds.json": [cluster(link, found) for link, found in hosts.items()],
        "rds.json": [gateway_routes(desired, gateway)] if gateway else [],
        "plain.json": [plain_routes(addresses[GATEWAY], proofs)] if plain else [],
        "lds.json": [
            *([gateway_listener(gateway, addresses[GATEWAY])] if gateway else []),
            *([plain_listener(addresses[PLAIN])] if plain else []),
            *_edge_listeners(desired, addresses, names),
        ],
    }
    taken = pack(resources, frozenset(instance.id for found in hosts.values() for instance, _ in found))
    if problems := check(taken, enclosed=enclosed):
        raise ShoalError(f"the mesh contradicts itself: {'; '.join(problems)}", hint="Report it: it is shoal's fault.")
    return taken


def _hosts(
    desired: Desired, observed: Observed, draining: frozenset[str]
) -> Iterator[tuple[Link, tuple[tuple[Instance, Endpoint], ...]]]:
    """Clusters with who answers there; a link whose callee has a canary has two."""
    for link in all_links(desired):
        found = () if severed(link, desired) else answering(link, observed, draining)
        if split(desired, link) is None:
            yield link, found
            continue
        yield link, tuple(host for host in found if not is_new(desired, host[0]))
        yield canary(link), tuple(host for host in found if is_new(desired, host[0]))


def empty() -> Snapshot:
    """No listener, no cluster: what Envoy starts with when nothing was published yet (its files must be there)."""
    return pack({"cds.json": [], "rds.json": [], "plain.json": [], "lds.json": []})


def _certified(gateway: Gateway, certified: frozenset[str]) -> bool:
    return gateway.tls is None or certified.issuperset(certificates_of(gateway.tls))


def _edge_listeners(desired: Desired, addresses: Mapping[str, Endpoint], names: Mapping[str, Endpoint]) -> list[Json]:
    edges = sorted(desired.edges, key=lambda edge: edge.id)
    refusing = [refusing_listener(each, names[each.id]) for each in desired.refusals if each.id in names]
    listening = [edge_listener(desired, edge, addresses[edge.id], names.get(edge.id)) for edge in edges]
    return [*listening, *refusing]


def pack(resources: Mapping[str, list[Json]], instances: frozenset[str] = NOBODY) -> Snapshot:
    """Resources as files, all with one version: a hash of them. The files' order is that of writing: what is named
    comes before what names it."""
    version = hashlib.sha256(msgspec.json.encode(resources, order="sorted")).hexdigest()[:16]
    files = {name: _response(version, found) for name, found in resources.items()}
    return Snapshot(version, files, instances)


def _response(version: str, resources: list[Json]) -> str:
    """The JSON of a DiscoveryResponse: made at every lap of the loop, so by what is quick for hundreds of hosts too."""
    told = msgspec.json.encode({"version_info": version, "resources": resources})
    return msgspec.json.format(told, indent=1).decode() + "\n"
