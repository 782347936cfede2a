"""One folder that could be a service, and what it shows of itself."""

from __future__ import annotations

import re

import msgspec

from shoal.backing.clients import CLIENTS
from shoal.draft import clues
from shoal.errors import FileError
from shoal.model.app import Port, Service
from shoal.stacks import STACKS, Source, Stack

WEB = frozenset({"web", "frontend", "front", "ui", "www", "site", "client", "webapp"})
PAGES = frozenset({"react", "preact", "vue", "svelte", "next", "nuxt", "@angular/core", "solid-js", "astro"})
SERVERS = frozenset({"flask", "uvicorn", "fastapi", "granian", "gunicorn"})


class Folder(msgspec.Struct, frozen=True):
    """As it lies there. `path` is relative to the app; `code` are the texts of its sources, without its tests'."""

    path: str
    source: Source
    code: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """What is known of it. `trouble`: why it can't be started as it is. `clients` are the packages by which it shows
    which engines it uses; `others` further programs in it."""

    path: str
    stack: str
    named: bool = False  # the file has to say which stack, since the folder alone doesn't
    also: tuple[str, ...] = ()
    command: str = ""
    trouble: str = ""
    clients: dict[str, str] = {}
    migrate: tuple[str, ...] = ()
    health: dict[str, str] = {}
    routes: tuple[str, ...] = ()
    pages: bool = False
    listens: bool = False
    others: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


def look(folder: Folder) -> Part | None:
    """The part that a folder is, if any stack recognises it."""
    source = folder.source
    found = [stack for stack in STACKS.values() if stack.detect(source)]
    if not found:
        return None
    stack, *also = found
    packages = stack.packages(source)
    pages = _pages(folder, packages)
    command, trouble = _command(stack, folder)
    static = STACKS["static"]
    if trouble and pages and static.steps(source):  # nothing to start, but a build that makes pages
        stack, (command, trouble) = static, _command(static, folder)
    return Part(
        path=folder.path,
        stack=stack.name,
        named=bool(also) or stack is not found[0],
        also=tuple(other.name for other in also),
        command=command,
        trouble=trouble,
        clients=_clients(stack.name, packages),
        migrate=stack.migrate(source),
        health=_health(folder, packages),
        routes=clues.routes(folder.code),
        pages=pages,
        listens=stack is static or _listens(folder, packages),
        others=_others(source, command),
        code=folder.code,
    )


def _command(stack: Stack, folder: Folder) -> tuple[str, str]:
    """How it is started, in words, or why that can't be told."""
    try:
        launch = stack.start(Service(name=folder.path, path=folder.path, ports=(Port(),)), folder.source)
    except FileError as problem:
        return "", _line(problem.what.partition(": ")[2] or problem.what)
    first, *rest = [value.render(lambda ref: ref.name if ref.kind == "program" else "") for value in launch.command]
    shown = (word.removeprefix("/") for word in rest if not word.startswith("@"))  # a file of options
    return _line(" ".join([first.rpartition("/")[2], *shown])), ""


def _line(text: str) -> str:
    """As a comment can hold it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _listens(folder: Folder, packages: frozenset[str]) -> bool:
    spring = any(name.startswith("spring-boot-starter-web") for name in packages)
    return spring or bool(packages & SERVERS) or clues.reads(folder.code, "PORT")


def _clients(stack: str, packages: frozenset[str]) -> dict[str, str]:
    """Engine -> the package that tells."""
    known = {engine: sorted(packages & by_stack.get(stack, frozenset())) for engine, by_stack in CLIENTS.items()}
    return {engine: found[0] for engine, found in known.items() if found}


def _health(folder: Folder, packages: frozenset[str]) -> dict[str, str]:
    if "spring-boot-starter-actuator" in packages:
        return {"ready": "/actuator/health"}
    return clues.health(folder.code)


def _pages(folder: Folder, packages: frozenset[str]) -> bool:
    html = any(name.rpartition("/")[2] == "index.html" for name in folder.source.names)
    return html or bool(packages & PAGES) or folder.path.rpartition("/")[2] in WEB


def _others(source: Source, command: str) -> tuple[str, ...]:
    """Further packages that can be run, by `python -m`."""
    found = (re.fullmatch(r"(?:src/)?([\w/]+)/__main__\.py", name) for name in source.names)
    modules = [match[1].replace("/", ".") for match in found if match]
    return tuple(module for module in modules if not command.endswith(f"-m {module}"))
