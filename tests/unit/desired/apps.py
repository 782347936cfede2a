"""Small apps, and what stands in their folders."""

from __future__ import annotations

from typing import Any

from shoal.desired import Inputs, compile, folders
from shoal.errors import Place
from shoal.model.app import App, Backing, Gateway, Nats, Need, Postgres, Route, Service
from shoal.model.desired import Desired
from shoal.model.release import Overrides
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Workload
from shoal.stacks import Source

DB, DB2 = Backing("db", Postgres()), Backing("other-db", Postgres())
EVENTS = Backing("events", Nats())


def service(name: str, *needs: str | Need, **rest: Any) -> Service:
    found = tuple(need if isinstance(need, Need) else Need(need) for need in needs)
    return Service(name, path=rest.pop("path", name), needs=found, command=rest.pop("command", words("run")), **rest)


def job(name: str, *needs: str | Need, **rest: Any) -> Service:
    return service(name, *needs, kind="job", **rest)


def app(*parts: Service | Backing, routes: tuple[Route, ...] = (), **rest: Any) -> App:
    services = tuple(part for part in parts if isinstance(part, Service))
    backing = tuple(part for part in parts if isinstance(part, Backing))
    gateway = Gateway(routes=routes) if routes else None
    places = {f"services.{s.name}.environment.X": Place("shoal.yaml", 7, 5) for s in services}
    return App("shop", "/shop", services=services, backing=backing, gateway=gateway, places=places, **rest)


def words(*texts: str) -> tuple[Value, ...]:
    return tuple(concat(text) for text in texts)


def asks(name: str, attr: str) -> Value:
    """`${name.attr}`, as the user wrote it."""
    return Value((Ref("property", name, attr),))


def inputs(of: App, **rest: Any) -> Inputs:
    """Folders with nothing in them that a stack would know, so a command is all there is."""
    known = {key: Source(f"/shop/{folder.path}", digest="d1") for key, folder in folders(of).items()}
    return Inputs(known, **rest)


def desired(of: App, overrides: Overrides = Overrides(), **rest: Any) -> Desired:
    return compile(of, inputs(of, **rest), overrides)


def workload(of: Desired, name: str) -> Workload:
    found = of.workload(name)
    assert found is not None, f"{name} is not among {[w.name for w in of.workloads]}"
    return found


def environment(of: App, name: str) -> dict[str, str]:
    return {key: str(value) for key, value in workload(desired(of), name).env.items()}


def waits(of: Desired, name: str) -> list[str]:
    return [f"{after.name} {after.until}" for after in workload(of, name).after]
