"""`${...}` in one text: variables are filled in at once, references stay holes until the consumer starts.

    $VAR  ${VAR}       the variable; without a value it is an error, never a silent nothing
    ${VAR:-default}    the default when unset or empty;  ${VAR-default} when unset
    ${VAR:?message}    an error with this message when unset or empty;  ${VAR?message} when unset
    ${VAR:+text}       the text when set and not empty;  ${VAR+text} when set
    ${users.url}       a reference: the dot tells
    $$                 a dollar sign, as is any $ before anything else

Defaults may hold all of these again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from shoal.errors import FileError, MissingVariable, SyntaxProblem, UnknownReference
from shoal.model.values import Ref
from shoal.spec.words import quote

DEEPEST = 10  # defaults in defaults

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?", re.DOTALL)
# Lower case: `${HOST-example.com}` is a variable with a default, `${users-db.uri}` a reference.
_REFERENCE = re.compile(r"([a-z][a-z0-9-]*)\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)")

_DOLLAR = "a dollar sign itself is written $$"

Piece = str | Ref


class Trouble(Exception):
    """What is wrong with a `${...}`; whoever knows the text's place makes an error of it. `at` is the `$`'s index."""

    def __init__(self, kind: type[FileError], what: str, hint: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.hint = hint
        self.at = 0


class Scope:
    """What names mean here: variables, and which names are those of services and the like. Where it is `strict`, there
    are no references, and a dollar sign that begins nothing is an error."""

    strict = False

    def __init__(self, variables: Mapping[str, str], names: Collection[str] = ()) -> None:
        self.variables = variables
        self.names = names

    def unset(self, name: str) -> str:
        """What a variable stands for that has neither value nor default. Raises Trouble."""
        hint = _hint(name) + f", or write ${{{name}:-}} for an empty text"
        if name == "PORT":
            hint = "for the port that is allotted to it write ${self.port}"
        if name in self.names:
            hint = f"for the address of {name} write ${{{name}.host}} or another of its properties"
        raise Trouble(MissingVariable, f"the variable {name} has no value", hint)


class Lenient(Scope):
    """Compose's reading: a variable without a value is an empty text. `missing` gathers their names."""

    strict = True

    def __init__(self, variables: Mapping[str, str], missing: dict[str, None] | None = None) -> None:
        super().__init__(variables)
        self.missing = {} if missing is None else missing

    def unset(self, name: str) -> str:
        self.missing.setdefault(name)
        return ""


def expand(text: str, scope: Scope, depth: int = 0) -> list[Piece]:
    """The text in pieces. Raises Trouble."""
    if depth > DEEPEST:
        raise Trouble(SyntaxProblem, f"defaults in each other, more than {DEEPEST} deep")
    pieces: list[Piece] = []
    start = 0
    while (dollar := text.find("$", start)) >= 0:
        pieces.append(text[start:dollar])
        try:
            more, start = _dollar(text, dollar + 1, scope, depth)
        except Trouble as trouble:
            trouble.at = dollar
            raise
        pieces += more
    pieces.append(text[start:])
    return pieces


def named(text: str) -> Iterator[str]:
    """The variables that a text asks for, those of its defaults too. It has been expanded before: it is well formed."""
    start = 0
    while (dollar := text.find("$", start)) >= 0:
        start = after = dollar + 1
        if text.startswith("$", after):
            start = after + 1
        elif text.startswith("{", after):
            start = _closing(text, after + 1) + 1
            body = text[after + 1 : start - 1]
            variable = None if _REFERENCE.fullmatch(body) else _VARIABLE.fullmatch(body)
            if variable:
                yield variable[1]
                yield from named(variable[3] or "")
        elif name := _NAME.match(text, after):
            yield name[0]


def _dollar(text: str, after: int, scope: Scope, depth: int) -> tuple[list[Piece], int]:
    """What a `$` stands for, and where the text goes on."""
    if text.startswith("$", after):
        return ["$"], after + 1
    if text.startswith("{", after):
        end = _closing(text, after + 1)
        return _braces(text[after + 1 : end], scope, depth), end + 1
    name = _NAME.match(text, after)
    if name:
        return [_required(name[0], scope)], name.end()
    if scope.strict:
        raise Trouble(SyntaxProblem, f"{quote(text[after - 1 :])} begins no variable", _DOLLAR)
    return ["$"], after


def _closing(text: str, start: int) -> int:
    """Where the brace that belongs to `${` closes."""
    opened = 1
    for token in re.finditer(r"\$\$|\$\{|\}", text[start:]):
        opened += {"${": 1, "}": -1}.get(token[0], 0)
        if not opened:
            return start + token.start()
    raise Trouble(SyntaxProblem, f"{quote(text[start - 2 :])} has no closing brace", _DOLLAR)


def _braces(body: str, scope: Scope, depth: int) -> list[Piece]:
    reference = _REFERENCE.fullmatch(body)
    if reference and not scope.strict:
        return [Ref("property", reference[1], reference[2])]
    if body in scope.names:
        what = f"${{{body}}} names a service, a job or a backing service, but none of its properties"
        raise Trouble(UnknownReference, what, f"such as ${{{body}.host}}")
    variable = _VARIABLE.fullmatch(body)
    if not variable:
        kind = "no variable" if scope.strict else "neither a variable nor a reference"
        what = f"{quote('${' + body + '}')} is {kind}"
        raise Trouble(SyntaxProblem, what, _DOLLAR)
    return _operator(variable[1], variable[2] or "", variable[3] or "", scope, depth)


def _operator(name: str, operator: str, rest: str, scope: Scope, depth: int) -> list[Piece]:
    """What `${NAME<operator><rest>}` stands for; the colon counts an empty value as none."""
    value = scope.variables.get(name)
    given = value if value or not operator.startswith(":") else None
    match operator[-1:]:
        case "-":
            return expand(rest, scope, depth + 1) if given is None else [given]
        case "+":
            return [] if given is None else expand(rest, scope, depth + 1)
        case "?" if given is None:
            raise Trouble(MissingVariable, f"the variable {name} is needed{': ' if rest else ''}{rest}", _hint(name))
        case "?":
            return [given or ""]
    return [_required(name, scope)]


def _required(name: str, scope: Scope) -> str:
    value = scope.variables.get(name)
    return scope.unset(name) if value is None else value


def _hint(name: str) -> str:
    return f"set it, or put `{name}=...` into .env beside the file"
