"""Where things lie inside a container, and who it runs as."""

from __future__ import annotations

from pathlib import Path

from shoal.model.app import Port
from shoal.model.workload import Workload

APP = Path("/app")
"""The artifact's folder."""
BUILDS = Path("/builds")
OWN = Path("/shoal")
"""A volume of the instance's own: it goes with it."""
FILES = OWN / "files"
SCRATCH = OWN / "scratch"
LIBRARY = OWN / "lib"
DATA = Path("/data")
MESH = Path("/mesh")
CERTIFICATES = Path("/secrets/certificates")
MESH_ALIAS = "mesh"
ANYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"

NOBODY = 65532
KEEPER_OF_DATA = 999
"""Who databases run as in their official images."""

USUAL = {
    "postgres": 5432,
    "nats": 4222,
    "monitor": 8222,
    "redis": 6379,
    "mysql": 3306,
    "amqp": 5672,
    "management": 15672,
}
"""The numbers at which one expects them: within a container all are free."""
FIRST = 8080


def numbers(ports: tuple[Port, ...]) -> dict[str, int]:
    """Port -> the number at which an instance listens inside: as the file says, the usual, or the next from 8080."""
    taken = {port.number for port in ports if port.number}
    free = (number for number in range(FIRST, 1 << 16) if number not in taken)
    return {port.name: port.number or USUAL.get(port.name) or next(free) for port in ports}


def artifact(own: str, key: str) -> Path:
    """The folder of an artifact as a workload with the artifact `own` sees it."""
    return APP if key == own else BUILDS / key


def published(ports: tuple[Port, ...]) -> tuple[tuple[int, str, int], ...]:
    """Number inside, host and number on this machine (0: any), for those that the file publishes. One may be published
    at several."""
    inside = numbers(ports)
    return tuple((inside[port.name], *_outside(port.publish)) for port in ports if port.publish)


def _outside(text: str) -> tuple[str, int]:
    """Loopback, unless told otherwise."""
    host, _, number = text.rpartition(":")
    return host.strip("[]") or LOOPBACK, int(number)


def owner(workload: Workload) -> int:
    """The number of who it runs as, and whose its files are: never root, unless the file says so."""
    asked = workload.security.user.partition(":")[0]
    if asked:
        return int(asked) if asked.isdigit() else 0
    return KEEPER_OF_DATA if workload.data or workload.kind == "backing" else NOBODY


def user(workload: Workload) -> str:
    """As the engine is told; empty: as the image says."""
    if workload.security.user:
        return workload.security.user
    return "" if workload.image else f"{owner(workload)}:{owner(workload)}"
