"""Port numbers: below the ephemeral range (the kernel hands none of them out), free now, the same ever after."""

from __future__ import annotations

import errno
import random
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from shoal.drivers.process import atomic
from shoal.drivers.process.owner import owner
from shoal.errors import DriverFailed, PortInUse, StartFailed, StateDamaged
from shoal.model.observed import Endpoint

HOST = "127.0.0.1"
LOWEST = 15000
FEWEST = 1000
LISTEN = "0A"


def span(ephemeral: str) -> range:
    """The ports to choose from, given the content of `ip_local_port_range`."""
    first, last = (int(number) for number in ephemeral.split())
    if first - LOWEST >= FEWEST:
        return range(LOWEST, first)
    if 65536 - last > FEWEST:
        return range(last + 1, 65536)
    return range(LOWEST, 32768)


def is_free(port: int, host: str = HOST) -> bool:
    """Whether nobody listens on it. (Connections that linger after a server's end don't count.)"""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def may_bind(port: int) -> bool:
    """Whether the kernel lets us have a number as low as this."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
        except PermissionError:
            return False
        except OSError:
            return True
    return True


def check_allowed(name: str, port: int) -> None:
    """Raises StartFailed for a fixed port that is too low for whoever runs shoal."""
    if not may_bind(port):
        hint = "take a higher number, or run shoal as root (or lower /proc/sys/net/ipv4/ip_unprivileged_port_start)"
        raise StartFailed(f"{name} can't have port {port}: such low ones are root's here", hint=hint)


class Allotments:
    """Names that have an address: an edge's id, `gateway`, `users-db` (its first port), `users-db:monitor`.

    `fixed` names were given their address by the file: they are never moved.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers: dict[str, int] | None = None
        self._fixed: dict[str, Endpoint] = {}
        self._hosts: dict[str, str] = {}
        self._span = span(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text())

    def fix(self, name: str, endpoint: Endpoint) -> None:
        """What the file says of an address; port 0: any, and the same one ever after."""
        self._hosts[name] = endpoint.host
        self._fixed.pop(name, None)
        if endpoint.port:
            self._fixed[name] = endpoint

    def known(self) -> dict[str, Endpoint]:
        return {name: self._endpoint(name) for name in {*self._recorded(), *self._fixed}}

    def _endpoint(self, name: str) -> Endpoint:
        return self._fixed.get(name) or Endpoint(self._hosts.get(name, HOST), self._recorded()[name])

    def of(self, names: Iterable[str], taken: Iterable[int] = ()) -> dict[str, Endpoint]:
        """The addresses of `names`; missing ones are allotted, none of `taken`, and recorded."""
        wanted = list(names)
        numbers = self._recorded()
        missing = [name for name in wanted if name not in numbers and name not in self._fixed]
        if missing:
            numbers.update(zip(missing, self.free({*taken}), strict=False))
            self._save()
        return {name: self._endpoint(name) for name in wanted}

    def also(self, name: str, same_as: str) -> None:
        """Records a second name of an address."""
        if name not in self._recorded():
            self._recorded()[name] = self._recorded()[same_as]
            self._save()

    def free(self, taken: set[int]) -> Iterator[int]:
        """Free ports, from a random one on, so that two apps rarely meet. Raises DriverFailed at the end."""
        used = taken | set(self._recorded().values()) | {endpoint.port for endpoint in self._fixed.values()}
        offset = random.randrange(len(self._span))
        for step in range(len(self._span)):
            port = self._span[(offset + step) % len(self._span)]
            if port not in used and is_free(port):
                yield port
        raise DriverFailed(f"no port is free between {self._span.start} and {self._span.stop - 1}")

    def claim(self, name: str) -> None:
        """Before something listens on the address of `name`: a stranger there means another one, or, if the file
        fixed it, PortInUse."""
        if fixed := self._fixed.get(name):
            if not is_free(fixed.port, fixed.host):
                raise in_use(name, fixed)
        elif (port := self._recorded().get(name)) and not is_free(port):
            moved = next(self.free(set()))
            for other, number in list(self._recorded().items()):
                if number == port:
                    self._recorded()[other] = moved
            self._save()

    def drop(self) -> None:
        self._numbers = None

    def rebuild(self) -> None:
        """Starts anew when the record can't be read. Only while nothing runs: nobody holds an old address then."""
        try:
            self._recorded()
        except StateDamaged:
            self._numbers = {}
            self._save()

    def _recorded(self) -> dict[str, int]:
        if self._numbers is None:
            self._numbers = self._load()
        return self._numbers

    def _load(self) -> dict[str, int]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, int])
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as error:
            raise StateDamaged(
                f"{self._path} can't be read: {error}",
                hint="stop the app (`shoal down`), then start it again: new ports are allotted",
            ) from error

    def _save(self) -> None:
        atomic.write(self._path, msgspec.json.encode(self._numbers).decode(), lasting=True)


def in_use(name: str, endpoint: Endpoint) -> PortInUse:
    """Who has it: another app of shoal's or another environment of this one, by name; else the process."""
    pid = _holder(endpoint.port)
    other = owner(pid) if pid else None
    if other:
        hint = f"end it (shoal down --env {other.environment} -f {other.folder}), or choose another port"
        return PortInUse(f"port {endpoint.port} for {name} is taken by {other}", hint=hint)
    who = f"pid {pid} ({_name(pid)})" if pid else "another process"
    return PortInUse(f"port {endpoint.port} for {name} is taken by {who}", hint="end it, or choose another port")


def held_by(pid: int, port: int) -> bool:
    """Whether this process listens on `port`."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    try:
        return any(str(link.readlink()) in inodes for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _holder(port: int) -> int:
    """The pid of who listens on `port`, as far as we may see it; 0: we may not."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        try:
            if str(link.readlink()) in inodes:
                return int(link.parts[2])
        except OSError:
            continue
    return 0


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "it has ended"


def _listening(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = re.split(r"\s+", line.strip())
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
