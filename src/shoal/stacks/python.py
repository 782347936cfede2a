"""Python: a venv made by uv inside the artifact; the code runs from its folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from shoal.model.app import Service
from shoal.model.values import Value, concat, program
from shoal.model.workload import Packing, Part, Step
from shoal.stacks.ports import port_env
from shoal.stacks.python_entry import entry
from shoal.stacks.source import Source
from shoal.stacks.stack import HERE, Launch, Stack, Tool, search_path, words

VENV = ".venv"
MARKS = ("pyproject.toml", "requirements.txt", "uv.lock")
LISTS = (*MARKS, "uv.toml", ".python-version")

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)")


class Python(Stack):
    name = "python"
    tools = ("python", "uv")
    language = "python"
    lists = LISTS

    def detect(self, source: Source) -> bool:
        return any(source.has(name) for name in MARKS)

    def ignore(self, source: Source) -> tuple[str, ...]:
        return ("venv", "*.egg-info", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".tox", ".coverage")

    def steps(self, source: Source) -> tuple[Step, ...]:
        venv = Step("venv", words(program("uv"), "venv", "--python", _interpreter(source), VENV))
        steps = (venv, *_dependencies(source))
        part = _part(source)
        return (*(msgspec.structs.replace(step, part=part) for step in steps), *_scripts(source))

    def tooling(self, source: Source) -> dict[str, Value]:
        """The venv's programs, as soon as there is a venv."""
        venv = concat(HERE, f"/{VENV}")
        return {"PATH": search_path(concat(venv, "/bin")), "VIRTUAL_ENV": venv}

    def demands(self, source: Source) -> dict[str, str]:
        required = project(source).get("project", {}).get("requires-python", "")
        found = {".python-version": source.line(".python-version"), "requires-python": str(required)}
        return {where: text for where, text in found.items() if text}

    def versions(self, source: Source, found: tuple[Tool, ...]) -> tuple[Tool, ...]:
        """shoal's own interpreter, then whatever `python3.N` are on PATH."""
        own = source.tools.get("python", "").partition(" ")[0]
        return (*((Tool(own),) if own else ()), *found)

    def packing(self, source: Source) -> Packing:
        """An image of the same minor version: a venv, and what was compiled for it, fits no other."""
        minor = ".".join(source.tools.get("python", "").partition(" ")[0].split(".")[:2]) or "3"
        python = f"{VENV}/bin/python"
        return Packing(f"python:{minor}-slim", apart=(VENV,), left_out=(f"{VENV}/.lock",), python=python)

    def start(self, service: Service, source: Source) -> Launch:
        venv = concat(HERE, f"/{VENV}")
        command = service.command or entry(service, source, concat(venv, "/bin/"))
        return Launch(command, _env(service, source, venv), HERE)

    def packages(self, source: Source) -> frozenset[str]:
        lines = source.texts.get("requirements.txt", "").splitlines()
        lines += [str(line) for line in project(source).get("project", {}).get("dependencies", ())]
        found = (_REQUIREMENT.match(line) for line in lines)
        return frozenset(re.sub(r"[-_.]+", "-", match[1]).lower() for match in found if match)

    def migrate(self, source: Source) -> tuple[str, ...]:
        if "flask-migrate" in self.packages(source) and any(n.startswith("migrations/") for n in source.names):
            return ("flask", "db", "upgrade")
        if source.has("alembic.ini"):
            return ("alembic", "upgrade", "head")
        return ("python", "manage.py", "migrate") if source.has("manage.py") else ()


def _interpreter(source: Source) -> Value:
    return concat(source.interpreter) if source.interpreter else program("python")


def project(source: Source) -> Mapping[str, Any]:
    """The tables of pyproject.toml; empty when there is none or it isn't TOML (uv will say so better than we can)."""
    return _tables(source.texts.get("pyproject.toml", ""))


# Asked again and again, of texts that hardly ever change, while somebody waits for an edit.
@lru_cache(maxsize=64)
def _tables(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _dependencies(source: Source) -> tuple[Step, ...]:
    note = "Python packages; from the cache after the first time"
    install = ("pip", "install", "--python", VENV)
    if source.has("requirements.txt"):
        text = source.texts.get("requirements.txt", "")
        checked = ("--require-hashes",) if "--hash=" in text else ()
        return (Step("dependencies", words(program("uv"), *install, *checked, "-r", "requirements.txt"), note=note),)
    if source.has("uv.lock"):
        flags = ("sync", "--frozen", "--no-dev", "--no-install-project")
        env = {"UV_PROJECT_ENVIRONMENT": concat(HERE, f"/{VENV}")}
        return (Step("dependencies", words(program("uv"), *flags), env, note=note),)
    if project(source).get("project", {}).get("dependencies"):
        return (Step("dependencies", words(program("uv"), *install, "-r", "pyproject.toml"), note=note),)
    return ()


LOCAL = re.compile(
    r"""(^|[\s"'=@,])(-[erfc]\b|--(?!hash)|\.{0,2}/|\.($|\s)|file:)|\b(path|workspace|dynamic)\b""", re.MULTILINE
)
"""In a list of packages: something that lies beside it, so that the list alone doesn't tell what is installed."""


def _part(source: Source) -> Part | None:
    """The venv, if the lists of packages tell all that is in it: not the project itself, nor what lies beside it."""
    texts = [source.texts.get(name, "") for name in ("requirements.txt", "pyproject.toml")]
    listed = texts[0] if source.has("requirements.txt") else texts[1]
    if project(source).get("project", {}).get("scripts") or _names_a_place(listed):
        return None
    return Part(VENV, LISTS)


@lru_cache(maxsize=64)
def _names_a_place(listed: str) -> bool:
    code = "\n".join(line.partition(" #")[0] for line in listed.splitlines() if not line.lstrip().startswith("#"))
    return LOCAL.search(code) is not None


def _scripts(source: Source) -> tuple[Step, ...]:
    """A project that declares commands is installed, so that they exist; any other runs from its folder as it is."""
    if not project(source).get("project", {}).get("scripts"):
        return ()
    command = words(program("uv"), "pip", "install", "--python", VENV, "--no-deps", ".")
    return (Step("install", command, note="puts the project's own commands into its venv"),)


def _env(service: Service, source: Source, venv: Value) -> dict[str, Value]:
    env = {
        "PATH": search_path(concat(venv, "/bin")),
        "VIRTUAL_ENV": venv,
        "PYTHONUNBUFFERED": concat("1"),
        **port_env(
            service,
            port=("FLASK_RUN_PORT", "UVICORN_PORT", "GRANIAN_PORT"),
            host=("FLASK_RUN_HOST", "UVICORN_HOST", "GRANIAN_HOST"),
        ),
    }
    if "PORT" in env:
        # By itself it would take $PORT, but on every address.
        env["GUNICORN_CMD_ARGS"] = concat("--bind=", env["HOST"], ":", env["PORT"])
    if any(name.startswith("src/") for name in source.names):
        env["PYTHONPATH"] = concat(HERE, "/src")
    return env
