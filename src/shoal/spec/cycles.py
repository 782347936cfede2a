"""Things that wait for each other would never start."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from shoal.errors import Cycle
from shoal.model.app import Service
from shoal.spec.facts import Facts
from shoal.spec.tree import Items, Path, Scalar, Table, find


def check_cycles(services: tuple[Service, ...], facts: Facts) -> None:
    """Needs on jobs and `wait: ready` are waited for. A plain need between services is an edge: circles are fine."""
    waits = {service.name: _waits(service, facts) for service in services}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        # graphlib lists each one before the one that waits for it: read from the end, each waits for the next.
        circle = [str(name) for name in reversed(error.args[1])]
        _report(from_the_first(circle, list(waits)), facts)


def _waits(service: Service, facts: Facts) -> list[str]:
    needed = [
        need.name
        for need in service.needs
        if facts.kinds.get(need.name) == "job" or (need.wait and facts.kinds.get(need.name) == "service")
    ]
    return [*needed, *(after.name for after in service.after if facts.kinds.get(after.name) != "backing")]


def from_the_first(circle: list[str], order: list[str]) -> list[str]:
    """The same circle, begun with the one that stands first in the file."""
    ring = circle[:-1]
    start = ring.index(min(ring, key=order.index))
    return [*ring[start:], *ring[:start], ring[start]]


def _report(circle: list[str], facts: Facts) -> None:
    section = "jobs" if facts.kinds[circle[0]] == "job" else "services"
    paths: list[Path] = [(section, circle[0], key) for key in ("needs", "after")]
    found = next((item for path in paths if (item := _item(path, circle[1], facts)) != path), paths[0])
    hint = "take one `wait: ready` away, one `after`, or one need on a job"
    facts.problem_at_key(Cycle, found, f"{' → '.join(circle)}: each waits for the next", hint)


def _item(path: Path, name: str, facts: Facts) -> Path:
    """The path of the entry of `needs` or `after` that names `name`; `path`, if none does."""
    node = find(facts.tree, path)
    if isinstance(node, Table):
        return (*path, name) if name in node.entries else path
    for index, item in enumerate(node.items if isinstance(node, Items) else ()):
        if isinstance(item, Scalar) and item.text == name:
            return (*path, index)
        if isinstance(item, Table) and name in item.entries:
            return (*path, index, name)
    return path
