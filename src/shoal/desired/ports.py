"""Which ports a service has: those it declares, else one, `http`, if something dials it."""

from __future__ import annotations

import msgspec

from shoal.model.app import App, Port, Service
from shoal.model.policy import targets


def with_ports(app: App) -> App:
    """The app with each service's ports written out: no `ports` is None any more."""
    dialled = _dialled(app)
    services = [msgspec.structs.replace(s, ports=_ports(s, s.name in dialled)) for s in app.services]
    return msgspec.structs.replace(app, services=tuple(services))


def _ports(service: Service, dialled: bool) -> tuple[Port, ...]:
    if service.ports is not None:
        return service.ports
    probes = (service.probes.startup, service.probes.ready, service.probes.live)
    wanted = dialled or any(probe is not None and probe.dials for probe in probes)
    return (Port("http"),) if wanted and service.kind == "service" else ()


def _dialled(app: App) -> frozenset[str]:
    routes = app.gateway.routes if app.gateway else ()
    routed = frozenset(route.to for route in routes if route.to) | targets(route.policy for route in routes)
    return routed | {name for s in app.services for need in s.needs for name in (need.name, *need.others())}
