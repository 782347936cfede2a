"""Writes docs/shoal.1, the manual page, from the parsers of the verbs and the tree of errors. It is in the wheel, so
that `man shoal` finds it beside an installed shoal.

python docs/manual.py            writes it
python docs/manual.py --check    says with exit code 1 that it is not current
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from shoal import __version__
from shoal.cli.main import verb_parser
from shoal.cli.verbs import EXAMPLES, GROUPS, module_of
from shoal.errors import KINDS
from shoal.errors import __doc__ as error_tree

PAGE = Path(__file__).with_name("shoal.1")

ABOUT = """\
One file, shoal.yaml, describes an application made of services in different languages, with the databases and streams \
that they need. shoal builds and starts all of it as plain processes of this machine, looks after it, replaces what \
changed without failed requests, and stops it again. Data goes to standard output, progress to standard error; on a \
terminal progress is drawn as a live tree."""

COMMON = {
    "-f, --file FILE": "The file, or its folder. Else it is looked for here and above. "
    "logs and events have only the long form: there -f follows.",
    "--env NAME": "The environment. Else SHOAL_ENV, else dev.",
    "--target NAME": "What it runs on: process, docker, kubernetes. Else SHOAL_TARGET, else what the file says, "
    "else process.",
    "--color WHEN": "auto (the default: on a terminal, unless NO_COLOR is set), never or always.",
    "-h, --help": "What a verb does and takes.",
}

FILES = {
    "shoal.yaml": "The application. Its keys are in docs/reference.md; its schema is told by shoal config --schema.",
    ".env, .env.ENVIRONMENT": "Variables for the file, beside it.",
    "$XDG_STATE_HOME/shoal, ~/.local/state/shoal": "State, data and logs, by application and environment.",
    "$XDG_CACHE_HOME/shoal, ~/.cache/shoal": "Builds and tools: they can be made again.",
}


def text() -> str:
    lines = [f'.TH SHOAL 1 "" "shoal {__version__}" "User Commands"']
    lines += [".SH NAME", "shoal \\- run an application of many services from one file"]
    lines += [".SH SYNOPSIS", ".B shoal", ".I VERB", "[options]"]
    lines += [".SH DESCRIPTION", _plain(ABOUT)]
    lines += [".SH EXAMPLES", *_terms(EXAMPLES)]
    for title, verbs in GROUPS.items():
        lines += [f'.SH "{title.upper()}"']
        for verb in verbs:
            lines += _verb(verb)
    lines += [".SH OPTIONS OF EVERY VERB", *_terms(COMMON)]
    lines += [".SH EXIT STATUS", *_terms(dict(_codes()))]
    lines += [".SH FILES", *_terms(FILES)]
    return "\n".join(lines) + "\n"


def _verb(name: str) -> Iterator[str]:
    parser = verb_parser(name)
    common = {"--file", "--env", "--target", "--color", "--help"}
    actions = [a for a in parser._actions if a.help != argparse.SUPPRESS and not common & set(a.option_strings)]
    places = " ".join(_place(action) for action in actions if not action.option_strings)
    yield f'.SS "shoal {name}{" " + _plain(places) if places else ""}"'
    yield _plain(parser.description or "")
    yield from _terms({_spelling(a): a.help or "" for a in actions if a.option_strings})
    yield from (".PP", "For example:", f".B {_plain(import_module(module_of(name)).EXAMPLE)}")


def _place(action: argparse.Action) -> str:
    shown = str(action.metavar or action.dest.upper())
    return {"*": f"[{shown} ...]", "+": f"{shown} ...", "?": f"[{shown}]"}.get(str(action.nargs), shown)


def _spelling(action: argparse.Action) -> str:
    shown = action.metavar or "|".join(map(str, action.choices or [action.dest.upper()]))
    return ", ".join(action.option_strings) + ("" if action.nargs == 0 else f" {shown}")


def _codes() -> Iterator[tuple[str, str]]:
    yield "0", "Success. exec, run and wait --for done end with the code of what they ran or waited for."
    for line in (error_tree or "").splitlines():
        found = re.match(r"^[ │├└─]*(\w+) +(\d+) *(.*)$", line)
        if found and found[1] in KINDS:
            yield found[2], f"{found[3] or 'something else'} ({found[1]})."


def _terms(found: dict[str, str]) -> Iterator[str]:
    for term, meaning in found.items():
        yield from (".TP", f".B {_plain(term)}", _plain(meaning) or "JSON.")


def _plain(words: str) -> str:
    """For troff: one line, its own signs escaped."""
    flat = " ".join(words.replace("`", "").split())
    escaped = flat.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return re.sub(r"^([.'])", r"\\&\1", escaped)


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text() == text() else 1
    PAGE.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
