"""Which variables tell a service its ports, in every stack."""

from __future__ import annotations

from collections.abc import Iterable

from shoal.model.app import Port, Service
from shoal.model.values import Value, own


def port_env(service: Service, *, port: Iterable[str] = (), host: Iterable[str] = ()) -> dict[str, Value]:
    """`HOST`, `PORT` (the first port's number), `<NAME>_PORT` for the others, and the names that the user chose.
    `port` and `host` are further names that a framework reads. A service without ports gets none of them."""
    ports = service.ports or ()
    if not ports:
        return {}
    env = {name: own("host") for name in ("HOST", *host)}
    env |= {name: number(ports[0]) for name in ("PORT", *port)}
    env |= {variable(other): number(other) for other in ports[1:]}
    return env | {name: number(each) for each in ports for name in each.env}


def number(port: Port) -> Value:
    return own(f"port:{port.name}")


def variable(port: Port) -> str:
    return port.name.upper().replace("-", "_").replace(".", "_") + "_PORT"
