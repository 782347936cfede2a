"""Which ports a service has: those it declares, else one, `http`, if something dials it; and who knows of them."""

from __future__ import annotations

import msgspec

from shoal.errors import WrongType
from shoal.model.app import App, Port, Service
from shoal.model.policy import targets


def with_ports(app: App) -> App:
    """The app with each service's ports written out: no `ports` is None any more."""
    dialled = _dialled(app)
    services = [msgspec.structs.replace(s, ports=_ports(s, s.name in dialled)) for s in app.services]
    return msgspec.structs.replace(app, services=tuple(services))


def check_told(app: App) -> None:
    """A program that no stack starts listens where it likes. Raises `WrongType` for a port of which the file neither
    says that, nor hands over what is allotted."""
    for service in app.services:
        for port in service.ports or () if service.image else ():
            if not port.number and not port.env and port.name not in _handed_over(service):
                raise _untold(app, service, port)


def _untold(app: App, service: Service, port: Port) -> WrongType:
    where = f"{service.section}.{service.name}"
    places = (app.places.get(f"{where}.{key}") for key in (f"ports.{port.name}", "ports", "port", "image"))
    what = f"{service.section}/{service.name}: nobody tells its image at which port to listen as {port.name}"
    hint = "say which one it has chosen: port: {number: 80}; or who tells it: port: {env: PORT}"
    return WrongType(what, where=next((place for place in places if place), None), hint=hint)


def _handed_over(service: Service) -> frozenset[str]:
    """The ports whose numbers it is told."""
    contents = (file.content for file in service.files if file.content)
    words = service.image.entrypoint or () if service.image else ()
    values = (*words, *service.command, *service.args, *service.environment.values(), *contents)
    asked = {ref.attr for value in values for ref in value.refs() if ref.name == "self"}
    first = {service.ports[0].name} if service.ports and "port" in asked else set()
    return frozenset(first | {attr.removeprefix("ports.") for attr in asked if attr.startswith("ports.")})


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
