"""What a disturbance is aimed at: links of the mesh, or instances. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.errors import Busy, UsageError
from shoal.model.desired import Desired
from shoal.model.disturbance import Disturbance, Wish
from shoal.model.names import check_known, hint
from shoal.model.observed import Observed

ARROW = "->"
GATEWAY = "gateway"
Pair = tuple[str, str]


def aimed(wish: Wish, desired: Desired, observed: Observed, now: float) -> Disturbance:
    """Raises `UsageError` where it can't be had, and says what can."""
    links: tuple[Pair, ...] = ()
    instances: tuple[str, ...] = ()
    if wish.kind in ("kill", "pause", "fill"):
        instances = _instances(wish, desired, observed)
    elif wish.kind == "partition" and ARROW not in wish.target:
        links = _all_of(wish.target, desired)
    else:
        links = (_link(wish, desired),)
    return Disturbance(wish.kind, wish.target, now, now + wish.seconds, wish.fault, links, instances)


def check_free(one: Disturbance, present: tuple[Disturbance, ...]) -> None:
    """Raises `Busy` when the same is being disturbed already: the end of one would be the end of both."""
    for other in present:
        if set(one.links) & set(other.links) or set(one.instances) & set(other.instances):
            what = f"{other.kind} {other.target} is under way for another {max(0.0, other.until - one.begun):.0f} s"
            raise Busy(what, hint="End it with: shoal chaos end")


def _links(desired: Desired) -> Iterator[tuple[Pair, str]]:
    """Each with the protocol that is spoken over it."""
    for edge in desired.edges:
        yield (edge.caller, edge.callee), edge.protocol
    for route in desired.gateway.routes if desired.gateway else ():
        callee = desired.workload(route.to)
        if callee is not None:
            yield (GATEWAY, route.to), next((p.protocol for p in callee.ports if p.name == route.port), "http")


def _link(wish: Wish, desired: Desired) -> Pair:
    known = list(_links(desired))
    names = sorted({ARROW.join(pair) for pair, _ in known})
    caller, arrow, callee = wish.target.partition(ARROW)
    if not arrow:
        cut = "In a shell, > must be quoted: 'web->posts'. " if wish.target.endswith("-") else ""
        there = f"There are: {', '.join(names)}." if names else "This app has none."
        raise UsageError(f"{wish.target}: {wish.kind} takes an edge, caller->callee", hint=f"{cut}{there}")
    if wish.target not in names:
        near = hint(wish.target, names) if names else "This app has none."
        raise UsageError(f"there is no edge {wish.target}", hint=near)
    if wish.kind != "partition" and any(p == (caller, callee) and spoken == "tcp" for p, spoken in known):
        what = f"{wish.target} speaks tcp: the mesh sees connections there, no requests to {wish.kind}"
        raise UsageError(what, hint=f"Cut it: shoal chaos partition '{wish.target}'")
    return caller, callee


def _all_of(name: str, desired: Desired) -> tuple[Pair, ...]:
    """From and to anybody, as far as that goes through the mesh."""
    check_known([name], [w.name for w in desired.workloads if w.kind != "job"])
    if not any(name in pair for pair, _ in _links(desired)):
        what = f"nothing reaches {name} through the mesh, so that it can't be cut off there"
        raise UsageError(what, hint=f"To have it not answer: shoal chaos pause {name}")
    return ("", name), (name, "")


def _instances(wish: Wish, desired: Desired, observed: Observed) -> tuple[str, ...]:
    name, _, index = wish.target.partition("/")
    check_known([name], [w.name for w in desired.workloads if w.kind != "job"])
    workload = desired.workload(name)
    assert workload is not None
    if wish.kind == "fill" and not workload.limits.disk:
        what = f"{name} has no limit of its disk, so that only this whole machine could be filled"
        raise UsageError(what, hint="Give it one in the file: limits: {disk: 64Mi}")
    alive = [i for i in observed.of(name) if i.alive and i.phase != "stopping" and not i.attached]
    found = tuple(i.id for i in alive if index in ("", str(i.index)))
    if not found:
        there = ", ".join(f"{name}/{i.index}" for i in alive)
        raise UsageError(
            f"{wish.target} doesn't run", hint=f"There are: {there}." if there else f"See: shoal why {name}"
        )
    return found
