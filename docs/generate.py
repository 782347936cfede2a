"""Writes docs/reference.md anew, from the models of the file, the parsers of the verbs and the tree of errors.

python docs/generate.py            writes it
python docs/generate.py --check    says with exit code 1 that it is not current
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from shoal.cli.main import verb_parser
from shoal.cli.verbs import VERBS, module_of
from shoal.errors import KINDS, ShoalError
from shoal.errors import __doc__ as error_tree
from shoal.spec.expand import __doc__ as expansion
from shoal.spec.hints import Key, base, expected, keys, taken_apart
from shoal.spec.models import File

PAGE = Path(__file__).with_name("reference.md")

HEAD = """\
# Reference

<!-- Made by `python docs/generate.py`; edit the models, the parsers or that script instead. -->

- [The file](#the-file): [its values](#values), then every key
- [Verbs](#verbs)
- [Errors and exit codes](#errors-and-exit-codes)
- [Variables that shoal reads](#variables-that-shoal-reads)
"""

VALUES = """\
### Values

- A **name** has lower-case letters, digits and `-`; a letter first, 40 characters at most.
- A **duration** is `500ms`, `2s`, `1m30s`, `1h`, `1d`, or a number of seconds.
- A **size** is `512Mi`, `1Gi` (1024s), `500M`, `1G` (1000s), or a number of bytes.
- **Paths** are relative to the file, unless it says otherwise.
- Keys that begin with `x-` at the top are not read: a place for YAML anchors.
- An entry of `environments` holds the same keys as the top (but for `name` and `environments`). Maps go into each
  other, lists and values are replaced, `null` removes. There is always an environment `dev`.

In every value (not in keys) `$` begins a variable or a reference. Variables are the caller's, then those of
`.env.<environment>` and `.env` beside the file ([which one wins](references-and-variables.md#which-one-wins)).
"""

READS = """\
## Variables that shoal reads

| variable | for |
| --- | --- |
| `SHOAL_ENV` | the environment, where `--env` isn't given |
| `SHOAL_TARGET` | what it runs on, where `--target` isn't given; else the file says it (`target`), else `process` |
| `SHOAL_PROFILES` | active profiles, with commas between, where `--profile` isn't given; also in `.env` |
| `XDG_STATE_HOME` | state and data: `$XDG_STATE_HOME/shoal`, else `~/.local/state/shoal` |
| `XDG_DATA_HOME` | authorities of certificates: `$XDG_DATA_HOME/shoal`, else `~/.local/share/shoal` |
| `XDG_CACHE_HOME` | builds and tools: `$XDG_CACHE_HOME/shoal`, else `~/.cache/shoal` |
| `XDG_CONFIG_HOME` | units of `install-service`: `$XDG_CONFIG_HOME/systemd/user`, else `~/.config/systemd/user` |
| `HOME` | where `~` is |
| `SUDO_USER` | `install-service` under `sudo`: whom the app runs as |
| `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, `PIP_INDEX_URL` | the index of Python packages; builds see all `UV_*`, `PIP_*` |
| `NPM_CONFIG_*` | npm's settings, the registry among them |
| `SHOAL_MAVEN_REPOSITORY` | where Maven itself and the compiler come from, instead of Maven Central |
| `DOCKER_CONFIG` | the folder with Docker's own `config.json`, for the passwords of registries (default `~/.docker`) |
| `MAVEN_OPTS`, `MAVEN_ARGS`, `JAVA_TOOL_OPTIONS` | reach Maven; mirrors stand in `~/.m2/settings.xml` |
| `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` | proxies, for set-up, builds and services; lower case too |
| `SSL_CERT_FILE`, `SSL_CERT_DIR`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS` | authorities |
| `NO_COLOR` | no colours (`--color always` wins) |
| `TERM` | `dumb` or nothing: a terminal without colours and without lines that are drawn over |

What services receive is in [references and variables](references-and-variables.md).
"""

# Where a parser says nothing because everybody knows.
KNOWN = {"--json": "print JSON", "--timestamps": "with the time before each line", "--help": "this help"}


def text() -> str:
    parts = [HEAD, "## The file", VALUES, _expansion(), *_models(), "## Verbs", *_verbs(), _errors(), READS]
    return "\n".join(part.rstrip() + "\n" for part in parts)


# The file


def _expansion() -> str:
    lines = (expansion or "").splitlines()
    return "\n".join(["```text", *(line.strip() for line in lines[1:] if line.startswith("    ")), "```"])


def _models() -> Iterator[str]:
    """A section per model, in the order in which a reader meets them; keys of one model stand together."""
    found: dict[type[msgspec.Struct], list[str]] = {}
    _visit(File, "", found)
    # An environment repeats the top; that is said in words.
    for model, paths in found.items():
        if model.__name__ != "Overlay":
            yield _section(model, [path for path in paths if not path.startswith("environments")])


def _visit(model: type[msgspec.Struct], path: str, found: dict[type[msgspec.Struct], list[str]]) -> None:
    paths = found.setdefault(model, [])
    if path in paths:
        return
    paths.append(path)
    for key in keys(model).values():
        for inner, suffix in _inside(key.hint):
            _visit(inner, f"{path}.{key.name}{suffix}".lstrip("."), found)


def _inside(hint: Any) -> Iterator[tuple[type[msgspec.Struct], str]]:
    """The models that a value may hold, with what a path gains on the way."""
    for option in taken_apart(hint).options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            yield option, ""
        elif base(option) is list:
            yield from ((model, f"[]{more}") for model, more in _inside(get_args(option)[0]))
        elif base(option) is dict:
            yield from ((model, f".<name>{more}") for model, more in _inside(get_args(option)[1]))


def _section(model: type[msgspec.Struct], paths: list[str]) -> str:
    title = ", ".join(f"`{path}`" for path in paths if path) or "The top"
    rows = [_row(key) for key in keys(model).values()]
    head = ["| key | value | default | |", "| --- | --- | --- | --- |"]
    return "\n".join([f"### {title}", "", _sentence(model.__doc__ or ""), "", *head, *rows])


def _row(key: Key) -> str:
    metas = taken_apart(key.hint).metas
    meaning = _cell(next((meta.description for meta in metas if meta.description), ""))
    return f"| `{key.name}` | {_cell(_value(key.hint))} | {_cell(_default(key))} | {meaning} |"


def _value(hint: Any) -> str:
    words = expected(hint)
    literals = [option for option in taken_apart(hint).options if base(option) is Literal]
    bounds = next((meta for meta in taken_apart(hint).metas if meta.ge is not None or meta.le is not None), None)
    if bounds and not literals:
        upper = f" to {bounds.le}" if bounds.le is not None else " or more"
        words += f", {bounds.ge}{upper}"
    return words


def _default(key: Key) -> str:
    if key.required:
        return "required"
    value = key.otherwise()
    if value is msgspec.UNSET or value in ("", [], {}, None) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


# Verbs


def _verbs() -> Iterator[str]:
    yield (
        "All verbs know `-f`, `--file FILE` (the file or its folder; else it is looked for here and above; `logs` and\n"
        "`events` have only the long form), `--env NAME` (the environment; default `dev`), `--target NAME`\n"
        "(what it runs on; default: what the file says, else `process`) and `--color auto|never|always`.\n\n"
        "With `--json` a verb prints one object (`logs` and `events`: one per line), which has the keys named below\n"
        "and `version`, now 1. The version changes when a key goes or gets another meaning, not when one is added."
    )
    for name in VERBS:
        yield _verb(name)


def _verb(name: str) -> str:
    parser = verb_parser(name)
    common = {"--file", "--env", "--target", "--color", "--help"}
    actions = [a for a in parser._actions if a.help != argparse.SUPPRESS and not common & set(a.option_strings)]
    usage = " ".join([f"shoal {name}", *(_usage(action) for action in actions)])
    rows = [f"| {_spelling(action)} | {_cell(_help(action))} |" for action in actions if action.option_strings]
    table = ["", "| option | |", "| --- | --- |", *rows] if rows else []
    json = _json(name) if any("--json" in action.option_strings for action in actions) else []
    return "\n".join([f"### `{name}`", "", f"    {usage}", "", _sentence(parser.description or ""), *table, *json])


def _json(name: str) -> list[str]:
    module = import_module(module_of(name))
    return [
        "",
        "| with `--json` | |",
        "| --- | --- |",
        *(f"| `{key}` | {_cell(text)} |" for key, text in module.JSON.items()),
    ]


def _usage(action: argparse.Action) -> str:
    shown = str(action.metavar or action.dest.upper())
    if action.option_strings:
        flag = action.option_strings[0]
        return f"[{flag}]" if action.nargs == 0 else f"[{flag} {shown}]"
    wrapped = {"*": f"[{shown} ...]", "+": f"{shown} [...]", "?": f"[{shown}]"}
    return wrapped.get(str(action.nargs), shown)


def _spelling(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f" {action.metavar}"
    return (
        ", ".join(f"`{flag}`" for flag in action.option_strings[:-1])
        + (", " if len(action.option_strings) > 1 else "")
        + f"`{action.option_strings[-1]}{value}`"
    )


def _help(action: argparse.Action) -> str:
    return action.help or KNOWN[action.option_strings[-1]]


# Errors


def _errors() -> str:
    rows = [f"| {_indent(depth)}`{kind.__name__}` | {kind.exit_code} | {meaning} |" for depth, kind, meaning in _tree()]
    head = [
        "## Errors and exit codes",
        "",
        "0 is success; `exec` and `run` end with the code of the command they ran. What to do about each error is in",
        "[troubleshooting](troubleshooting.md).",
        "",
    ]
    return "\n".join([*head, "| error | exit code | |", "| --- | --- | --- |", *rows])


def _tree() -> Iterator[tuple[int, type[ShoalError], str]]:
    """(depth, error, what it means) as the module of errors draws them."""
    for line in (error_tree or "").splitlines():
        found = re.match(r"^([ │├└─]*)(\w+)(?: +\d+)? *(.*)$", line)
        if found and found[2] in KINDS:
            depth = sum(found[1].count(mark) for mark in "│├└")
            yield depth, KINDS[found[2]], found[3] or "the base of all"


def _indent(depth: int) -> str:
    return "&nbsp;" * 4 * depth


# Words


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text() == text() else 1
    PAGE.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
