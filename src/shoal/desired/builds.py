"""Which folders are built, from which commands, and where each service runs. Shared builds are built once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import PurePosixPath
from posixpath import normpath

import msgspec

from shoal.desired.inputs import Inputs
from shoal.desired.packing import below, together, whole
from shoal.errors import FileError, at
from shoal.model.app import App, Command, Recipe, Service, SharedBuild
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Artifact
from shoal.stacks import STACKS, Source, Stack, recognised, stack_of
from shoal.stacks.toolchain import Asker, chosen

GATEWAY = "the gateway"


class Placed(msgspec.Struct, frozen=True):
    """Where a service runs: in `sub` of the artifact (None: where its source lies)."""

    stack: Stack
    source: Source
    artifact: Artifact | None = None
    sub: str = ""

    @property
    def key(self) -> str:
        return self.artifact.key if self.artifact else ""


def shared_builds(app: App, inputs: Inputs) -> dict[str, Artifact]:
    """Name -> artifact, each after those that it uses."""
    builds = {build.name: build for build in app.builds}
    order = TopologicalSorter({name: _used(build.recipe) & set(builds) for name, build in builds.items()})
    done: dict[str, Artifact] = {}
    for name in order.static_order():
        done[name] = _shared(app, builds[name], inputs, done)
    return done


def placed(app: App, service: Service, inputs: Inputs, built: Mapping[str, Artifact]) -> Placed:
    """Where `service` runs, and from what. Raises `FileError` if its stack can't be known."""
    source = inputs.source(service)
    stack = stack_of(service, source, app.places.get(f"{service.section}.{service.name}"))
    source = chosen(stack, source, service.toolchain, inputs.tools, _asker(app, service, service.section))
    if service.build:
        (shared,) = (build for build in app.builds if build.name == service.build)
        sub = _below(service.path, shared.path)
        packing = stack.packing(source)
        its = msgspec.structs.replace(built[service.build], packing=packing and below(packing, sub))
        return Placed(stack, source, its, sub)
    recipe = resolved(service.recipe, inputs, built)
    programs = _programs(service.recipe, inputs) | _versions(service.toolchain, stack, inputs)
    artifact = stack.artifact(service.name, source, recipe, programs, copied=app.contained and service.sourced)
    return Placed(stack, source, _whole(artifact) if artifact and (service.command or service.migrate) else artifact)


def resolved(recipe: Recipe, inputs: Inputs, built: Mapping[str, Artifact]) -> Recipe:
    """With the folders of the builds that it uses, and the gateway's address as text: what is built from it depends on
    both, so both must show in the artifact's key."""

    def one(ref: Ref) -> Value:
        if ref.kind == "property" and ref.name == "builds":
            return Value((Ref("artifact", built[ref.attr].key),))
        return concat(_gateway(ref.attr, inputs)) if ref.kind == "property" and ref.name == "gateway" else Value((ref,))

    def command(words: Command) -> Command:
        return tuple(word.replace(one) for word in words)

    return Recipe(
        run=None if recipe.run is None else tuple(map(command, recipe.run)),
        before=tuple(map(command, recipe.before)),
        after=tuple(map(command, recipe.after)),
        env={name: value.replace(one) for name, value in recipe.env.items()},
        ignore=recipe.ignore,
    )


def asks_for_gateway(app: App) -> bool:
    """Whether a build has to know where the gateway will listen."""
    return any(ref.name == "gateway" for recipe in _recipes(app) for ref in _refs(recipe))


def tools(app: App, sources: Iterable[Source]) -> frozenset[str]:
    """Programs whose versions on this machine have to be known: those that somebody asks a version of."""
    asked = [build.toolchain for build in app.builds] + [service.toolchain for service in app.services]
    named = {name for toolchain in asked for name in toolchain if name}
    python = STACKS["python"]
    wanted = any("" in toolchain for toolchain in asked) or any(python.demands(source) for source in sources)
    return frozenset(named | ({python.language} if wanted else set()))


def programs(app: App) -> frozenset[str]:
    """Programs on PATH that own commands run: names without a slash, as they are written."""
    return frozenset(name for recipe in _recipes(app) for name in _names(recipe))


def _recipes(app: App) -> list[Recipe]:
    """Of all builds; those of the engine have arguments alone."""
    images = [service.image for service in app.services if service.image]
    own = [*(build.recipe for build in app.builds), *(service.recipe for service in app.services)]
    return own + [Recipe(env=image.args) for image in images]


def _shared(app: App, build: SharedBuild, inputs: Inputs, built: Mapping[str, Artifact]) -> Artifact:
    source = inputs.source(build)
    recipe = resolved(build.recipe, inputs, built)
    with at(app.places.get(f"builds.{build.name}")):
        stack = _stack(app, build, source)
        source = chosen(stack, source, build.toolchain, inputs.tools, _asker(app, build, "builds"))
        programs = _programs(build.recipe, inputs) | _versions(build.toolchain, stack, inputs)
        artifact = stack.artifact(build.name, source, recipe, programs)
        if artifact is None:
            hint = f"say what to run: `run: [...]` under builds.{build.name}"
            raise FileError(f"build {build.name}: there is nothing to do", hint=hint)
    return _whole(artifact)


def once(artifacts: Iterable[Artifact]) -> dict[str, Artifact]:
    """By their keys, named by the last that has it; recompiled only if that will do for all."""
    found: dict[str, Artifact] = {}
    for artifact in artifacts:
        same = found.get(artifact.key)
        found[artifact.key] = _for_both(artifact, same) if same else artifact
    return found


def _for_both(one: Artifact, other: Artifact) -> Artifact:
    packing = together(one.packing, other.packing) if one.packing and other.packing else one.packing or other.packing
    return msgspec.structs.replace(one, recompile=one.recompile if other.recompile else None, packing=packing)


def _whole(artifact: Artifact) -> Artifact:
    """For whoever may need all that a build leaves, and not just what the stack starts."""
    return msgspec.structs.replace(artifact, recompile=None, packing=whole(artifact.packing))


def _stack(app: App, build: SharedBuild, source: Source) -> Stack:
    """The stack that the file names, or the one that the folder shows. One that has all its commands needs none."""
    if build.stack:
        return STACKS[build.stack]
    found = recognised(source)
    if build.recipe.run is not None and len(found) != 1:
        return STACKS["command"]
    as_service = Service(build.name, path=build.path, recipe=build.recipe)
    return stack_of(as_service, source, app.places.get(f"builds.{build.name}"))


def _asker(app: App, of: Service | SharedBuild, section: str) -> Asker:
    key = f"{section}.{of.name}"
    return Asker(of.name, key, of.path, app.places.get(f"{key}.toolchain") or app.places.get(key))


def _versions(toolchain: Mapping[str, str], stack: Stack, inputs: Inputs) -> dict[str, str]:
    """The programs that the file asks a version of: what they are is part of what they make."""
    names = [name for name in toolchain if name not in ("", stack.language)]
    return {name: " ".join(f"{tool.version} {tool.path}" for tool in inputs.tools.get(name, ())) for name in names}


def _used(recipe: Recipe) -> set[str]:
    return {ref.attr for ref in _refs(recipe) if ref.name == "builds"}


def _refs(recipe: Recipe) -> Iterable[Ref]:
    values = (*(word for command in recipe.commands() for word in command), *recipe.env.values())
    return (ref for value in values for ref in value.refs() if ref.kind == "property")


def _names(recipe: Recipe) -> set[str]:
    firsts = {str(command[0]) for command in recipe.commands() if command}
    return {name for name in firsts if "/" not in name and "$" not in name}


def _programs(recipe: Recipe, inputs: Inputs) -> dict[str, str]:
    """What its commands run, and the gateway's address if they name it: versions of what it depends on."""
    found = {name: inputs.programs.get(name, "") for name in _names(recipe)}
    return found | ({GATEWAY: _gateway("url", inputs)} if any(ref.name == "gateway" for ref in _refs(recipe)) else {})


def _gateway(attr: str, inputs: Inputs) -> str:
    host, port = inputs.gateway or ("", 0)
    return {"host": host, "port": str(port)}.get(attr, f"{inputs.scheme}://{host}:{port}")


def _below(path: str, folder: str) -> str:
    """`path` as seen from `folder`; nothing for one that lies elsewhere."""
    mine, its = PurePosixPath(normpath(path)), PurePosixPath(normpath(folder))
    below = str(mine.relative_to(its)) if mine.is_relative_to(its) else "."
    return "" if below == "." or below.startswith("..") else below
