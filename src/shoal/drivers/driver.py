"""Where it runs: the one interface of all targets. A driver does what it is told and reports what it sees;
it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import msgspec

from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.snapshot import Snapshot
from shoal.model.usage import Process, Usage
from shoal.model.values import Value
from shoal.model.workload import Edge, Workload


class Capabilities(msgspec.Struct, frozen=True):
    """What a platform does by itself. `controls` "instances": shoal starts, stops and heals each one. `abreast`: how
    many may start at a time to take the place of others that serve meanwhile; 0: any number. `enclosed`: the mesh has a
    network of its own, which this machine's processes aren't in."""

    controls: str = "instances"
    abreast: int = 0
    enclosed: bool = False


class LogFile(msgspec.Struct, frozen=True):
    """Where the output of one instance lies (both streams, in the order written)."""

    workload: str
    instance: str
    path: str


class Invocation(msgspec.Struct, frozen=True):
    """A rendered command, to be run by somebody else (`shoal exec`, `shoal run`). `hosts` is the file that it is to see
    as /etc/hosts; empty: the system's. `via` are the words that go before it where it isn't this machine that runs it:
    a command of this machine, in its caller's own environment and folder."""

    command: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    hosts: str = ""
    via: tuple[str, ...] = ()


class Ran(msgspec.Struct, frozen=True):
    """How a command beside an instance ended, and the end of what it printed (both streams)."""

    code: int
    said: str = ""


class Driver(Protocol):
    """All methods may raise `DriverFailed`; ids of instances that are unknown raise it too."""

    capabilities: Capabilities

    async def open(self, wake: Callable[[], None]) -> None:
        """Connect, adopt what runs. `wake` is called, from the loop, whenever something may have changed."""

    async def close(self) -> None:
        """Let go; whatever runs goes on."""

    async def observe(self) -> tuple[Instance, ...]:
        """Every instance, running or ended, that has not been forgotten."""

    async def start(self, workload: Workload, index: int, *, failures: int = 0) -> Instance:
        """Start one instance of `workload` in slot `index`; returns as soon as it has a pid. Raises `PortInUse` when
        a fixed port is taken, `ToolMissing` when its program isn't there."""

    async def stop(self, instance: str, *, grace: float | None = None) -> None:
        """The stop signal, the grace, then SIGKILL, for the whole process group; returns when nothing of it is left.
        `grace` 0 kills at once. Stopping an ended instance does nothing."""

    async def signal(self, instance: str, number: int) -> None:
        """Send a signal to every process of a running instance, as a stranger would: how it ends by it is nobody's
        wish. One that has ended gets none."""

    async def fill(self, instance: str, *, full: bool) -> None:
        """Take all the disk that the instance may use, and a little more; or give it back. Raises `DriverFailed` where
        that isn't limited, or where this machine hasn't as much."""

    async def attach(self, workload: Workload, pid: int, endpoints: Mapping[str, Endpoint]) -> Invocation:
        """A process that somebody else started stands in for `workload`, listening at `endpoints`: from now on it is an
        instance (`attached`) until it ends, which nobody but its user or `stop` brings about. Returns how the workload
        would be run there. Raises `DriverFailed` when there is no such process."""

    async def forget(self, instance: str) -> None:
        """Drop the record of an ended instance (its log stays until newer ones push it out)."""

    async def numbers(self, target: str) -> str:
        """What the mesh has counted: the body of its admin interface at `target`. Raises `DriverFailed`."""

    async def publish(self, snapshot: Snapshot) -> None:
        """Hand the mesh a configuration; returns when the mesh has accepted it. Raises `DriverFailed` if it refuses."""

    def addresses(self, names: Iterable[str]) -> dict[str, Endpoint]:
        """Recorded addresses of listeners (an edge's id, `gateway`), allotting and recording missing ones."""

    def bound(self, names: Iterable[str]) -> dict[str, Endpoint]:
        """The same, as the mesh itself listens there."""

    def vacant(self, name: str, endpoint: Endpoint) -> None:
        """Raises `PortInUse` when the mesh would find a stranger at an address that the file chose."""

    def fix(self, name: str, endpoint: Endpoint) -> None:
        """The file chose an address (`gateway`); port 0: any, and the same one ever after."""

    def named(self, edges: Iterable[Edge]) -> dict[str, Endpoint]:
        """Edge's id -> the address at which its caller finds the callee by its plain name, where it can be had. The
        same ever after."""

    def lacking(self, desired: Desired) -> tuple[str, ...]:
        """What this asks for and this platform doesn't see to, a line each: what it is, whose, and why not."""

    def secret_digest(self, value: str) -> str:
        """A keyed digest of a secret's content (the key never leaves the driver)."""

    def set_secret(self, name: str, value: str) -> str:
        """Keep a content of a declared secret, beside those it had before; returns its digest, by which workloads name
        it."""

    def discard_secrets(self, kept: Mapping[str, Collection[str]]) -> None:
        """Of all contents that were ever kept, keep just these: name -> digests (an empty one: the made one stays)."""

    def make_secret(self, name: str, length: int) -> None:
        """See that a secret is there: of this many random characters if it isn't."""

    def secret(self, name: str, digest: str = "") -> str:
        """What a declared secret (its content of this digest) or a made one holds, for shoal's own use."""

    def certify(self, name: str, chain: str, key: str) -> None:
        """Hand the mesh a certificate (PEM) under this name, in place of the one before: new connections get it, open
        ones go on. The key is kept like a secret."""

    def certificates(self) -> dict[str, str]:
        """Name -> chain of each that it was handed."""

    def data(self) -> dict[str, str]:
        """Data folders that exist, with their incarnation."""

    async def drop_data(self) -> None:
        """Delete all data, made secrets, allotments and records. Nothing may run."""

    def logs(self, workloads: Iterable[str] = ()) -> tuple[LogFile, ...]:
        """Log files, oldest first; of all workloads when none is named."""

    def printed(self, instance: str, offset: int) -> tuple[bytes, int]:
        """A piece of what an instance has printed since its start, from an offset on, and the offset of what comes
        next; nothing when there is no more for now. What lay before a given-up head is passed over."""

    async def exec(self, instance: str, command: tuple[Value, ...]) -> Ran:
        """Run a command beside a running instance, with its environment, working folder and user, to its end.
        Cancelled, it ends all that the command started. Raises `ToolMissing` when its program isn't there."""

    async def errand(self, workload: Workload) -> Ran:
        """Run a job to its end that is nobody's instance, as `start` would. Cancelled, it ends all of it. Raises what
        `start` raises."""

    async def invocation(
        self, workload: Workload, command: tuple[str, ...], *, like: str = "", endpoints: Mapping[str, Endpoint] = {}
    ) -> Invocation:
        """How to run `command` (empty: the workload's own) with the environment of a workload (or, exactly, of the
        running instance `like`). `endpoints` are where it is to listen; without, anywhere that is free."""

    async def processes(self, instances: Iterable[str]) -> dict[str, tuple[Process, ...]]:
        """What runs within these instances; nothing for one that has ended. Where the platform counts something in
        another way, or not at all, it says what it has (0: it doesn't know)."""

    async def usage(self, instances: Iterable[str]) -> dict[str, Usage]:
        """What these instances use now, those that run."""

    async def copy_out(self, instance: str, path: str, destination: str) -> str:
        """Copy a file or folder of a running instance to this machine; returns where it is. A relative `path` is of
        its working folder. `drivers/copying.py` has the rules. Raises `UsageError`."""

    async def copy_in(self, instance: str, source: str, path: str) -> str:
        """The other way. Raises `UsageError` for a place that isn't the instance's own."""


class ReleaseStore(Protocol):
    """Where what is wanted lies, behind the driver: the present release, and numbered ones that came before it."""

    def load(self) -> bytes | None:
        """The present release, if there is one. Raises `StateDamaged`."""

    def save(self, release: bytes) -> None:
        """Make this the present release, whole or not at all. Raises `OSError`."""

    def drop(self) -> None:
        """There is no present release any more, nor one before it; needs no room."""

    def kept(self) -> tuple[int, ...]:
        """Numbers of the releases before the present one, in any order."""

    def keep(self, number: int, release: bytes) -> None:
        """Keep this one as one of those, whole or not at all. Raises `OSError`."""

    def read(self, number: int) -> bytes | None:
        """One of those, if it is there."""

    def discard(self, number: int) -> None:
        """Keep it no longer."""
