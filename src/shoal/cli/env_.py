"""What a service would get if you ran it yourself, in a debugger or an IDE: its variables, its own folder, its command
and the ports that are kept for it. It shows passwords; that is what it is for."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.output import as_json, data, progress
from shoal.cli.place import place

EXAMPLE = "shoal env posts --dotenv > .env.local"
JSON = {
    "service": "its name",
    "cwd": "its own folder",
    "command": "as a list",
    "env": "variables",
    "ports": "name and number",
    "hosts": "plain names, as lines of a hosts file; empty without `names: true`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--dotenv", action="store_true", help="NAME=value lines, for .env files (default)")
    form.add_argument("--shell", action="store_true", help='lines for a shell: eval "$(shoal env posts --shell)"')
    form.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = place(options).client().ask("environment", service=options.service)
    if options.json:
        as_json({"version": 1, "service": options.service, **found})
    else:
        data("\n".join(_shell(found) if options.shell else _dotenv(found)))
    progress("this holds passwords: keep it out of logs and repositories")
    return 0


def _head(found: dict[str, Any]) -> list[str]:
    """As comments, which both forms know."""
    ports = " ".join(f"{name}:{port}" for name, port in found["ports"].items())
    lines = [f"folder: {found['cwd']}", f"command: {shlex.join(found['command'])}", f"ports: {ports or '-'}"]
    return [f"# {line}".replace("\n", "\n# ") for line in lines]


def _dotenv(found: dict[str, Any]) -> list[str]:
    return [*_head(found), *(f"{name}={_quoted(value)}" for name, value in sorted(found["env"].items()))]


def _quoted(value: str) -> str:
    """Plain where every reader of such files agrees; else in single quotes, in which nothing is expanded, or in double
    quotes where the text has single ones or lines."""
    if value and not set(value) & set(" \t\n\r'\"\\$#`;&|<>(){}*?!~"):
        return value
    if not set(value) & set("'\n\r"):
        return f"'{value}'"
    text = value
    for old, new in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(old, new)
    return f'"{text}"'


def _shell(found: dict[str, Any]) -> list[str]:
    exports = (f"export {name}={shlex.quote(value)}" for name, value in sorted(found["env"].items()))
    return [*_head(found), f"cd {shlex.quote(found['cwd'])}", *exports]
