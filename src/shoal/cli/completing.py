"""What may stand where the cursor is. Reads the file as it is, without checking it: half of it may be being written."""

from __future__ import annotations

from argparse import REMAINDER, SUPPRESS, Action, ArgumentParser, Namespace
from itertools import pairwise
from typing import Any

from shoal.cli.place import place
from shoal.cli.verbs import LONG_FILE, VERBS
from shoal.errors import ShoalError
from shoal.model.names import TARGETS

SECTIONS = ("services", "jobs", "backing")
# How a place for services goes on after the name.
ENDINGS = {"counts": "=", "source": ":", "target": ":"}
SERVICES = ("service", "services", "excepted", *ENDINGS)


def candidates(words: list[str]) -> list[str]:
    """For the last of `words` (all but `shoal`), those that begin with it."""
    *before, last = words or [""]
    if not before:
        return _begin([*VERBS, "--help", "--version"], last)
    if before[0] not in VERBS:
        return []
    from shoal.cli.main import verb_parser

    parser = verb_parser(before[0])
    action, positionals = _expected(parser, before[1:])
    if action is not None and action.option_strings:
        return _begin(_values(action, before), last)
    if last.startswith("-"):
        return _begin([option for a in parser._actions if a.help != SUPPRESS for option in a.option_strings], last)
    # Past a command's first word it is the command's own business.
    return _begin(_values(positionals, before), last) if positionals else []


def _begin(words: list[str], last: str) -> list[str]:
    return [word for word in words if word.startswith(last)]


def _expected(parser: ArgumentParser, words: list[str]) -> tuple[Action | None, Action | None]:
    """The option whose value comes next, and the positional that would."""
    options = {name: action for action in parser._actions for name in action.option_strings}
    places = [action for action in parser._actions if not action.option_strings]
    value, seen = None, 0
    for word in words:
        if value is not None:
            value = None
        elif word.startswith("-"):
            found = options.get(word)
            value = found if found is not None and found.nargs != 0 else None
        else:
            seen += 1
    many = [action for action in places if action.nargs in ("*", "+")]
    here = places[seen] if seen < len(places) else many[-1] if many else None
    return value, None if here is not None and here.nargs == REMAINDER else here


def _values(action: Action, before: list[str]) -> list[str]:
    if action.choices:
        return [str(choice) for choice in action.choices]
    if "--env" in action.option_strings:
        return sorted({"dev", *_read(before).get("environments", {})})
    if "--target" in action.option_strings:
        return list(TARGETS)
    if action.dest in SERVICES:
        return [name + ENDINGS.get(action.dest, "") for name in _services(before)]
    return []


def _services(before: list[str]) -> list[str]:
    file = _read(before)
    overlay = file.get("environments", {}).get(_given(before, "--env") or "dev") or {}
    return sorted({name for part in (file, overlay) for section in SECTIONS for name in part.get(section) or {}})


def _read(before: list[str]) -> dict[str, Any]:
    """The file's top; nothing when it isn't there or can't be read."""
    import yaml

    # `logs -f` follows.
    short = () if before[0] in LONG_FILE else ("-f",)
    options = Namespace(file=_given(before, "--file", *short), env=_given(before, "--env") or "dev", run_on="")
    try:
        found = yaml.load(place(options).file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (ShoalError, OSError, ValueError, yaml.YAMLError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _given(before: list[str], *names: str) -> str:
    """The value of an option among the words."""
    return next((after for word, after in pairwise(before) if word in names), "")
