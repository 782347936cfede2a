from __future__ import annotations

from collections.abc import Mapping

import pytest

from shoal.errors import MissingVariable, SyntaxProblem, UnknownReference
from shoal.model.values import Ref, concat
from shoal.spec.expand import Scope, Trouble, expand

VARIABLES = {"A": "one", "EMPTY": "", "DOLLAR": "${A}"}


def text(written: str, variables: Mapping[str, str] = VARIABLES) -> str:
    return str(concat(*expand(written, Scope(variables))))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("$A and ${A}", "one and one"),
        ("$A-b", "one-b"),
        ("${NONE:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("${EMPTY-two}", ""),
        ("${NONE-two}", "two"),
        ("${NONE:-}", ""),
        ("${A:-two}", "one"),
        ("${NONE:-${OTHER:-${A}}}", "one"),
        ("${NONE:-a}b}", "ab}"),
        ("${NONE:-$${x}", "${x"),
        ("${A:?needed}", "one"),
        ("${EMPTY?needed}", ""),
        ("${A:+set}", "set"),
        ("${EMPTY:+set}", ""),
        ("${EMPTY+set}", "set"),
        ("${NONE+set}", ""),
        ("${NONE:-http://example.com:80/x?y=1}", "http://example.com:80/x?y=1"),
        ("${HOST-example.com}", "example.com"),
        ("$$A $${A}", "$A ${A}"),
        ("^x$ costs 5$, $5", "^x$ costs 5$, $5"),
    ],
)
def test_a_text_with_variables_reads(written: str, read: str) -> None:
    assert text(written) == read


def test_what_a_variable_holds_is_not_read_again() -> None:
    assert expand("$DOLLAR", Scope(VARIABLES)) == ["", "${A}", ""]


@pytest.mark.parametrize(
    ("written", "name", "attr"),
    [
        ("${users.url}", "users", "url"),
        ("${users-db.uri}", "users-db", "uri"),
        ("${self.ports.metrics}", "self", "ports.metrics"),
        ("${secrets.api-key}", "secrets", "api-key"),
        ("${NONE:-${users.url}}", "users", "url"),
    ],
)
def test_a_dot_makes_it_a_reference(written: str, name: str, attr: str) -> None:
    assert concat(*expand(written, Scope({}))).parts == (Ref("property", name, attr),)


@pytest.mark.parametrize("written", ["$NONE", "${NONE}", "${NONE:?}", "${EMPTY:?say so}", "${A:+$NONE}"])
def test_a_variable_without_a_value_is_an_error(written: str) -> None:
    with pytest.raises(Trouble) as caught:
        text(written)
    assert caught.value.kind is MissingVariable


@pytest.mark.parametrize("written", ["${", "${A", "${}", "${A B}", "${1}", "${A:x}", "${USERS.url}", "${A:-${B}"])
def test_what_is_no_variable_is_an_error(written: str) -> None:
    with pytest.raises(Trouble) as caught:
        text(written)
    assert caught.value.kind is SyntaxProblem


def test_a_name_without_a_property_is_not_mistaken_for_a_default() -> None:
    with pytest.raises(Trouble) as caught:
        expand("x ${users-db}", Scope({}, {"users-db"}))
    assert caught.value.kind is UnknownReference
    assert caught.value.at == 2


def test_defaults_in_defaults_have_an_end() -> None:
    with pytest.raises(Trouble, match="more than"):
        text("${X:-" * 5000 + "}" * 5000)
