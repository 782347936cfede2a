"""Command lines and environments: lists or texts → Values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shoal.errors import MissingVariable, SyntaxProblem, WrongType
from shoal.model.values import Ref, Value, concat
from shoal.spec.facts import Facts
from shoal.spec.models import Words
from shoal.spec.references import Caller, resolve
from shoal.spec.scalars import Template
from shoal.spec.tree import Path
from shoal.spec.words import quote

# What Kubernetes admits, too: Spring's dotted names are fine, spaces and = are not.
_VARIABLE = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")


def words_of(words: Words, path: Path, caller: Caller, facts: Facts) -> tuple[Value, ...]:
    """The words of a command line; a text is split as a shell would, without any of a shell's other powers."""
    if isinstance(words, list):
        return tuple(resolve(word, (*path, i), caller, facts, argument=True) for i, word in enumerate(words))
    return tuple(_split(resolve(words, path, caller, facts, argument=True), path, facts))


def _split(value: Value, path: Path, facts: Facts) -> list[Value]:
    import shlex  # late: most files write lists

    # References are one word whatever they hold: a NUL, which no text here has, stands for each while we split.
    refs = list(value.refs())
    text = "".join(part if isinstance(part, str) else "\0" for part in value.parts)
    try:
        words = shlex.split(text)
    except ValueError as error:
        what = f"can't be split into words: {str(error).lower()}"
        facts.problem(SyntaxProblem, path, what, "a list needs no quoting")
        return []
    left = iter(refs)
    return [concat(*_refilled(word, left)) for word in words]


def _refilled(word: str, refs: Iterator[Ref]) -> list[str | Ref]:
    first, *others = word.split("\0")
    pieces: list[str | Ref] = [first]
    for text in others:
        pieces += [next(refs), text]
    return pieces


def environment_of(
    written: dict[str, Template | None] | list[Template], path: Path, caller: Caller, facts: Facts
) -> dict[str, Value]:
    """Name → value, checked; a name alone takes the caller's value."""
    found: dict[str, Value] = {}
    for name, template, here in _pairs(written, path, facts):
        if not _VARIABLE.fullmatch(name):
            facts.problem_at_key(WrongType, here, f"{quote(name)} is not a name of a variable")
        elif name in found:
            facts.problem(WrongType, here, f"{name} is set twice")
        else:
            found[name] = _inherited(name, here, facts) if template is None else resolve(template, here, caller, facts)
    return found


def _inherited(name: str, path: Path, facts: Facts) -> Value:
    if name not in facts.variables:
        hint = f"set it, put `{name}=...` into .env beside the file, or give it a value here"
        facts.problem_at_key(MissingVariable, path, f"the variable {name} has no value", hint)
    return concat(facts.variables.get(name, ""))


def _pairs(
    written: dict[str, Template | None] | list[Template], path: Path, facts: Facts
) -> list[tuple[str, Template | None, Path]]:
    if isinstance(written, dict):
        return [(name, template, (*path, name)) for name, template in written.items()]
    items = ((item, (*path, index)) for index, item in enumerate(written))
    return [_pair(item, here) for item, here in items if not facts.report.broken(here)]


def _pair(item: Template, path: Path) -> tuple[str, Template | None, Path]:
    """`NAME=text with ${holes}` at its first equals sign; holes before it are part of no valid name."""
    first = item.value.parts[0] if item.value.parts else ""
    if not isinstance(first, str) or ("=" not in first and len(item.value.parts) > 1):
        return "", None, path
    name, equals, rest = first.partition("=")
    return name, Template(concat(rest, *item.value.parts[1:])) if equals else None, path
