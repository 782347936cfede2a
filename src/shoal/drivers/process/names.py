"""Plain names: an address of 127.0.0.0/8 for each caller and callee, and a hosts file for each caller.

The same callee has another address for each caller, so the mesh knows who calls: its listener of that edge is there.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from shoal.drivers.process import atomic
from shoal.drivers.process.keeper import names
from shoal.drivers.process.ports import HOST, held_by, is_free, may_bind
from shoal.errors import StateDamaged
from shoal.model.observed import Endpoint
from shoal.model.workload import Edge

FIRST, LAST = (127 << 24) + (64 << 16) + 1, (128 << 24) - 2
"""127.64.0.1 to 127.255.255.254: far from what people choose themselves."""


def why_not() -> str:
    """Why a process can't have a hosts file of its own here; empty when it can."""
    if sys.platform != "linux":
        return "only Linux has mount namespaces, and all of 127.0.0.0/8"
    probe = [sys.executable, "-I", "-S", names.__file__, names.HOSTS]
    ran = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if ran.returncode == 0 else f"the system allows no namespaces ({ran.stderr.strip()})"


class Names:
    """`record` keeps which address was given to whom; `mesh` tells the pid of the mesh, 0 while there is none."""

    def __init__(self, record: Path, mesh: Callable[[], int]) -> None:
        self._record = record
        self._mesh = mesh
        self._bound: dict[str, bool] = {}

    @cached_property
    def lack(self) -> str:
        return why_not()

    def endpoints(self, edges: Iterable[Edge]) -> dict[str, Endpoint]:
        """Edge's id -> where its callee's name is answered; without those that can't be listened at."""
        if self.lack:
            return {}
        named = [edge for edge in edges if edge.named]
        hosts = self._given(edge.host_key for edge in named)
        found = {edge.id: Endpoint(hosts[edge.host_key], edge.named) for edge in named}
        return {name: endpoint for name, endpoint in found.items() if self._may(name, endpoint)}

    def refused(self, edges: Iterable[Edge]) -> tuple[str, ...]:
        """Names that nobody answers to, and why."""
        if self.lack:
            return (f"plain names don't resolve: {self.lack}",)
        lost: dict[int, list[str]] = {}
        for edge in edges:
            if edge.named and edge.id not in self.endpoints([edge]):
                lost.setdefault(edge.named, []).append(edge.callee)
        return tuple(
            f"nothing answers at {', '.join(sorted({*names}))} on port {port}: {_taken(port)}"
            for port, names in lost.items()
        )

    def answered(self, key: str) -> bool:
        """Whether the mesh listens wherever it was to listen at the address by that key: if it can't, some stranger of
        this machine may, at every address."""
        found = [may for name, may in self._bound.items() if name.startswith(f"{key}:")]
        return bool(found) and all(found)

    def hosts(self, known: Mapping[str, str]) -> str:
        """The text of a hosts file: the system's own, then name -> the address by that key ("": this machine)."""
        given = self._given(key for key in known.values() if key) | {"": HOST}
        lines = [f"{given[key]}\t{name}" for name, key in known.items()]
        return "\n".join([*_system(), "# services of this app, as this one of them reaches them", *lines, ""])

    def _given(self, keys: Iterable[str]) -> dict[str, str]:
        """Address by key; those that have none yet get one, and are recorded."""
        known = self._load()
        if missing := [key for key in dict.fromkeys(keys) if key not in known]:
            known |= zip(missing, _free({*known.values()}), strict=False)
            atomic.write(self._record, msgspec.json.encode(known).decode(), lasting=True)
        return known

    def _load(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as error:
            hint = "stop the app (`shoal down`) and delete that file: new addresses are given out"
            raise StateDamaged(f"{self._record} can't be read: {error}", hint=hint) from error

    def _may(self, name: str, endpoint: Endpoint) -> bool:
        """Looked at once: from then on the mesh listens there itself."""
        if name not in self._bound:
            ours = self._mesh() and held_by(self._mesh(), endpoint.port)
            self._bound[name] = may_bind(endpoint.port) and bool(ours or is_free(endpoint.port, endpoint.host))
        return self._bound[name]


def _taken(port: int) -> str:
    return "somebody listens there at every address" if may_bind(port) else "such low ports are root's here"


def _free(used: set[str]) -> Iterator[str]:
    while True:
        number = random.randint(FIRST, LAST)
        host = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        if host not in used:
            used.add(host)
            yield host


def _system() -> list[str]:
    try:
        return Path(names.HOSTS).read_text().splitlines()
    except OSError:
        return ["127.0.0.1\tlocalhost"]
