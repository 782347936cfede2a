"""Which ports a service has: those it declares, else one, `http`, if something dials it."""

from __future__ import annotations

from shoal.model.app import App, Port, Probe, Service


def ports_of(app: App) -> dict[str, tuple[Port, ...]]:
    """Service name -> its ports."""
    dialled = _dialled(app)
    return {s.name: _ports(s, s.name in dialled) for s in app.services}


def _ports(service: Service, dialled: bool) -> tuple[Port, ...]:
    if service.ports is not None:
        return service.ports
    probes = (service.probes.startup, service.probes.ready, service.probes.live)
    wanted = dialled or any(isinstance(probe, Probe) for probe in probes)
    return (Port("http"),) if wanted and service.kind == "service" else ()


def _dialled(app: App) -> frozenset[str]:
    routes = app.gateway.routes if app.gateway else ()
    return frozenset(route.to for route in routes if route.to) | {n.name for s in app.services for n in s.needs}
