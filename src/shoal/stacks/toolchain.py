"""Which of the versions that are there builds and runs a folder; a clear refusal when none is what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from shoal.errors import FileError, Place, ToolMissing
from shoal.model.demand import Demand, demand
from shoal.stacks.source import Source
from shoal.stacks.stack import Stack, Tool

TITLES = {"python": "Python", "java": "Java", "node": "Node"}
MANY = 5


class Asker(NamedTuple):
    """Who asks: a name for people, the key of the file, and where that stands; `path` is its folder."""

    name: str
    key: str
    path: str
    place: Place | None = None


class _Wish(NamedTuple):
    demand: Demand
    where: str


def chosen(
    stack: Stack, source: Source, asked: Mapping[str, str], there: Mapping[str, tuple[Tool, ...]], asker: Asker
) -> Source:
    """The source as the version of its language builds it that all demands admit. `asked` are the file's own, which
    stand in for those of the source; `there` are versions found on this machine. Raises `ToolMissing`, `FileError`."""
    for program, text in asked.items():
        if program not in ("", stack.language):
            _first(program, there.get(program, ()), [_wish(text, f"{asker.key}.toolchain", asker)], asker)
    if not stack.language:
        return _languageless(source, asked, asker)
    own = asked.get(stack.language, asked.get("", ""))
    written = {f"{asker.key}.toolchain": own} if own else stack.demands(source)
    wishes = [_wish(text, where if own else f"{where} in {asker.path}", asker) for where, text in written.items()]
    versions = stack.versions(source, there.get(stack.language, ()))
    if not versions:  # the engine itself is missing: whoever needs it says so, and how it comes
        return source
    tool = _first(stack.language, versions, wishes, asker)
    return source if not tool.path else _with(source, stack.language, tool)


def _with(source: Source, language: str, tool: Tool) -> Source:
    tools = source.tools | {language: f"{tool.version} {tool.path}"}
    return msgspec.structs.replace(source, interpreter=tool.path, tools=tools)


def _languageless(source: Source, asked: Mapping[str, str], asker: Asker) -> Source:
    if "" in asked:
        what = f"{asker.name} has the stack `command`, so `toolchain: {asked['']}` doesn't say of what"
        raise FileError(what, where=asker.place, hint='name the program: `toolchain: {go: ">=1.22"}`')
    return source


def _wish(text: str, where: str, asker: Asker) -> _Wish:
    found = demand(text)
    if found is None:
        hint = f'such as "3.12", ">=17" or "^20 || ^22"; or say it with `toolchain:` under {asker.key}'
        raise FileError(f"{asker.name}: {text!r} ({where}) is not a version", where=asker.place, hint=hint)
    return _Wish(found, where)


def _first(language: str, there: tuple[Tool, ...], wishes: list[_Wish], asker: Asker) -> Tool:
    """The first that all demands admit: what comes with shoal stands before what is found on PATH."""
    for tool in there:
        if all(wish.demand.admits(tool.version) for wish in wishes):
            return tool
    refused = next((w for w in wishes if not any(w.demand.admits(tool.version) for tool in there)), wishes[0])
    title = TITLES.get(language, language)
    here = _listed([tool.version for tool in there])
    what = f"{asker.name} asks for {title} {refused.demand.text} ({refused.where}); here is {here}"
    raise ToolMissing(what, where=asker.place, hint=_way_out(language, title, asker))


def _listed(versions: list[str]) -> str:
    if len(versions) > MANY:
        return f"{versions[0]} down to {versions[-1]}"
    return ", ".join(versions) or "none"


def _way_out(language: str, title: str, asker: Asker) -> str:
    if language in ("java", "node"):
        return f"{title} comes with shoal, in this version alone; change what asks, or `toolchain:` under {asker.key}"
    program = "python3.N" if language == "python" else language
    return f"install it, so that `{program}` of that version is on PATH, or change what asks"
