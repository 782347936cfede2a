"""Workload: anything that runs — a user's service, a job, Postgres, NATS, Envoy — before an address is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from shoal.model.app import After, Port, Probes, Protocol, Restart, Schedule, Stop
from shoal.model.container import Image, Mount, Security
from shoal.model.limits import Limits
from shoal.model.policy import EdgePolicy, Rule
from shoal.model.strategy import Strategy
from shoal.model.values import Ref, Value

__all__ = ["After", "Artifact", "Copy", "Edge", "Kept", "Part", "Recompile", "Refusal", "Step", "Workload", "host_key"]


class Copy(msgspec.Struct, frozen=True):
    """The content of a file, as it is."""

    data: bytes
    executable: bool = False


class Kept(msgspec.Struct, frozen=True):
    """A file at an absolute path, written only where there is none: what a training run put there stays."""

    path: Value
    text: Value


class Workload(msgspec.Struct, frozen=True):
    """What to run and how to look after it.

    name          unique in the environment (`users`, `users-db`, `users-db.provision`, `mesh`)
    owner         the name in the file that it belongs to (`users-db` for `users-db.provision`)
    files         relative path -> content: written, mode 0600, under `${self:files}` before the start; `./path` is
                  below its working folder, which is then a view of the original, the instance's own
    copies        the same for what is copied as it is
    kept          files that have to be there, whoever wrote them
    data          name of a data folder it uses; jobs may share a backing service's
    stable_ports  its ports are its address: allotted once, recorded, the same after every restart
    unprivileged  must not run as root (Postgres refuses to)
    once_per      a job: run once per (revision, incarnation of this data folder)
    env_ports     variable -> port name: allotted numbers under names the user chose
    names         plain name -> key of the address it stands for (`Edge.host_key`; empty: this machine's own)
    strangers     plain names of what it doesn't need: they lead to where it is refused (`Refusal.host_key`)
    basis         a job: stands for its artifact in the revision, where only a part of that decides whether it is done
                  again
    strategy      how one revision takes the place of another; no part of the revision
    image         what it runs in, where the file says that; else the driver makes it of the artifact
    mounts        what is mounted into its container
    aliases       further names that its container has on the network of its environment
    contained     it sees nothing of this machine: its port numbers are its own, whoever else has the same
    security      what an instance may do
    secrets       a declared one that it refers to -> keyed digest of the content that is meant (none: the made one)
    warmup        paths that an instance is asked before it gets traffic, while another serves; no part of the revision
    nonce         changed by `restart`: part of what an instance is compared by, not of the revision
    revision      keyed hash over all of it except `replicas`, `strategy`, `warmup`, `nonce`, `strangers` and itself
    """

    name: str
    kind: Literal["service", "backing", "mesh", "job"]
    owner: str = ""
    command: tuple[Value, ...] = ()
    env: dict[str, Value] = {}
    files: dict[str, Value] = {}
    copies: dict[str, Copy] = {}
    kept: tuple[Kept, ...] = ()
    cwd: Value = Value()
    ports: tuple[Port, ...] = ()
    stable_ports: bool = False
    artifact: str = ""
    probes: Probes = Probes()
    restart: Restart = Restart()
    stop: Stop = Stop()
    limits: Limits = Limits()
    names: dict[str, str] = {}
    strangers: tuple[str, ...] = ()
    replicas: int = 1
    strategy: Strategy = Strategy()
    after: tuple[After, ...] = ()
    data: str = ""
    unprivileged: bool = False
    once_per: str = ""
    basis: str = ""
    when: Literal["up", "request", "schedule"] = "up"
    schedule: Schedule | None = None
    image: Image | None = None
    mounts: tuple[Mount, ...] = ()
    security: Security = Security()
    aliases: tuple[str, ...] = ()
    contained: bool = False
    secrets: dict[str, str] = {}
    warmup: tuple[str, ...] = ()
    nonce: str = ""
    revision: str = ""

    def artifacts(self) -> frozenset[str]:
        """Keys of what must be built before it can start: its own artifact, and those that its values name."""
        values = (self.cwd, *self.words(), *self.env.values(), *self.files.values())
        return _artifacts(values) | ({self.artifact} if self.artifact else set())

    def words(self) -> tuple[Value, ...]:
        """What is run: the image's entrypoint, where the file replaces it, and the command."""
        return (*(self.image.entrypoint or () if self.image else ()), *self.command)

    def secret_refs(self) -> list[Ref]:
        values = (*self.words(), *self.env.values(), *self.files.values())
        return [ref for value in values for ref in value.refs() if ref.kind == "secret"]


class Edge(msgspec.Struct, frozen=True):
    """A declared caller → callee through the mesh; its `id` names its listener's address. `named` is the port at which
    it listens at the address of the callee's plain name as well; 0: it doesn't. `rules` are looked at in their order,
    before `policy`."""

    caller: str
    callee: str
    port: str = "http"
    protocol: Protocol = "http"
    policy: EdgePolicy = EdgePolicy()
    named: int = 0
    rules: tuple[Rule, ...] = ()

    @property
    def host_key(self) -> str:
        """Names the address that the callee's plain name stands for, for this caller: the same for all its ports."""
        return host_key(self.caller, self.callee)

    @property
    def id(self) -> str:
        return f"{self.caller}->{self.callee}" + ("" if self.port == "http" else f":{self.port}")


class Part(msgspec.Struct, frozen=True):
    """A folder of an artifact that depends on a few files alone (a venv, `node_modules`), so that other artifacts have
    it too: after an edit of the code it isn't made again. `of` are those files, as far as they are there. `by` "link":
    what comes later only reads in it; "copy": it may write there too."""

    folder: str
    of: tuple[str, ...]
    by: Literal["link", "copy"] = "link"


class Refusal(Edge, frozen=True):
    """An undeclared caller → callee, where the callee's plain name leads: at `named`.

    All that a caller doesn't need shares one address. HTTP says by itself whom it is for, so `callee` is empty there.
    Of a service that it needs at another `port` (`partly`) the address is that of the declared edge. `section` is where
    the caller stands in the file."""

    partly: bool = False
    section: str = "services"

    @property
    def host_key(self) -> str:
        return host_key(self.caller, self.callee if self.partly else "")

    @property
    def id(self) -> str:
        return f"{self.host_key}:{self.named}"

    @property
    def need(self) -> str:
        """What the file would have to name: `users:admin`; empty where only a request knows."""
        return f"{self.callee}:{self.port}" if self.callee else ""


def host_key(caller: str, callee: str) -> str:
    return f"{caller}->{callee}"


class Step(msgspec.Struct, frozen=True):
    """One command of a build, run in the artifact's folder. `files` (relative path -> content) are written there
    first; an empty command only writes them. `note` tells a waiting user what takes long, and why. The first steps of a
    build may make a part of it, together."""

    name: str
    command: tuple[Value, ...] = ()
    env: dict[str, Value] = {}
    files: dict[str, Value] = {}
    note: str = ""
    part: Part | None = None


class Recompile(msgspec.Struct, frozen=True):
    """How a Java artifact can be made of an earlier one after an edit of its code alone: the classes in `jar` are made
    anew, the folders in `libraries` are the earlier one's, and `steps` follow."""

    jar: str
    libraries: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Packing(msgspec.Struct, frozen=True):
    """How an artifact becomes an image. Paths are those of its folder; patterns are as in `shoal.build.chosen`.

    base      the official image that it stands on
    apart     folders of packages: a layer of their own, below that of the code, whose edit leaves it as it is
    left_out  patterns of what nobody needs who runs it
    spare     patterns of what the stack's own start doesn't need; whoever starts it otherwise may
    runs      of Node: the folder that a build script has filled, if what is started lies there and its stack starts it;
              packages for development that nothing in there names are spare then
    python    the interpreter that its modules are compiled with: where it runs, nothing can be written beside them
    jars      archives that its build made: they are packed anew, since the time of the build stands in them
    others    further bases, where services of several languages run from one build: then there is no image of it
    """

    base: str
    apart: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    runs: str = ""
    python: str = ""
    jars: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Artifact(msgspec.Struct, frozen=True):
    """A source folder and the steps that make it runnable. `key` is the hash of the source's content, the steps and the
    toolchain's versions; the same key is the same result. `source` is absolute. `ignore` are names and paths that are
    not copied. `owner` is the name of a service or of a shared build, for people. `digest` is of the source's content
    alone (empty: unchecked): what was copied is compared with it. `tools` are the programs that its steps run, with
    their versions. `cause` says what of it is new since the owner's artifact before this one (empty: it isn't known).
    `recompile` is no part of the key: what is made either way is the same to whoever runs it; nor is `packing`, which
    says what an image takes of it."""

    key: str
    owner: str
    source: str
    steps: tuple[Step, ...] = ()
    ignore: tuple[str, ...] = ()
    digest: str = ""
    tools: dict[str, str] = {}
    cause: str = ""
    recompile: Recompile | None = None
    packing: Packing | None = None

    def uses(self) -> frozenset[str]:
        """Keys of the other artifacts that its steps read."""
        values = (v for step in self.steps for v in (*step.command, *step.env.values(), *step.files.values()))
        return _artifacts(values)


def _artifacts(values: Iterable[Value]) -> frozenset[str]:
    return frozenset(ref.name for value in values for ref in value.refs() if ref.kind == "artifact" and ref.name)
