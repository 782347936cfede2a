"""A file of variables: `.env` beside shoal.yaml, and its kin.

    # a comment                       export NAME=value     as a shell would
    NAME=plain text # and a comment   NAME='as it stands: $5 \\n'
    NAME="line one\\nline two, $OTHER and ${OTHER:-default}"     quoted texts may go over several lines

Values may use names from earlier lines, and those that are `given`, which win.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from shoal.errors import MissingVariable, Place, SyntaxProblem
from shoal.spec.expand import Scope, Trouble, expand

_START = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*")
_ALONE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:\n|\Z)")
_SKIP = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PLAIN = re.compile(r"[^\n]*")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "\n": "", "$": "$$", "'": "'"}


class Setting(NamedTuple):
    """What one line sets a name to."""

    value: str
    place: Place


def parse(
    text: str,
    file: str,
    given: Mapping[str, str],
    before: Mapping[str, str] = {},
    scope: Callable[[Mapping[str, str]], Scope] = Scope,
) -> dict[str, Setting]:
    """What a text sets; of two lines for one name the later counts. Its values may use `given`, which win over names
    of its own, and `before`, which don't; `scope` is how they are read. Raises SyntaxProblem, MissingVariable."""
    text = text.replace("\r\n", "\n")
    found: dict[str, Setting] = {}
    own = dict(before)
    at = 0
    while at < len(text):
        blank = _SKIP.match(text, at)
        if blank:
            at = blank.end()
            continue
        name, setting, at = _assignment(text, at, file, scope({**own, **given}))
        if setting is not None:
            found[name] = setting
            own[name] = setting.value
    return found


def _assignment(text: str, at: int, file: str, scope: Scope) -> tuple[str, Setting | None, int]:
    """One `NAME=value`: the name, what it is set to, and where the text goes on. In Compose's reading a name may stand
    alone: it has the value that it has already, if any."""
    start = _START.match(text, at)
    alone = _ALONE.match(text, at) if scope.strict else None
    if alone and not start:
        value = scope.variables.get(alone[1])
        return alone[1], None if value is None else Setting(value, _place(text, alone.start(1), file)), alone.end()
    if not start:
        raise SyntaxProblem("expected NAME=value", where=_place(text, at, file))
    try:
        value, end = _value(text, start.end(), scope)
    except Trouble as trouble:
        where = _place(text, start.end(), file)
        hint = "single quotes keep a $ as it is" if trouble.kind is MissingVariable else trouble.hint
        raise trouble.kind(trouble.what, where=where, hint=hint) from None
    rest = _SKIP.match(text, end)
    if not rest:
        what = "expected the end of the line after the closing quote"
        raise SyntaxProblem(what, where=_place(text, end, file))
    return start[1], Setting(value, _place(text, start.start(1), file)), rest.end()


def _value(text: str, at: int, scope: Scope) -> tuple[str, int]:
    quoted = text[at : at + 1]
    if quoted == "'":
        match = _SINGLE.match(text, at)
        raw = match[1] if match else ""
    elif quoted == '"':
        match = _DOUBLE.match(text, at)
        raw = _filled(_ESCAPE.sub(_unescaped, match[1]), scope) if match else ""
    else:
        match = _PLAIN.match(text, at)
        raw = _filled(_COMMENT.sub("", match[0]).strip(), scope) if match else ""
    if not match:
        raise Trouble(SyntaxProblem, f"the quote {quoted} is never closed")
    return raw, match.end()


def _unescaped(match: re.Match[str]) -> str:
    # `\$` becomes `$$`, which `expand` reads as a dollar sign; an unknown escape stays as it was written.
    return _ESCAPES.get(match[1], match[0])


def _filled(text: str, scope: Scope) -> str:
    pieces = expand(text, scope)
    for piece in pieces:
        if not isinstance(piece, str):
            hint = "single quotes keep a $ as it is"
            raise Trouble(SyntaxProblem, "references belong into shoal.yaml, not into .env", hint)
    return "".join(str(piece) for piece in pieces)


def _place(text: str, at: int, file: str) -> Place:
    before = text[:at]
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
