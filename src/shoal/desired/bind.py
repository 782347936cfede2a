"""Bind: who receives which properties, under which names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

import msgspec

from shoal.backing import Consumer, engine_of
from shoal.desired.layer import Layer
from shoal.errors import UnknownReference
from shoal.model.app import App, Need, Protocol, Service
from shoal.model.values import Ref, Value, address, concat, own
from shoal.model.workload import Artifact, Edge, host_key


class Bindings(msgspec.Struct, frozen=True):
    """What one service or job may refer to: name -> property -> value. `layers` are the variables of each need."""

    properties: dict[str, dict[str, Value]]
    layers: tuple[Layer, ...] = ()
    edges: tuple[Edge, ...] = ()


def bind(
    app: App,
    service: Service,
    ports: Mapping[str, tuple[str, ...]],
    stack: str,
    builds: Mapping[str, Artifact] = {},
) -> Bindings:
    """All that `service` is handed by its needs. `ports` maps each service to its ports' names; `builds` are shared."""
    scheme = app.gateway.scheme if app.gateway else "http"
    known: dict[str, dict[str, Value]] = {"self": _self(ports[service.name]), "gateway": gateway_properties(scheme)}
    if builds:
        known["builds"] = {name: Value((Ref("artifact", built.key),)) for name, built in builds.items()}
    ambiguous = _ambiguous(app, service, stack)
    layers: list[Layer] = []
    edges: list[Edge] = []
    for index, need in enumerate(service.needs):
        backing = next((b for b in app.backing if b.name == need.name), None)
        values: dict[str, Value] = {}
        if backing is not None:
            known[need.name] = engine_of(backing).properties(backing, Consumer(service.name, need.database))
            usual = engine_of(backing).variables(known[need.name], stack)
            values = _named(need.name, known[need.name]) | {k: v for k, v in usual.items() if k not in ambiguous}
        elif (peer := _service(app, need.name)) and peer.kind == "service":
            edge = _edge(app, service, need, peer, ports)
            edges.append(edge)
            offered = edge_properties(edge)
            if need is _plainly(service, need.name):
                known[need.name] = offered | known.get(need.name, {})
                values = _named(need.name, offered)
            if need.port:
                by_port = {f"ports.{need.port}.{key}": value for key, value in offered.items()}
                known[need.name] = known.get(need.name, {}) | by_port
                values = values | _named(f"{need.name}-{need.port}", offered)
        layers.append(Layer(f"the need {need.name}", values, f"{service.section}.{service.name}.needs.{index}"))
    return Bindings(known, tuple(layers), tuple(edges))


def resolve(value: Value, bindings: Bindings, app: App, where: str) -> Value:
    """The value with the user's references (`${users-db.uri}`) replaced by what they stand for.

    Raises `UnknownReference` with the place of `where` (a dotted path of the file)."""

    def one(ref: Ref) -> Value:
        if ref.kind != "property":
            return Value((ref,))
        properties = bindings.properties.get(ref.name)
        if properties is None:
            raise _unknown(app, where, f"{ref.name} is not among the needs", tuple(bindings.properties), ref.name)
        if ref.attr not in properties:
            problem = f"{ref.name} has no property {ref.attr}"
            raise _unknown(app, where, problem, tuple(properties), ref.attr)
        return properties[ref.attr]

    return value.replace(one)


def edge_properties(edge: Edge) -> dict[str, Value]:
    host, port = address(edge.id, "host"), address(edge.id, "port")
    scheme = {"http": "http://", "grpc": "", "tcp": "tcp://"}[edge.protocol]
    return {"host": host, "port": port, "url": concat(scheme, host, ":", port)}


def gateway_properties(scheme: str) -> dict[str, Value]:
    host, port = address("gateway", "host"), address("gateway", "port")
    return {"host": host, "port": port, "url": concat(f"{scheme}://", host, ":", port)}


def variable(name: str) -> str:
    """A name as environment variables can carry it."""
    return name.upper().replace("-", "_")


def _self(ports: tuple[str, ...]) -> dict[str, Value]:
    plain = {attr: own(attr) for attr in ("host", "instance", "index", "files", "scratch")}
    first = {"port": own(f"port:{ports[0]}")} if ports else {}
    return plain | first | {f"ports.{name}": own(f"port:{name}") for name in ports}


def _named(name: str, properties: Mapping[str, Value]) -> dict[str, Value]:
    """`USERS_HOST`, `USERS_PORT`, `USERS_URL`, and a backing service's `USERS_DB_USERNAME`, ..."""
    prefix = variable(name)
    out = {f"{prefix}_{variable(key)}": value for key, value in properties.items() if key != "uri"}
    if "uri" in properties:
        out[f"{prefix}_URL"] = properties["uri"]
    return out


def _ambiguous(app: App, service: Service, stack: str) -> frozenset[str]:
    """`DATABASE_URL` and the like, if more than one need could be meant."""
    backing = {b.name: b for b in app.backing}
    needs = [(backing[n.name], Consumer(service.name, n.database)) for n in service.needs if n.name in backing]
    given = [engine_of(one).variables(engine_of(one).properties(one, who), stack) for one, who in needs]
    times = Counter(name for variables in given for name in variables)
    return frozenset(name for name in times if times[name] > 1)


def _plainly(service: Service, name: str) -> Need:
    """Of the needs of one service at several ports, the one that its plain properties are of."""
    same = [need for need in service.needs if need.name == name]
    return next((need for need in same if not need.port), same[0])


def _edge(app: App, service: Service, need: Need, peer: Service, ports: Mapping[str, tuple[str, ...]]) -> Edge:
    names = ports[peer.name]
    port = need.port or names[0]
    protocol: Protocol = next((p.protocol for p in peer.ports or () if p.name == port), "http")
    named = port_named(peer, port, protocol) if app.names else 0
    return Edge(service.name, peer.name, port, protocol, need.policy, named, need.rules)


def port_named(peer: Service, name: str, protocol: Protocol) -> int:
    """Where one expects a service of that name: at the number it is fixed to, else at HTTP's own for its first port."""
    number = next((p.number for p in peer.ports or () if p.name == name), 0)
    first = not peer.ports or peer.ports[0].name == name
    return number or (80 if first and protocol != "tcp" else 0)


def plain_names(app: App, service: Service) -> dict[str, str]:
    """Name -> key of its address, for everything that is needed and runs for long."""
    if not app.names:
        return {}
    services = {s.name for s in app.services if s.kind == "service"}
    backing = {b.name for b in app.backing}
    needed = [need.name for need in service.needs if need.name in services | backing]
    return {name: host_key(service.name, name) if name in services else "" for name in needed}


def _service(app: App, name: str) -> Service | None:
    return next((s for s in app.services if s.name == name), None)


def _unknown(app: App, where: str, problem: str, known: tuple[str, ...], asked: str) -> UnknownReference:
    near = get_close_matches(asked, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
    return UnknownReference(problem, where=app.places.get(where), hint=hint)
