"""`build` and `builds` → Recipe, SharedBuild."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from shoal.errors import Cycle, UnknownReference, WrongType
from shoal.model.app import Command, Recipe, SharedBuild
from shoal.model.demand import demand
from shoal.model.values import Ref
from shoal.spec.commands import environment_of, words_of
from shoal.spec.cycles import from_the_first
from shoal.spec.facts import Facts
from shoal.spec.models import BuildEntry, Commands, OwnBuildEntry, SharedBuildEntry, Words, Work
from shoal.spec.references import Caller
from shoal.spec.tree import Path
from shoal.spec.words import quote, suggestion

_COMPOSE = "the folder is `path`; a command is written as a list: `build: [make]`"


class Built(NamedTuple):
    """What a service's `build` says: a shared build's name, or a recipe."""

    shared: str = ""
    recipe: Recipe = Recipe()


def builds_of(facts: Facts) -> tuple[SharedBuild, ...]:
    """The shared builds, in the file's order; none of them uses itself."""
    found = tuple(_shared(name, entry, facts) for name, entry in facts.file.builds.items())
    _check_cycles(found, facts)
    return found


def build_of(entry: str | list[Words] | OwnBuildEntry | UnsetType, path: Path, name: str, facts: Facts) -> Built:
    """What a service or job says about its build."""
    if entry is UNSET or (facts.report.broken(path) and not isinstance(entry, BuildEntry)):
        return Built()
    if isinstance(entry, str):
        names = facts.names("builds")
        if entry not in names:
            facts.problem(UnknownReference, path, f"there is no build {quote(entry)}", _hint(entry, names))
            return Built()
        return Built(shared=entry)
    written = BuildEntry(run=entry) if isinstance(entry, list) else entry
    return Built(recipe=_recipe(written, path, name, facts, listed=isinstance(entry, list)))


def toolchain_of(entry: str | dict[str, str] | UnsetType, path: Path, facts: Facts) -> dict[str, str]:
    """Program (empty: the stack's language) → demand."""
    found = {} if entry is UNSET else {"": entry} if isinstance(entry, str) else entry
    for program, text in found.items():
        here = (*path, program) if program else path
        if demand(text) is None and not facts.report.broken(here):
            hint = 'such as "3.12", ">=17" or "^20 || ^22"'
            facts.problem(WrongType, here, f"expected a version, got {quote(text)}", hint)
        if "/" in program:
            facts.problem_at_key(WrongType, here, f"expected a program on PATH, got {quote(program)}")
    return found


def path_of(entry: Work, shared: str, facts: Facts) -> str:
    """A service that runs from a shared build stands in that build's folder, if it doesn't say where."""
    build = facts.file.builds.get(shared)
    return build.path if build is not None and entry.path == "." else entry.path


def _hint(name: str, names: list[str]) -> str:
    near = suggestion(name, names, "there are")
    return near if near.startswith("did") else f"{near}; {_COMPOSE}" if near else _COMPOSE


def _shared(name: str, entry: SharedBuildEntry, facts: Facts) -> SharedBuild:
    path = ("builds", name)
    facts.folder_there((*path, "path"), entry.path)
    stack = "" if entry.stack is UNSET else entry.stack
    if stack == "command" and entry.run is UNSET and not facts.report.broken((*path, "run")):
        facts.problem(WrongType, path, "`stack: command` needs commands to build with", "run: [make]")
    toolchain = toolchain_of(entry.toolchain, (*path, "toolchain"), facts)
    return SharedBuild(name, entry.path, stack, _recipe(entry, path, name, facts), toolchain)


def _recipe(entry: BuildEntry, path: Path, name: str, facts: Facts, *, listed: bool = False) -> Recipe:
    caller = Caller(name, path, building=True)
    run = None if entry.run is UNSET else _commands(entry.run, path if listed else (*path, "run"), caller, facts)
    for index, ignored in enumerate(entry.ignore):
        here = (*path, "ignore", index)
        if (not ignored or "/" in ignored) and not facts.report.broken(here):
            facts.problem(WrongType, here, f"expected a name, got {quote(ignored)}", "without folders: `gen`, `*.o`")
    return Recipe(
        run=run,
        before=_commands(entry.before, (*path, "before"), caller, facts),
        after=_commands(entry.after, (*path, "after"), caller, facts),
        env=environment_of(entry.environment, (*path, "environment"), caller, facts),
        ignore=tuple(entry.ignore),
    )


def _commands(commands: Commands, path: Path, caller: Caller, facts: Facts) -> tuple[Command, ...]:
    found = []
    for index, words in enumerate(commands):
        here = (*path, index)
        command = words_of(words, here, caller, facts)
        if not command and not facts.report.broken(here):
            facts.problem(WrongType, here, "expected a command, got nothing", "such as [make, all] or `make all`")
        found.append(command)
    return tuple(found)


def _check_cycles(builds: tuple[SharedBuild, ...], facts: Facts) -> None:
    uses = {build.name: sorted(_used(build.recipe)) for build in builds}
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle = from_the_first([str(name) for name in reversed(error.args[1])], list(uses))
        what = f"{' → '.join(circle)}: each is built from the next"
        facts.problem_at_key(Cycle, ("builds", circle[0]), what, f"take ${{builds.{circle[1]}}} out of it")


def _used(recipe: Recipe) -> set[str]:
    values = (*(word for command in recipe.commands() for word in command), *recipe.env.values())
    return {ref.attr for value in values for ref in value.refs() if ref == Ref("property", "builds", ref.attr)}
