"""What every stack answers, and the values it answers with. Nothing here runs anything."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod

import msgspec

from shoal.model.app import Service
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Artifact, Step
from shoal.stacks.source import COMMON_IGNORE, Source

HERE = Value((Ref("artifact"),))
"""The folder of the artifact at hand: stacks don't know its key; `keyed` puts it in."""

OUR_FOLDER = ".shoal"
"""In an artifact's folder: what shoal adds to the copied source."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Launch(msgspec.Struct, frozen=True):
    """How one instance is started. An empty `cwd` means the service's own folder."""

    command: tuple[Value, ...] = ()
    env: dict[str, Value] = {}
    cwd: Value = Value()


class Train(msgspec.Struct, frozen=True):
    """A run whose purpose is a file that makes later starts faster.

    `command` and `env` are the launch's, varied; the run ends by SIGTERM after its requests, and may take `grace`
    seconds to write `written` (relative to the artifact). If that is there then, it becomes `output`, and `files` are
    written, which every later launch reads.
    """

    command: tuple[Value, ...]
    env: dict[str, Value]
    written: str
    output: str
    files: dict[str, Value]
    cwd: Value = HERE
    grace: float = 180.0


class Stack(ABC):
    """A language. `tools` are the programs whose versions decide what a build yields."""

    name: str
    tools: tuple[str, ...] = ()

    @abstractmethod
    def detect(self, source: Source) -> bool:
        """Whether this folder looks like one of ours."""

    def ignore(self, source: Source) -> tuple[str, ...]:
        """Names of build output, which are no part of the source."""
        return ()

    @abstractmethod
    def steps(self, service: Service, source: Source) -> tuple[Step, ...]:
        """The commands that make the source runnable; none means that it runs where it lies."""

    @abstractmethod
    def start(self, service: Service, source: Source) -> Launch:
        """How it is started, with `HERE` for the artifact's folder. Raises `FileError` if that can't be known."""

    def training(self, service: Service, source: Source) -> Train | None:
        """The training run, for stacks that gain by one."""
        return None

    def artifact(self, service: Service, source: Source) -> Artifact | None:
        """What must be built before it can start."""
        steps = self.steps(service, source)
        if not steps:
            return None
        ignore = COMMON_IGNORE + self.ignore(source)
        return Artifact(artifact_key(self, steps, source), service.name, source.path, steps, ignore, source.digest)

    def launch(self, service: Service, source: Source, key: str) -> Launch:
        """How it is started from the artifact with this key (empty: from its own folder)."""
        plain = self.start(service, source)
        where = keyed(plain.cwd, key) if plain.cwd.parts else Value((source.path,))
        return Launch(tuple(keyed(v, key) for v in plain.command), _keyed_all(plain.env, key), where)

    def train(self, service: Service, source: Source, key: str) -> Train | None:
        """The training run of the artifact with this key."""
        plain = self.training(service, source)
        if plain is None:
            return None
        command = tuple(keyed(value, key) for value in plain.command)
        files = _keyed_all(plain.files, key)
        env = _keyed_all(plain.env, key)
        return msgspec.structs.replace(plain, command=command, env=env, files=files, cwd=keyed(plain.cwd, key))


def artifact_key(stack: Stack, steps: tuple[Step, ...], source: Source) -> str:
    """32 hex digits: the same content, steps and tools give the same key, on every machine."""
    tools = [(name, source.tools.get(name, "")) for name in stack.tools]
    wire = msgspec.json.encode((1, source.digest, steps, tools), order="sorted")
    return hashlib.sha256(wire).hexdigest()[:32]


def keyed(value: Value, key: str) -> Value:
    """`HERE` becomes the folder of the artifact with this key."""
    return value.replace(lambda ref: Value((Ref("artifact", key) if ref == Ref("artifact") else ref,)))


def _keyed_all(values: dict[str, Value], key: str) -> dict[str, Value]:
    return {name: keyed(value, key) for name, value in values.items()}


def words(*parts: str | Ref | Value) -> tuple[Value, ...]:
    """A command line of texts and values."""
    return tuple(concat(part) for part in parts)


def search_path(*folders: str | Ref | Value) -> Value:
    """A PATH: these folders, then the system's."""
    return concat(*(piece for folder in folders for piece in (folder, ":")), SYSTEM_PATH)
