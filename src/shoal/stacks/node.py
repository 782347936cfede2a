"""Node: `npm ci`, the build script if there is one, then what `npm start` would run — without npm in between."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import Any

from shoal.errors import FileError
from shoal.model.app import Service
from shoal.model.values import Value, concat, program
from shoal.model.workload import Packing, Part, Step
from shoal.stacks.ports import port_env
from shoal.stacks.source import Source
from shoal.stacks.stack import HERE, Launch, Stack, search_path, words

PACKAGES = "node_modules"
DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
LISTS = ("package.json", "package-lock.json", ".npmrc")
SHELL = re.compile(r"[&|;<>$`*?(){}\\\n]")


class Node(Stack):
    name = "node"
    tools = ("node",)
    language = "node"
    lists = LISTS

    def detect(self, source: Source) -> bool:
        return source.has("package.json")

    def ignore(self, source: Source) -> tuple[str, ...]:
        """Where a build script is, its usual output isn't source; elsewhere it may have been committed."""
        return ("dist", "build", ".next", "coverage", ".cache") if _scripts(source).get("build") else ("coverage",)

    def steps(self, source: Source) -> tuple[Step, ...]:
        verb = "ci" if source.has("package-lock.json") else "install"
        env = self.tooling(source)
        # Packages that only the build needs are left out of an install when NODE_ENV says production.
        install = npm(verb, "--include=dev", "--no-audit", "--no-fund")
        note = "npm packages; from the cache after the first time"
        steps = [Step("dependencies", install, env, note=note, part=_part(source))]
        if _scripts(source).get("build"):
            steps.append(_build(source, env))
        return tuple(steps)

    def tooling(self, source: Source) -> dict[str, Value]:
        return {"PATH": _path()}

    def demands(self, source: Source) -> dict[str, str]:
        engines = _package(source).get("engines")
        found = {name: source.line(name) for name in (".nvmrc", ".node-version")}
        found["engines.node"] = str(engines.get("node") or "") if isinstance(engines, dict) else ""
        return {where: text for where, text in found.items() if text}

    def packing(self, source: Source) -> Packing:
        """The registry's passwords stand in .npmrc."""
        major = source.tools.get("node", "").partition(".")[0] or "lts"
        left_out = (f"{PACKAGES}/.cache", "**/.npmrc")
        return Packing(f"node:{major}-slim", apart=(PACKAGES,), left_out=left_out, runs=_built_folder(source))

    def start(self, service: Service, source: Source) -> Launch:
        env = {"PATH": _path(), "NODE_ENV": concat("production"), **port_env(service)}
        if service.command:
            return Launch(service.command, env, HERE)
        extra, command = _start(service, source)
        return Launch(command, env | extra, HERE)

    def packages(self, source: Source) -> frozenset[str]:
        found = _package(source).get("dependencies")
        return frozenset(found) if isinstance(found, dict) else frozenset()

    def migrate(self, source: Source) -> tuple[str, ...]:
        if source.has("prisma/schema.prisma"):
            return ("prisma", "migrate", "deploy")
        return ("knex", "migrate:latest") if source.has("knexfile.js") else ()


HOOKS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")


def _part(source: Source) -> Part | None:
    """The packages, if the lock alone tells them: no workspaces, nothing from a folder, no hooks of its own."""
    package = _package(source)
    wanted = [str(v) for key in DEPENDENCIES for v in dict(package.get(key) or {}).values()]
    beside = any(version.startswith(("file:", "link:", ".", "/", "~/")) for version in wanted)
    locked = source.has("package-lock.json")
    if not locked or beside or package.get("workspaces") or any(hook in _scripts(source) for hook in HOOKS):
        return None
    # Some build scripts write into packages (generated clients, caches).
    return Part(PACKAGES, LISTS, "copy" if _scripts(source).get("build") else "link")


def _build(source: Source, env: dict[str, Value]) -> Step:
    """A plain `node X ...` is run directly: npm takes longer to start than many a build. Hooks beside it are npm's."""
    scripts = _scripts(source)
    hooked = scripts.get("prebuild") or scripts.get("postbuild")
    direct = None if hooked else _direct(str(scripts["build"]))
    extra, command = direct or ({}, npm("run", "build"))
    return Step("build", command, env | extra, note="the project's own build script")


def npm(*args: str) -> tuple[Value, ...]:
    """npm on the pinned node, whatever `node` the machine has."""
    return words(program("node"), program("npm"), *args)


def _path() -> Value:
    return search_path(concat(HERE, f"/{PACKAGES}/.bin"), program("node-bin"))


def _start(service: Service, source: Source) -> tuple[dict[str, Value], tuple[Value, ...]]:
    """Variables and command. A plain `node X ...` is run directly: npm would stand between it and its signals."""
    script = str(_scripts(source).get("start") or "")
    if script:
        return _direct(script) or ({}, npm("run", "--silent", "start"))
    main = _package(source).get("main") or ("server.js" if source.has("server.js") else "")
    if main:
        return {}, words(program("node"), str(main))
    what = f"service {service.name}: package.json has no `start` script and no `main` ({source.seen()})"
    raise FileError(what, hint=f"add one, or `command: [...]` under services.{service.name}")


def _built_folder(source: Source) -> str:
    """The folder of what is started, if a build script has made it and Node runs it as it is."""
    scripts = _scripts(source)
    _, command = _direct(str(scripts.get("start") or "")) or ({}, ())
    files = [str(word) for word in command[1:] if not str(word).startswith("-")]
    folder, slash, _ = posixpath.normpath(files[0]).partition("/") if files else ("", "", "")
    return folder if scripts.get("build") and slash and folder in Node().ignore(source) else ""


def _direct(script: str) -> tuple[dict[str, Value], tuple[Value, ...]] | None:
    if SHELL.search(script):
        return None
    tokens = shlex.split(script)
    env = {}
    while tokens and ASSIGNMENT.match(tokens[0]):
        name, _, value = tokens.pop(0).partition("=")
        env[name] = concat(value)
    return (env, words(program("node"), *tokens[1:])) if tokens[:1] == ["node"] else None


def _package(source: Source) -> dict[str, Any]:
    """package.json; empty if it isn't a JSON object (npm will say so better than we can)."""
    try:
        found = json.loads(source.texts.get("package.json", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _scripts(source: Source) -> dict[str, Any]:
    found = _package(source).get("scripts")
    return found if isinstance(found, dict) else {}
