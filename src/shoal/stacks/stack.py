"""What every stack answers, and the values it answers with. Nothing here runs anything."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

import msgspec

from shoal.model.app import Command, Recipe, Service
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Artifact, Kept, Packing, Recompile, Step
from shoal.stacks.source import Source

HERE = Value((Ref("artifact"),))
"""The folder of the artifact at hand: stacks don't know its key; `keyed` puts it in."""

OUR_FOLDER = ".shoal"
"""In an artifact's folder: what shoal adds to the copied source."""

LONGEST_NAME = 40
"""Of a step that is called by its command."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Launch(msgspec.Struct, frozen=True):
    """How one instance is started. An empty `cwd` means the service's own folder. `files` are written for it first,
    and those of `kept` where they aren't there yet."""

    command: tuple[Value, ...] = ()
    env: dict[str, Value] = {}
    cwd: Value = Value()
    files: dict[str, Value] = {}
    kept: tuple[Kept, ...] = ()


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


class Tool(msgspec.Struct, frozen=True):
    """A version of a program. An empty `path` is the one that comes with shoal."""

    version: str
    path: str = ""


class Stack(ABC):
    """A language. `tools` are the programs whose versions decide what a build yields; `language` is the one that
    `toolchain` is about (empty: there is none); `lists` are the names of files that say which packages
    a source is built with; `jvm` whether there is one to hand arguments to."""

    name: str
    tools: tuple[str, ...] = ()
    language: str = ""
    lists: tuple[str, ...] = ()
    jvm: bool = False

    @abstractmethod
    def detect(self, source: Source) -> bool:
        """Whether this folder looks like one of ours."""

    def ignore(self, source: Source) -> tuple[str, ...]:
        """Names of build output, which are no part of the source."""
        return ()

    @abstractmethod
    def steps(self, source: Source) -> tuple[Step, ...]:
        """The commands that make the source runnable; none means that it runs where it lies."""

    def tooling(self, source: Source) -> dict[str, Value]:
        """Variables of a build's own commands: the language's programs on PATH."""
        return {}

    def demands(self, source: Source) -> dict[str, str]:
        """Versions of the language that the source itself asks for: where it says so -> what."""
        return {}

    def versions(self, source: Source, found: tuple[Tool, ...]) -> tuple[Tool, ...]:
        """Versions that are there, the preferred first. `found` are those of the machine."""
        own = source.tools.get(self.language, "")
        return (Tool(own),) if own else ()

    @abstractmethod
    def start(self, service: Service, source: Source) -> Launch:
        """How it is started, with `HERE` for the artifact's folder. Raises `FileError` if that can't be known."""

    @abstractmethod
    def packing(self, source: Source) -> Packing | None:
        """How an image is made of what was built, if it isn't made otherwise. Its programs are those of `in_image`."""

    def recompile(self, source: Source) -> Recompile | None:
        """The short way to build after an edit of code alone, for stacks that know one."""
        return None

    def training(self, service: Service, source: Source) -> Train | None:
        """The training run, for stacks that gain by one."""
        return None

    def packages(self, source: Source) -> frozenset[str]:
        """Names of the packages that it depends on, as far as they can be read: for `shoal init`."""
        return frozenset()

    def migrate(self, source: Source) -> tuple[str, ...]:
        """The command that brings its database up to date, where one is evident: for `shoal init`."""
        return ()

    def artifact(
        self,
        owner: str,
        source: Source,
        recipe: Recipe = Recipe(),
        programs: Mapping[str, str] = {},
        *,
        copied: bool = False,
    ) -> Artifact | None:
        """What must be built before it can start. `recipe` is resolved: it refers to artifacts by their keys.
        `programs` are those that its commands run: name -> what tells one version from another. `copied`: it can't run
        where it lies, so that it has an artifact even if nothing is to be done."""
        steps = self._all_steps(source, recipe)
        if not steps and not copied:
            return None
        tools = {name: source.tools.get(name, "") for name in self.tools} | dict(sorted(programs.items()))
        key = artifact_key(steps, source.digest, tools)
        short = self.recompile(source) if not recipe.commands() and recipe.run is None else None
        made = Artifact(key, owner, source.path, steps, source.ignore, source.digest, tools, recompile=short)
        return msgspec.structs.replace(made, packing=self.packing(source))

    def launch(self, service: Service, source: Source, key: str, sub: str = "") -> Launch:
        """How it is started from the artifact with this key (empty: from its own folder); `sub` is the folder in it."""
        plain = self.start(service, source)
        where = plain.cwd if plain.cwd.parts else HERE if key else Value((source.path,))
        command = tuple(keyed(value, key, sub) for value in plain.command)
        files = _keyed_all(plain.files, key, sub)
        kept = tuple(Kept(keyed(k.path, key, sub), keyed(k.text, key, sub)) for k in plain.kept)
        return Launch(command, _keyed_all(plain.env, key, sub), keyed(where, key, sub), files, kept)

    def train(self, service: Service, source: Source, key: str) -> Train | None:
        """The training run of the artifact with this key."""
        plain = self.training(service, source)
        if plain is None:
            return None
        command = tuple(keyed(value, key) for value in plain.command)
        files = _keyed_all(plain.files, key)
        env = _keyed_all(plain.env, key)
        return msgspec.structs.replace(plain, command=command, env=env, files=files, cwd=keyed(plain.cwd, key))

    def _all_steps(self, source: Source, recipe: Recipe) -> tuple[Step, ...]:
        env = self.tooling(source) | recipe.env
        mine = self.steps(source) if recipe.run is None else own_steps(recipe.run, env)
        if recipe.before or recipe.after:
            # They may change what a part is made of, or the part itself.
            mine = tuple(msgspec.structs.replace(step, part=None) for step in mine)
        return (*own_steps(recipe.before, env), *mine, *own_steps(recipe.after, env))


def own_steps(commands: Iterable[Command], env: dict[str, Value]) -> tuple[Step, ...]:
    """The file's own commands, named by what they run."""
    return tuple(Step(_shortened(command), command, env) for command in commands)


def _shortened(command: Command) -> str:
    text = " ".join(value.render(lambda ref: "…") for value in command)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def artifact_key(steps: tuple[Step, ...], digest: str, tools: Mapping[str, str]) -> str:
    """32 hex digits: the same content, steps and tools give the same key, on every machine."""
    wire = msgspec.json.encode((1, digest, steps, list(tools.items())), order="sorted")
    return hashlib.sha256(wire).hexdigest()[:32]


def keyed(value: Value, key: str, sub: str = "") -> Value:
    """`HERE` becomes the folder of the artifact with this key, or the folder `sub` in it."""
    here = concat(Ref("artifact", key), f"/{sub}" if sub else "")
    return value.replace(lambda ref: here if ref == Ref("artifact") else Value((ref,)))


def _keyed_all(values: dict[str, Value], key: str, sub: str = "") -> dict[str, Value]:
    return {name: keyed(value, key, sub) for name, value in values.items()}


def words(*parts: str | Ref | Value) -> tuple[Value, ...]:
    """A command line of texts and values."""
    return tuple(concat(part) for part in parts)


def search_path(*folders: str | Ref | Value) -> Value:
    """A PATH: these folders, then the system's."""
    return concat(*(piece for folder in folders for piece in (folder, ":")), SYSTEM_PATH)
